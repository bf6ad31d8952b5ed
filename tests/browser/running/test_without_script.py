"""The demo as it runs, in a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.running.walks import any_address, code, last_look, letters, orders
from tests.browser.tours import heading
from tests.browser.walks import answer, press, send_code, signed_in

pytestmark = pytest.mark.running


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a tab without JavaScript."""
    return new_context(java_script_enabled=False).new_page()


def test_the_page_of_the_element_leads_to_the_plain_one(page: Page, site: str) -> None:
    """And from there to where the person was going."""
    before = len(letters(page, "bob@example.com"))
    page.goto("/element/login/?next=/hello/")
    page.get_by_role("link", name="Go on without it").click()
    expect(page).to_have_url(f"{site}/login/?next=%2Fhello%2F")
    answer(page, "bob")
    send_code(page, code(page, "bob@example.com", after=before))
    expect(page).to_have_url(f"{site}/hello/")
    expect(signed_in(page)).to_have_text("bob")


@pytest.mark.parametrize("path", ["/checkout/", "/smooth/checkout/"])
def test_an_order_is_placed(page: Page, staff: Page, path: str) -> None:
    """With a card, once; pages that a script would take over are as good without it."""
    email = any_address()
    page.goto(path)
    press(page, "Start")
    last_look(page, email)
    press(page, "Place the order")
    heading(page, "Packing your order")
    heading(page, "Done")
    assert orders(staff, email) == 1
