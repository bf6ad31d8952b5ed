"""A page that draws a form of the server with the widgets of the element, and what is to be read from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.template.loader import render_to_string
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Route

from wfapp.forms import compile_payload, fill, initial_values, view_fields

__all__ = ["Board", "answer_for"]

SITE = "https://wfapp.test"
SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Fields</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/wfapp/wfapp.css"><script type="module" src="/board.js"></script></head>
<body class="wf-body"><main class="wf"><h1 class="wf-title">Fields</h1>
<form class="wf-form" aria-label="Fields">%s</form></main></body></html>"""
TYPES = {".css": "text/css", ".js": "text/javascript"}


def answer_for(form: Any, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """Say what the server answers with a page of this form."""
    payload = compile_payload(form)
    described = {"id": payload.id, "version": payload.version, "schema": payload.schema, "ui": payload.ui}
    view = {"step": "ask", "fields": view_fields(payload, form), "initial": initial_values(form)}
    context = {"errors": errors} if errors else {}
    answer = {
        "status": "form",
        "wfs": "database.x.1",
        "inputRequired": {"payload": described, "view": view, "context": context},
    }
    decoded: dict[str, Any] = json.loads(json.dumps(answer, cls=DjangoJSONEncoder))
    return decoded


class Board:
    """Drive a page that draws forms, under the policy of the demo site.

    ``said`` is what its console holds of errors and warnings, but for what begins as one of ``excused``.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.excused: tuple[str, ...] = ()
        self.body = ""
        page.on("console", self.hear)
        page.on("pageerror", self.fail)
        page.route(f"{SITE}/**", self.serve)

    def close(self) -> None:
        """Leave the page to the next test."""
        self.page.unroute_all(behavior="wait")
        self.page.remove_listener("console", self.hear)
        self.page.remove_listener("pageerror", self.fail)

    def hear(self, message: ConsoleMessage) -> None:
        """Note what the console says."""
        if message.type in {"error", "warning"}:
            self.said.append(message.text)

    def fail(self, error: Error) -> None:
        """Note an exception that nobody caught."""
        self.said.append(str(error))

    def serve(self, route: Route) -> None:
        """Answer with the page, or with a static file of wfapp."""
        path = route.request.url.removeprefix(SITE)
        if path == "/":
            policy = "; ".join(" ".join([name, *values]) for name, values in settings.SECURE_CSP.items())
            headers = {"content-security-policy": policy, "content-type": "text/html; charset=utf-8"}
            route.fulfill(body=SHELL % self.body, headers=headers)
            return
        found = (
            Path(__file__).parent / "board.js" if path == "/board.js" else finders.find(path.removeprefix("/static/"))
        )
        if found:
            route.fulfill(path=str(found), content_type=TYPES[Path(str(found)).suffix])
        else:
            route.fulfill(status=404)

    def open(self, body: str = "") -> None:
        """Open the page, with this inside its form."""
        self.body = body
        self.page.goto(f"{SITE}/")
        self.page.locator("html[data-ready]").wait_for()

    def draw(self, form: Any, **errors: str) -> Board:
        """Draw a form as the element does."""
        self.open()
        self.page.evaluate("answer => board.draw(answer)", answer_for(form, errors))
        return self

    def draw_on_the_server(self, form: Any) -> Board:
        """Draw a form as a page of the server does."""
        self.open(render_to_string("wfapp/fields.html", {"form": form, "flow": {"url": "/"}}))
        return self

    def submit(self) -> dict[str, Any]:
        """Say what would be sent."""
        sent: dict[str, Any] = self.page.evaluate("board.submit()")
        return sent

    def fill(self, form_class: Any, **options: Any) -> Any:
        """Let the server read what would be sent."""
        data = QueryDict(mutable=True)
        form = form_class(data, **options)
        fill(data, form, self.submit())
        return form

    def field(self, path: str) -> Locator:
        """Find the block of a field."""
        return self.page.locator(f"[data-path='{path}']")

    def problems(self) -> dict[str, str]:
        """Say what the browser would not send."""
        found: dict[str, str] = self.page.evaluate("board.problemsOf()")
        return found
