"""How a test tells that a page was taken over, and that its rounds load no document."""

from __future__ import annotations

from playwright.sync_api import Page

__all__ = ["ROUND_ERROR", "begin", "is_same", "mark", "until"]

ROUND_ERROR = ("Failed to load resource", "Unsafe attempt to load URL")
"""What the console says of a status from 400 on, of a connection that was cut, and of another site's answer."""


def begin(page: Page, address: str) -> None:
    """Open a page, wait until it is taken over, and mark its document."""
    page.goto(address)
    mark(page)


def mark(page: Page) -> None:
    """Mark the document that is open, once its page is taken over."""
    until(page, "client")
    page.evaluate("window.mark = true")


def until(page: Page, name: str) -> None:
    """Wait until a property of the element says yes; the site's policy forbids what Playwright itself does for that.

    By a timer: a tab in the background is drawn no frames.
    """
    page.locator("wf-form").evaluate(
        "async (element, name) => { while (!element[name]) await new Promise((done) => setTimeout(done, 20)) }", name
    )


def is_same(page: Page) -> bool:
    """Tell whether the document is the marked one."""
    return bool(page.evaluate("window.mark === true"))
