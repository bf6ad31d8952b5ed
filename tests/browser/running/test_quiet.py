"""The console of the demo's own pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from project.demo.recipes import RECIPES
from tests.browser.running.walks import code, letters, path, visit
from tests.browser.walks import answer, send_code, signed_in

pytestmark = pytest.mark.running

BOB = "bob@example.com"


@pytest.fixture
def refuses() -> bool:
    """Say that nothing here is refused."""
    return False


@pytest.mark.parametrize("way", ["", "smooth", "element"])
def test_no_page_begins_with_a_complaint(new_context: Callable[..., BrowserContext], staff: Page, way: str) -> None:
    """Not even with a refused request, which Chromium itself notes; each in a browser that was never here before."""
    for recipe in RECIPES:
        tab = staff if recipe.asks_sign_in else new_context().new_page()
        visit(tab, way, recipe.url_name)
        expect(tab.locator(".wf-form .wf-buttons button").first).to_be_visible()


@pytest.mark.parametrize("way", ["", "smooth", "element"])
def test_whoever_was_sent_to_sign_in_first_sees_no_complaint(page: Page, way: str) -> None:
    """From a page that asks who is there, over both pages of the sign-in, and back to it."""
    before = len(letters(page, BOB))
    page.goto(path(way, "password"))
    answer(page, "bob")
    send_code(page, code(page, BOB, before))
    expect(signed_in(page)).to_have_text("bob")
    expect(page.locator("input[autocomplete=current-password]")).to_be_visible()
