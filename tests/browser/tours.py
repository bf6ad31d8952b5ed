"""Tours of the demo site: each goes over the pages of a recipe, rejected ones included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

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

Look = Callable[[str], None]
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


def front(page: Page, look: Look) -> None:
    """See what there is, greet, and read the mail."""
    for path in ("/", "/hello/", "/outbox/"):
        page.goto(path)
        look(path)
    page.goto("/hello/")
    say_name(page, LONG)
    expect(page.get_by_role("button", name="Hello to you")).to_be_visible()
    look("greeting")
    page.goto("/hello/?wf=gone0000")
    look("gone")


def accounts(page: Page, look: Look) -> None:
    """Ask for a link, look at the registration, sign in with a code."""
    page.goto("/recover/")
    page.get_by_label("E-mail address").fill(f"{'bob' * 20}@example.com")
    press(page, "Send me a link")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    look("recovery, waiting")
    page.goto("/register/")
    look("registering")
    page.goto("/login/")
    answer(page, "bob", "wrong")
    expect(summary(page)).to_be_visible()
    look("password, rejected")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    look("code")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    look("code, rejected")
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")
    look("front, signed in")
    page.goto("/password/")
    look("present password")
    page.goto("/admin/")
    look("not allowed")


def fields(page: Page, look: Look) -> None:
    """Answer every page of fields."""
    page.goto("/fields/")
    look("every field")
    unchecked(page)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look("every field, rejected")
    page.get_by_label("Name", exact=True).fill(LONG)
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    page.get_by_label("Country").select_option("ch")
    page.get_by_label("It is a gift").check()
    press(page, "Update this page")
    look("fields that depend on others")
    page.get_by_label("Canton").select_option("Ticino")
    page.get_by_label("Customs number").fill("123456789")
    press(page, "Continue")
    heading(page, "Rows of fields")
    press(page, "Add another")
    page.get_by_label("Name").nth(2).fill(LONG)
    unchecked(page)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look("rows, rejected")
    page.get_by_label("Name").first.fill("Ann")
    press(page, "Continue")
    heading(page, "Files")
    page.get_by_label("A letter").set_input_files({**PDF, "name": "letter.exe"})
    page.get_by_label("Pictures").set_input_files({**PDF, "name": f"{LONG * 3}.png"})
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look("files, rejected")
    page.get_by_label("A letter").set_input_files(PDF)
    press(page, "Continue")
    heading(page, "Fields that only show")
    look("fields that only show")
    page.get_by_label("I have noted them down").check()
    press(page, "Continue")
    heading(page, "This is what you entered")
    look("what was entered")


def checkout(page: Page, look: Look) -> None:
    """Order something, with a card that is declined first."""
    page.goto("/checkout/")
    look("start")
    begin_order(page)
    look("cart, empty")
    put(page, "Lantern: €24.90", 2, more=True)
    heading(page, "Total: €49.80")
    look("cart")
    press(page, "That is all")
    expect(page.get_by_label("Street")).to_be_visible()
    press(page, "Save draft")
    expect(page.locator(".wf-message")).to_be_visible()
    look("draft")
    send_address(page)
    pay(page, BAD_CARD)
    page.get_by_label("I order").check()
    look("last look")
    press(page, "Place the order")
    expect(summary(page)).to_contain_text("declined")
    look("declined")
    pay(page, GOOD_CARD)
    page.get_by_label("I order").check()
    press(page, "Place the order")
    heading(page, "Done")
    look("ordered")


def onboarding(page: Page, look: Look) -> None:
    """Hand everything in, look at the address for another device, wait, cancel."""
    page.goto("/login/?next=/onboard/")
    answer(page, "alice")
    heading(page, "Your company")
    look("company")
    company(page, LONG)
    press(page, "Continue on your phone")
    expect(page.locator(".wf-device")).to_be_visible()
    look("for another device")
    other = page.context.new_page()
    other.goto(device_path(page))
    expect(other.get_by_role("button", name="Continue")).to_be_visible()
    other.close()
    page.get_by_label("Extract").set_input_files(PDF)
    press(page, "Continue")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Share in percent").fill("100")
    look("owners")
    press(page, "Continue")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    look("waiting")


TOURS = (front, accounts, fields, checkout, onboarding)
