"""Ordering: nothing is lost on the way back, over a draft, a declined card, a change or a look elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from project.shop.models import CheckoutFlow, Order
from tests.browser.tours import BAD_CARD, GOOD_CARD, begin_order, heading, pay, put, send_address
from tests.browser.walks import letters, messages, press, summary

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANTERN, MAP, CATALOGUE = "Lantern: €24.90", "Harbour map: €12.00", "Catalogue: €0.00"


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """Open a tab, with JavaScript and without."""
    return new_context(java_script_enabled=request.param).new_page()


def test_an_order_with_a_card_that_is_declined(page: Page) -> None:
    """Two lines, an address, a card that is declined, another one, the end and its receipt."""
    begin_order(page)
    put(page, LANTERN, 2, more=True)
    heading(page, "Total: €49.80")
    expect(page.locator(".wf-description")).to_have_text("2 × Lantern: €49.80")
    put(page, MAP)
    heading(page, "Total: €61.80")
    send_address(page)
    pay(page, BAD_CARD)
    page.get_by_label("I order").check()
    press(page, "Place the order")
    expect(summary(page)).to_contain_text("The bank declined this card. Please take another one.")
    expect(page.get_by_label("Card number")).to_have_value("")
    assert not Order.objects.exists()
    pay(page, GOOD_CARD)
    page.get_by_label("I order").check()
    press(page, "Place the order")
    heading(page, "Done")
    assert "2 × Lantern: €49.80" in letters(page, "ada@example.com")[-1]
    page.get_by_role("link", name="Order something else").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert (Order.objects.count(), CheckoutFlow.objects.get().status) == (1, "finished")


def test_back_and_a_line_less(page: Page) -> None:
    """The page before has what was chosen there, and the cart is what it was; a line can be removed, too."""
    begin_order(page)
    put(page, LANTERN, more=True)
    put(page, MAP, 3)
    heading(page, "Total: €60.90")
    press(page, "Back")
    heading(page, "Total: €24.90")
    expect(page.get_by_label("Quantity")).to_have_value("3")
    expect(page.get_by_label("Product").locator("option:checked")).to_have_text(MAP)
    put(page, MAP, more=True)
    heading(page, "Total: €36.90")
    press(page, "Remove Harbour map")
    heading(page, "Total: €24.90")
    press(page, "That is all")
    expect(page.get_by_label("Street")).to_be_visible()
    heading(page, "Total: €24.90")


def test_a_draft(page: Page) -> None:
    """What is missing holds nothing up; another tab finds what was saved."""
    begin_order(page)
    put(page, LANTERN)
    page.get_by_label("Street").fill("Elm Street 1")
    press(page, "Save draft")
    expect(messages(page)).to_have_text("Saved. You can close this page and come back.")
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(tab.get_by_label("Street")).to_have_value("Elm Street 1")
    expect(tab.get_by_label("City")).to_have_value("")


def test_a_change_comes_straight_back(page: Page) -> None:
    """From the last look to the address and back; the rest is as it was."""
    begin_order(page)
    put(page, CATALOGUE)
    send_address(page)
    expect(page.get_by_label("I order")).to_be_visible()
    press(page, "Change Address")
    expect(page.get_by_label("City")).to_have_value("Linz")
    page.get_by_label("City").fill("Graz")
    press(page, "Continue")
    expect(page.get_by_label("I order")).to_be_visible()
    page.get_by_label("I order").check()
    press(page, "Place the order")
    heading(page, "Done")
    assert Order.objects.get().city == "Graz"


def test_cancelled(page: Page) -> None:
    """There is a page that says so, and a way to a new start; what is cancelled does not come back."""
    begin_order(page)
    put(page, LANTERN)
    address = page.url
    press(page, "Cancel")
    heading(page, "Cancelled")
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    page.goto(address)
    heading(page, "Cancelled")
    assert CheckoutFlow.objects.get().status == "cancelled"
