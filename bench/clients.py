"""What stands in front of the site: a client that posts JSON, and a browser with its cookies."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase
from django.test import RequestFactory

__all__ = ["Browser", "answer", "json_post"]

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')

factory = RequestFactory()


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def answer(request: HttpRequest) -> HttpResponseBase:
    """Send a request through the whole middleware, and render its response."""
    return _handler().get_response(request)


def json_post(path: str, body: Any) -> HttpRequest:
    """Make the request of a REST client without cookies."""
    return factory.post(path, body, content_type="application/json", headers={"Accept": "application/json"})


class Browser:
    """Keep cookies and the hidden fields of the last page, as a browser without JavaScript does."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        self._hidden: dict[str, str] = {}

    def get(self, path: str) -> HttpRequest:
        """Make the request for a page."""
        return factory.get(path, headers=self._headers())

    def post(self, path: str, fields: dict[str, str]) -> HttpRequest:
        """Make the request that posts the last page's form."""
        body = urlencode({**self._hidden, **fields})
        return factory.post(path, body, content_type="application/x-www-form-urlencoded", headers=self._headers())

    def take(self, response: HttpResponseBase) -> None:
        """Take a response's cookies, and the hidden fields of a page."""
        for name, cookie in response.cookies.items():
            self._cookies[name] = cookie.value
        if response.status_code == 200:
            found = _HIDDEN.findall(response.content.decode())  # type: ignore[attr-defined]
            self._hidden = {unescape(name): unescape(value) for name, value in found}

    def visit(self, request: HttpRequest) -> HttpResponseBase:
        """Send a request, follow where it leads, and show the page."""
        response = answer(request)
        self.take(response)
        return self.visit(self.get(response.headers["Location"])) if response.status_code in {302, 303} else response

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
