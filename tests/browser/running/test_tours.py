"""Each recipe once by ``<wf-form>``, from its first page to its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.running.network import hold_looks
from tests.browser.running.walks import PASSWORD, any_address, choose_password, code, letters, link, orders, register
from tests.browser.tours import GOOD_CARD, PDF, company, heading, pay, put
from tests.browser.walks import answer, press, say_name, send_code, signed_in

pytestmark = pytest.mark.running

BOB = "bob@example.com"


@pytest.fixture
def refuses() -> bool:
    """Say that a walk without mistakes leaves the console empty: no request of it is refused."""
    return False


def test_login(page: Page, site: str) -> None:
    """With a code by mail, and on to where the person was going."""
    before = len(letters(page, BOB))
    page.goto("/element/login/?next=/hello/")
    answer(page, "bob")
    send_code(page, code(page, BOB, before))
    expect(page).to_have_url(f"{site}/hello/")
    expect(signed_in(page)).to_have_text("bob")


def test_register(page: Page) -> None:
    """An account comes of it, and a session."""
    email = any_address()
    register(page, email, "/element/register/")
    expect(signed_in(page)).to_have_text(email)


def test_recover(page: Page, new_context: Callable[..., BrowserContext]) -> None:
    """The page waits while the link is opened in another browser, where a password is chosen."""
    email = any_address()
    register(new_context().new_page(), email)
    page.goto("/element/recover/")
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send me a link")
    heading(page, "Look into your mailbox")
    phone = new_context().new_page()
    phone.goto(link(page, email, after=1))
    press(phone, "Continue")
    choose_password(phone, "meadow-granite-59")
    expect(signed_in(phone)).to_have_text(email)
    press(page, "Check again")
    heading(page, "Done")


def test_password(someone: Page) -> None:
    """The present one, then a new one."""
    someone.goto("/element/password/")
    someone.locator("input[autocomplete=current-password]").fill(PASSWORD)
    press(someone, "Continue")
    choose_password(someone, "meadow-granite-59")
    heading(someone, "Done")
    someone.reload()
    expect(signed_in(someone)).to_be_visible()


def test_invite(staff: Page, new_context: Callable[..., BrowserContext]) -> None:
    """Staff wait for whoever opens the link."""
    email = any_address()
    staff.goto("/element/invite/")
    staff.get_by_label("E-mail address").fill(email)
    press(staff, "Send the invitation")
    heading(staff, f"{email} is invited")
    guest = new_context().new_page()
    guest.goto(link(staff, email))
    press(guest, "Accept the invitation")
    guest.get_by_label("Your name").fill("Gus")
    choose_password(guest, "meadow-granite-59")
    expect(signed_in(guest)).to_have_text(email)
    press(staff, "Check again")
    heading(staff, "Done")


def test_checkout(page: Page, staff: Page, site: str) -> None:
    """A line, an address, a card, a last look, one order, which is packed while the page waits; and back."""
    email = any_address()
    page.goto("/element/checkout/")
    put(page, "Lantern: €24.90", 2, more=True)
    heading(page, "Total: €49.80")
    press(page, "That is all")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Street").fill("Elm Street 1")
    page.get_by_label("City").fill("Linz")
    press(page, "Continue")
    pay(page, GOOD_CARD)
    page.get_by_label("I order").check()
    release = hold_looks(page)
    press(page, "Place the order")
    heading(page, "Packing your order")
    expect(page.get_by_role("progressbar")).to_be_visible()
    release()
    heading(page, "Done")
    expect(page.get_by_text("Thank you for your order.")).to_be_visible()
    assert orders(staff, email) == 1
    press(page, "Back to the shop")
    expect(page).to_have_url(f"{site}/")


def test_onboard(someone: Page) -> None:
    """Papers are handed in, and it waits for staff."""
    someone.goto("/element/onboard/")
    company(someone, "Lighthouse Ltd")
    someone.get_by_label("Extract").set_input_files(PDF)
    press(someone, "Continue")
    heading(someone, "Who owns Lighthouse Ltd?")
    someone.get_by_label("Name").fill("Ada")
    someone.get_by_label("Share in percent").fill("100")
    press(someone, "Continue")
    expect(someone.get_by_text("Someone else has to act")).to_be_visible()
    someone.goto("/onboard/")
    press(someone, "Start")
    expect(someone.get_by_role("link", name="Check again")).to_be_visible()


def test_fields(page: Page) -> None:
    """Every field, fields that depend on others, rows, files, fields that only show, and what was entered."""
    page.goto("/element/fields/")
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    page.get_by_label("Country").select_option("ch")
    page.get_by_label("It is a gift").check()
    page.get_by_label("Canton").select_option("Ticino")
    page.get_by_label("Customs number").fill("123456789")
    page.get_by_label("Greeting").fill("Hello")
    press(page, "Continue")
    heading(page, "Rows of fields")
    page.get_by_label("Name").first.fill("Ben")
    press(page, "Continue")
    heading(page, "Files")
    page.get_by_label("A letter").set_input_files(PDF)
    press(page, "Continue")
    heading(page, "Fields that only show")
    page.get_by_label("I have noted them down").check()
    press(page, "Continue")
    heading(page, "This is what you entered")
    expect(page.get_by_text("Entry 1: Ben, Everything")).to_be_visible()
    press(page, "That is right")
    expect(page.get_by_text("Thank you: every field was understood.")).to_be_visible()


def test_hello(page: Page) -> None:
    """What is typed is text, whatever it looks like."""
    page.goto("/element/hello/")
    say_name(page, "<b>Ann</b>")
    heading(page, "Hello <b>Ann</b>!")
    press(page, "Hello to you")
    expect(page.get_by_text("It was nice to meet you.")).to_be_visible()
