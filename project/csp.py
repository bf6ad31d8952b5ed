"""The demo site's Content-Security-Policy where Django has no middleware for it yet."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

__all__ = ["csp_middleware"]


def csp_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send ``SECURE_CSP`` as Django 6.0 does, beside a policy that an answer brings along."""
    policy = "; ".join(" ".join([name, *values]) for name, values in settings.SECURE_CSP.items())

    def sent(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return sent
