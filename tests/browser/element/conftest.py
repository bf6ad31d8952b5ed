"""Pages with elements, served at an address of the demo site under the strictest policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.element import workflows

__all__ = ["Open", "workflows"]

Open = Callable[..., Page]

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'"
SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Elements</title>
<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/static/wfapp/wfapp.css">
<script type="module" src="/static/wfapp/wf-form.js"></script></head>
<body class="wf-body"><main class="wf">{body}</main></body></html>"""
CHROMIUMS_OWN = re.compile(r"Failed to load resource: (the server responded with a status of 4\d\d |net::ERR_FAILED)")


@pytest.fixture
def site(chrome: Browser, transactional_db: None, live_server: Any, settings: Any, tmp_path: Path) -> str:
    """Serve the demo site without its accounts, whose passwords take long to hash."""
    settings.DEBUG, settings.MAIL_DIR = True, tmp_path
    return str(live_server.url)


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """Collect what stands in the console; at the end that must be nothing."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if not CHROMIUMS_OWN.match(message.text):
            found.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


@pytest.fixture
def serve(page: Page, complaints: list[str]) -> Open:
    """Return a function that opens a page with this in its body."""

    def served(body: str) -> Page:
        headers = {"Content-Security-Policy": POLICY}
        html = SHELL.format(body=body)
        page.route(
            "**/element-test/", lambda route: route.fulfill(body=html, content_type="text/html", headers=headers)
        )
        page.goto("/element-test/")
        return page

    return served


@pytest.fixture
def element(serve: Open) -> Open:
    """Return a function that opens a page with one element, and waits for its first page."""

    def opened(name: str = "element/trip", attributes: str = "", inside: str = "") -> Page:
        page = serve(f'<wf-form src="/wf/" name="{name}" {attributes}>{inside}</wf-form>')
        page.locator("wf-form > .wf-form").wait_for()
        return page

    return opened
