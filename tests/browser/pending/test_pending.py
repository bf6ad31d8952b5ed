"""Who waits for a step in the background sees how far it is, and comes to the next page without doing anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import JUDGED, RUN_AXE
from tests.browser.takeover.rounds import begin, is_same
from tests.browser.walks import press
from tests.integration.durable.background.outside import Outside

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.durable.background.urls"),
]

Beside = Callable[[], None]


def bar(page: Page) -> Locator:
    """Find the bar, by the name that it has for everyone."""
    return page.get_by_role("progressbar", name="Your workspace")


def waiting(page: Page) -> None:
    """Walk to the page that waits."""
    page.get_by_label("Label").fill("Linz")
    press(page, "Continue")
    expect(page.locator(".wf-title")).to_have_text("Your workspace")


def stays(page: Page) -> None:
    """Stop the page from being loaded again and again."""
    page.get_by_role("link", name="Stay here").click()
    expect(page.get_by_role("link", name="Check again")).to_be_visible()


def comes_to_the_next_page(page: Page, world: Outside, beside: Beside) -> None:
    """Run the steps, stand still in one, look, go on."""
    expect(bar(page)).to_have_js_property("position", -1)
    world.hold("make")
    beside()
    expect(bar(page)).to_have_js_property("position", 0.4)
    expect(page.locator(".wf-description")).to_have_text("Creating your workspace")
    world.release("make")
    expect(bar(page)).to_have_count(0)
    press(page, "Continue")
    expect(page.locator(".wf-title")).to_have_text("Done")


def test_pages_without_script(new_context: Callable[..., BrowserContext], world: Outside, beside: Beside) -> None:
    """The browser looks again by itself."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/workspace/")
    page.get_by_label("Label").fill("Linz")
    press(page, "Continue")
    expect(page.locator(".wf-pending-bar")).to_have_count(1)
    world.hold("make")
    beside()
    expect(page.locator(".wf-pending-bar")).to_have_attribute("value", "0.400")
    expect(page.locator(".wf-description")).to_have_text("Creating your workspace")
    world.release("make")
    expect(page.locator(".wf-pending-bar")).to_have_count(0)
    press(page, "Continue")
    expect(page.locator(".wf-title")).to_have_text("Done")


def test_pages(page: Page, world: Outside, beside: Beside) -> None:
    """As they are."""
    page.goto("/workspace/")
    waiting(page)
    comes_to_the_next_page(page, world, beside)


def test_pages_that_are_taken_over(page: Page, world: Outside, beside: Beside) -> None:
    """All in one document."""
    begin(page, "/smooth/")
    waiting(page)
    comes_to_the_next_page(page, world, beside)
    assert is_same(page)


def test_the_element(page: Page, site: str, world: Outside, beside: Beside) -> None:
    """It looks by itself; the focus stays where it is."""
    html = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Elements</title>
<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/static/wfapp/wfapp.css">
<script type="module" src="/static/wfapp/wf-form.js"></script></head>
<body class="wf-body"><main class="wf"><wf-form src="/wf/" name="tests/workspace"></wf-form></main></body></html>"""
    page.route("**/element-test/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/element-test/")
    waiting(page)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    comes_to_the_next_page(page, world, beside)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_the_page(
    new_context: Callable[..., BrowserContext], axe: str, world: Outside, beside: Beside, scheme: Any
) -> None:
    """Also on the smallest screen, with and without a known progress."""
    page = new_context(color_scheme=scheme, viewport={"width": 320, "height": 640}).new_page()
    page.goto("/workspace/")
    waiting(page)
    stays(page)
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE, JUDGED) == []
    world.hold("make")
    beside()
    page.get_by_role("link", name="Check again").click()
    expect(bar(page)).to_have_js_property("position", 0.4)
    stays(page)
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE, JUDGED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    world.release("make")
