"""Tours of the demo site: each goes over the pages of a recipe, rejected ones included, in any way of drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.pages.ways import Way
from tests.browser.walks import answer, code_field, codes, press, say_name, send_code, signed_in, summary, wrong

__all__ = [
    "BAD_CARD",
    "GOOD_CARD",
    "PDF",
    "TOURS",
    "Look",
    "begin_order",
    "company",
    "device_path",
    "heading",
    "pay",
    "put",
    "send_address",
]

Look = Callable[[Page, str], None]
"""Looks at the page that is open now; the name is for a message."""

GOOD_CARD, BAD_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"
PDF: Any = {"name": "extract.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 an extract"}
LONG = "Bartholomew" * 3


def unchecked(page: Page) -> None:
    """Let the server find the mistakes, and not the browser."""
    page.locator(".wf-form").evaluate("form => { form.noValidate = true }")


def heading(page: Page, text: str) -> None:
    """Wait for a page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def begin_order(page: Page) -> None:
    """Open the checkout and press its button."""
    page.goto("/checkout/")
    press(page, "Start")
    heading(page, "What would you like?")


def put(page: Page, product: str, quantity: int = 1, *, more: bool = False) -> None:
    """Put something into the cart."""
    page.get_by_label("Product").select_option(label=product)
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_label("Something else, too").set_checked(more)
    press(page, "Put into the cart")


def send_address(page: Page) -> None:
    """Fill the address in and send it."""
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Street").fill("Elm Street 1")
    page.get_by_label("City").fill("Linz")
    press(page, "Continue")


def pay(page: Page, number: str) -> None:
    """Give the number of a card."""
    page.get_by_label("Card number").fill(number)
    press(page, "Continue")


def company(page: Page, name: str) -> None:
    """Fill the first page of the onboarding in and send it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Register number").fill("FN 12345")
    page.get_by_label("Country").select_option("AT")
    press(page, "Continue")
    heading(page, f"Papers of {name}")


def device_path(page: Page) -> str:
    """Give the path of the address that is shown for another device."""
    shown = page.locator(".wf-device").locator("input, textarea, code").first
    url: str = shown.evaluate("element => element.value || element.textContent")
    return url.removeprefix("https://site.example")


def greeting(page: Page, look: Look, way: Way) -> None:
    """Greet, with a name that is longer than a small screen is wide."""
    way.open(page, "hello")
    look(page, "asking")
    say_name(page, LONG)
    expect(page.get_by_role("button", name="Hello to you")).to_be_visible()
    look(page, "greeting")


def sign_in(page: Page, look: Look, way: Way) -> None:
    """Sign in with a code, past mistakes."""
    way.open(page, "login")
    look(page, "password")
    answer(page, "bob", "wrong")
    expect(summary(page)).to_be_visible()
    look(page, "password, rejected")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    look(page, "code")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    look(page, "code, rejected")
    press(page, "Resend to bob@example.com")
    expect(page.locator(".wf-message")).to_be_visible()
    look(page, "code, sent again")
    send_code(page, codes(page)[-1])
    expect(signed_in(page)).to_have_text("bob")


def fields(page: Page, look: Look, way: Way) -> None:
    """Answer every page of fields."""
    way.open(page, "fields")
    look(page, "every field")
    unchecked(page)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look(page, "every field, rejected")
    page.get_by_label("Name", exact=True).fill(LONG)
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    page.get_by_label("Country").select_option("ch")
    page.get_by_label("It is a gift").check()
    if not way.is_smooth:
        press(page, "Update this page")
    expect(page.get_by_label("Customs number")).to_be_visible()
    look(page, "fields that depend on others")
    page.get_by_label("Canton").select_option("Ticino")
    page.get_by_label("Customs number").fill("123456789")
    if way.is_smooth:
        page.get_by_label("Greeting").fill("Hello")
    press(page, "Continue")
    rows_and_files(page, look)
    heading(page, "Fields that only show")
    look(page, "fields that only show")
    page.get_by_label("I have noted them down").check()
    press(page, "Continue")
    heading(page, "This is what you entered")
    look(page, "what was entered")
    press(page, "That is right")
    expect(page.get_by_text("Thank you: every field was understood.")).to_be_visible()
    look(page, "fields understood")


def rows_and_files(page: Page, look: Look) -> None:
    """Add a row, choose files; each of the two pages is rejected first."""
    heading(page, "Rows of fields")
    names = page.get_by_label("Name")
    count = names.count()
    press(page, "Add another")
    expect(names).to_have_count(count + 1)
    names.last.fill(LONG)
    unchecked(page)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look(page, "rows, rejected")
    page.get_by_label("Name").first.fill("Ann")
    press(page, "Continue")
    heading(page, "Files")
    page.get_by_label("A letter").set_input_files({**PDF, "name": "letter.exe"})
    page.get_by_label("Pictures").set_input_files({**PDF, "name": f"{LONG * 3}.png"})
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look(page, "files, rejected")
    page.get_by_label("A letter").set_input_files(PDF)
    press(page, "Continue")


def checkout(page: Page, look: Look, way: Way) -> None:
    """Order something, with a card that is declined first; then begin once more, and cancel."""
    way.open(page, "checkout")
    look(page, "start")
    way.begin(page, "checkout")
    heading(page, "What would you like?")
    look(page, "cart, empty")
    put(page, "Lantern: €24.90", 2, more=True)
    heading(page, "Total: €49.80")
    look(page, "cart")
    press(page, "That is all")
    expect(page.get_by_label("Street")).to_be_visible()
    press(page, "Save draft")
    expect(page.locator(".wf-message")).to_be_visible()
    look(page, "draft")
    send_address(page)
    look(page, "card")
    pay(page, BAD_CARD)
    page.get_by_label("I order").check()
    look(page, "last look")
    press(page, "Place the order")
    expect(summary(page)).to_contain_text("declined")
    look(page, "declined")
    pay(page, GOOD_CARD)
    page.get_by_label("I order").check()
    press(page, "Place the order")
    heading(page, "Done")
    look(page, "ordered")
    way.begin(page, "checkout")
    press(page, "Cancel")
    heading(page, "Cancelled")
    look(page, "cancelled")


def onboarding(page: Page, look: Look, way: Way) -> None:
    """Hand everything in, look at the address for another device and at its page there, wait."""
    page.goto(f"/login/?next={way.path('onboard')}")
    answer(page, "alice")
    heading(page, "Your company")
    way.wait(page)
    look(page, "company")
    company(page, LONG)
    press(page, "Continue on your phone")
    expect(page.locator(".wf-device")).to_be_visible()
    look(page, "for another device")
    other = page.context.new_page()
    way.land(other, device_path(page))
    expect(other.get_by_text("This link works only once.")).to_be_visible()
    look(other, "on another device")
    other.close()
    page.get_by_label("Extract").set_input_files(PDF)
    press(page, "Continue")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Share in percent").fill("100")
    look(page, "owners")
    press(page, "Continue")
    expect(page.get_by_text("Check again", exact=True)).to_be_visible()
    look(page, "waiting")


TOURS = (greeting, sign_in, fields, checkout, onboarding)
