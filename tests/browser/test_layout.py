"""The demo's pages fit a small screen, leave the console empty, keep the site's policy and can be used by everyone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.tours import TOURS, Look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUMS_OWN = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")
JUDGED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async tags => (await axe.run(document, {runOnly: tags})).violations.flatMap(
  fault => fault.nodes.map(node => `${fault.id}: ${node.html} ${node.failureSummary}`))"""

each_tour = pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.__name__)


def listen(page: Page) -> list[str]:
    """Collect what a page says on the console; Chromium notes each 4xx by itself."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not CHROMIUMS_OWN.match(message.text):
            said.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


@each_tour
def test_pages_fit_and_are_quiet(
    new_context: Callable[..., BrowserContext], tour: Callable[[Page, Look], None]
) -> None:
    """At 320 pixels, what WCAG 2.2 (1.4.10) asks for, all stands in one column; nothing breaks the site's policy."""
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    said, wide = listen(page), list[str]()
    policies: set[Any] = set()
    page.on("response", lambda answered: policies.add(answered.headers.get("content-security-policy", answered.url)))

    def look(name: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)

    tour(page, look)
    assert (wide, said) == ([], [])
    assert any(policy.startswith("default-src 'self'; ") for policy in policies)


@each_tour
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_the_pages(
    new_context: Callable[..., BrowserContext], axe: str, tour: Callable[[Page, Look], None], scheme: Any
) -> None:
    """Names, roles, order of headings, landmarks, contrast, sizes: axe-core finds nothing to say."""
    page = new_context(color_scheme=scheme).new_page()
    found: list[str] = []

    def look(name: str) -> None:
        page.evaluate(axe)
        found.extend(f"{name}: {fault}" for fault in page.evaluate(RUN_AXE, JUDGED))

    tour(page, look)
    assert found == []


def test_there_is_an_icon(page: Page, site: str) -> None:
    """Where browsers look for one, and where the pages say."""
    assert page.request.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    page.goto("/checkout/")
    icon = page.locator("link[rel=icon]").get_attribute("href")
    assert page.request.get(str(icon)).ok
