"""What people do with the trip, and what they see."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.walks import press

__all__ = ["bodies", "focused", "heading", "hold", "said", "to_stay"]


def heading(page: Page, text: str) -> None:
    """Wait for a page."""
    expect(page.locator("wf-form .wf-title")).to_have_text(text)


def to_stay(page: Page, name: str = "Ann") -> None:
    """Answer the first page."""
    page.get_by_label("Name").fill(name)
    press(page, "Continue")
    heading(page, f"Where to, {name}?")


def focused(page: Page) -> Locator:
    """Find what has the focus."""
    return page.locator("*:focus")


def said(page: Page) -> Locator:
    """Find what is read out."""
    return page.locator("wf-form > [aria-live=polite]")


def hold(page: Page, address: str = "**/wf/") -> list[Route]:
    """Hold every request to the endpoint, or to another address, back, until the test continues it."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def bodies(page: Page) -> list[dict[str, Any]]:
    """Collect what is sent to the endpoint."""
    sent: list[dict[str, Any]] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/wf/"):
            sent.append(json.loads(request.post_data or "null"))

    page.on("request", keep)
    return sent
