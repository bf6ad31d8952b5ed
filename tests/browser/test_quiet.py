"""The demo's pages leave the console empty, keep the site's policy, and have an icon."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.pages.people import PEOPLE
from tests.browser.pages.ways import PAGES, Way
from tests.browser.tours import TOURS, Look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUMS_OWN = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")


def listen(page: Page) -> list[str]:
    """Collect what a page says on the console; Chromium notes each 4xx by itself."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not CHROMIUMS_OWN.match(message.text):
            said.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


@pytest.mark.parametrize("tour", [*TOURS, *PEOPLE], ids=lambda tour: tour.__name__)
def test_pages_are_quiet(page: Page, tour: Callable[[Page, Look, Way], None]) -> None:
    """Nothing on the console, nothing that breaks the site's policy; of the other ways, running/ tells."""
    said = listen(page)
    policies: set[Any] = set()
    page.on("response", lambda answered: policies.add(answered.headers.get("content-security-policy", answered.url)))
    tour(page, lambda page, name: None, PAGES)
    assert said == []
    assert any(policy.startswith("default-src 'self'; ") for policy in policies)


def test_there_is_an_icon(page: Page, site: str) -> None:
    """Where browsers look for one, and where the pages say."""
    assert page.request.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    page.goto("/checkout/")
    icon = page.locator("link[rel=icon]").get_attribute("href")
    assert page.request.get(str(icon)).ok
