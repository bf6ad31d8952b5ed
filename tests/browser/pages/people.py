"""Tours of what people do with their accounts: register, change or forget a password, invite somebody, be invited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from tests.browser.pages.ways import PAGES, Way
from tests.browser.tours import Look, heading
from tests.browser.walks import answer, code_field, link, mailed_code, press, send_code, signed_in, summary

__all__ = ["PEOPLE"]

PASSWORD, ANOTHER = "glacier-tulip-88", "meadow-granite-59"


@contextmanager
def somebody_else(page: Page) -> Iterator[Page]:
    """Open a tab in a browser of somebody else's."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=urljoin(page.url, "/"), bypass_csp=True, locale="en-GB")
    try:
        yield context.new_page()
    finally:
        context.close()


def choose(page: Page, password: str, again: str = "") -> None:
    """Fill both inputs for a new password in and send them."""
    fields = page.locator("input[autocomplete=new-password]")
    expect(fields).to_have_count(2)
    for field, text in zip(fields.all(), (password, again or password), strict=True):
        field.fill(text)
    page.locator("form.wf-form .wf-buttons button:not([name])").click()


def is_over(page: Page, way: Way) -> None:
    """Wait for the end, which leads from a page of the server's to the front page at once."""
    heading(page, "Done" if way.is_drawn else "Wizard workflows for Django")


def registration(page: Page, look: Look, way: Way) -> None:
    """Make an account, and change its password; both past a mistake."""
    way.open(page, "register")
    look(page, "registering")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Your name").fill("Ada")
    choose(page, PASSWORD, ANOTHER)
    expect(summary(page)).to_be_visible()
    look(page, "registering, rejected")
    choose(page, PASSWORD)
    expect(code_field(page)).to_be_visible()
    look(page, "code for a new account")
    send_code(page, mailed_code(page, "ada@example.com"))
    expect(signed_in(page)).to_have_text("ada@example.com")
    way.open(page, "password")
    look(page, "present password")
    present = page.locator("input[autocomplete=current-password]")
    present.fill(ANOTHER)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look(page, "present password, rejected")
    present.fill(PASSWORD)
    press(page, "Continue")
    heading(page, "Choose a new password")
    look(page, "another password")
    choose(page, ANOTHER)
    is_over(page, way)
    look(page, "password changed")


def recovery(page: Page, look: Look, way: Way) -> None:
    """Ask for a link, wait, open it, choose a password; then come with the link once more."""
    way.open(page, "recover")
    look(page, "recovery")
    page.get_by_label("E-mail address").fill("alice@example.com")
    press(page, "Send me a link")
    expect(page.get_by_text("Check again", exact=True)).to_be_visible()
    look(page, "waiting for a link")
    mailed = link(page, "alice@example.com")
    way.land(page, mailed)
    heading(page, "Choose a new password")
    look(page, "landing")
    press(page, "Continue")
    expect(page.locator("input[autocomplete=new-password]")).to_have_count(2)
    look(page, "new password")
    choose(page, PASSWORD, ANOTHER)
    expect(summary(page)).to_be_visible()
    look(page, "new password, rejected")
    with somebody_else(page) as other:
        way.land(other, mailed, is_spent=True)
        expect(other.locator(".wf-button", has_text="Start again")).to_be_visible()
        look(other, "link that was used")


def accept(guest: Page, look: Look, way: Way, mailed: str) -> None:
    """Make the account that an invitation is for."""
    # Where the element draws it, the demo asks whoever comes to sign in: a guest has the server's pages alone.
    (PAGES if way.is_drawn else way).land(guest, mailed)
    heading(guest, "You are invited")
    if not way.is_drawn:
        look(guest, "invitation")
    press(guest, "Accept the invitation")
    heading(guest, "Welcome")
    if not way.is_drawn:
        look(guest, "accepting")
    guest.get_by_label("Your name").fill("Gus")
    choose(guest, PASSWORD)
    expect(signed_in(guest)).to_have_text("guest@example.com")


def invitation(page: Page, look: Look, way: Way) -> None:
    """Invite somebody, who accepts, and see that it is done."""
    page.goto(f"/login/?next={way.path('invite')}")
    answer(page, "staff")
    heading(page, "Invite somebody")
    way.wait(page)
    look(page, "inviting")
    page.get_by_label("E-mail address").fill("guest@example.com")
    press(page, "Send the invitation")
    heading(page, "guest@example.com is invited")
    look(page, "invited")
    with somebody_else(page) as guest:
        accept(guest, look, way, link(page, "guest@example.com"))
    page.get_by_text("Check again", exact=True).click()
    heading(page, "Done")
    look(page, "done by somebody else")


PEOPLE = (registration, recovery, invitation)
