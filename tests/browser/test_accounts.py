"""Registering, recovery and invitations, as people do it: each in browsers of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from project.accounts.models import InviteFlow
from tests.browser.walks import (
    PASSWORDS,
    answer,
    letters,
    link,
    messages,
    press,
    send_code,
    signed_in,
    summary,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW = "glacier-tulip-88"
Browsers = Callable[..., BrowserContext]


def choose(page: Page, password: str, again: str = "") -> None:
    """Fill both inputs for a new password in and send them."""
    first, second = page.locator("input[autocomplete=new-password]").all()
    first.fill(password)
    second.fill(again or password)
    page.locator("form.wf-form button:not([name])").click()


def heading(page: Page, text: str) -> None:
    """Wait for a page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def invite(page: Page, email: str, role: str) -> None:
    """Fill staff's form in and send it."""
    page.goto("/invite/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label(role).check()
    press(page, "Send the invitation")
    heading(page, f"{email} is invited")


def test_registering(page: Page) -> None:
    """From the sign-in page to an account, past a mistake in each of the two pages."""
    page.goto("/login/")
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("ada@example.com")
    page.get_by_label("Your name").fill("Ada")
    choose(page, NEW, "another")
    expect(summary(page)).to_contain_text("Password confirmation:")
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example.com")
    choose(page, NEW)
    heading(page, "Enter the code sent to ada@example.com")
    send_code(page, "00000x")
    expect(summary(page)).to_contain_text("Code: Invalid code")
    send_code(page, re.findall(r"\b\d{6}\b", letters(page, "ada@example.com")[-1])[0])
    expect(signed_in(page)).to_have_text("ada@example.com")
    expect(page.locator(".site-message")).to_have_text("Welcome! Your account is ready.")


def test_recovery_in_another_browser(page: Page, new_context: Browsers) -> None:
    """Asked for on one device, opened on another: there the password is chosen; a third one is signed out."""
    office = new_context().new_page()
    office.goto("/login/")
    answer(office, "alice")
    expect(signed_in(office)).to_have_text("alice")

    page.goto("/login/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill("alice@example.com")
    press(page, "Send me a link")
    heading(page, "Look into your mailbox")
    address = link(page, "alice@example.com")

    phone = new_context().new_page()
    phone.goto(address)
    heading(phone, "Choose a new password")
    assert "wfs=" not in phone.url
    press(phone, "Continue")
    choose(phone, "alice")
    expect(summary(phone)).to_contain_text("too similar")
    choose(phone, NEW)
    expect(signed_in(phone)).to_have_text("alice")

    page.get_by_role("link", name="Check again").click()
    heading(page, "Done")
    expect(signed_in(page)).to_have_count(0)
    office.goto("/")
    expect(signed_in(office)).to_have_count(0)
    office.goto(address)
    heading(office, "This link cannot be used")
    office.goto("/login/")
    answer(office, "alice", PASSWORDS["alice"])
    expect(summary(office)).to_be_visible()
    answer(office, "alice", NEW)
    expect(signed_in(office)).to_have_text("alice")


def test_two_invitations_in_one_browser(page: Page, new_context: Browsers) -> None:
    """Staff send two, one of them twice; a guest opens both in tabs side by side, and each tab is its own flow."""
    page.goto("/login/?next=/invite/")
    answer(page, "staff")
    heading(page, "Invite somebody")
    invite(page, "gus@example.com", "Member")
    old = link(page, "gus@example.com")
    invite(page, "gus@example.com", "Editor")
    second = page.context.new_page()
    invite(second, "pia@example.com", "Staff")

    browser = new_context()
    gus, pia = browser.new_page(), browser.new_page()
    gus.goto(old)
    heading(gus, "This link cannot be used")
    for tab, email in ((gus, "gus@example.com"), (pia, "pia@example.com")):
        tab.goto(link(page, email))
        heading(tab, "You are invited")
        press(tab, "Accept the invitation")
        expect(tab.locator(".wf-description")).to_contain_text(email)
    pia.reload()
    for tab, email in ((gus, "gus@example.com"), (pia, "pia@example.com")):
        tab.reload()  # the other tab's sign-in changed the CSRF token
        tab.get_by_label("Your name").fill(email[:3])
        choose(tab, NEW)
        expect(signed_in(tab)).to_have_text(email)
    assert list(User.objects.get(email="gus@example.com").groups.values_list("name", flat=True)) == ["Editors"]
    assert User.objects.get(email="pia@example.com").is_staff

    second.get_by_role("link", name="Check again").click()
    heading(second, "Done")
    page.goto("/admin/accounts/inviteflow/?q=pia@")
    row = page.locator("#result_list tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("pia@example.com")
    expect(row).to_contain_text("Staff")
    assert InviteFlow.objects.filter(status="finished").count() == 2


def test_an_invitation_is_sent_again_and_taken_back(page: Page, wait: Callable[..., None]) -> None:
    """By the buttons of the page that waits."""
    page.goto("/login/?next=/invite/")
    answer(page, "staff")
    invite(page, "gus@example.com", "Member")
    assert len(letters(page, "gus@example.com")) == 1
    press(page, "Send it again")
    expect(messages(page)).to_contain_text("Please wait a moment before you try this again.")
    wait(minutes=2)
    press(page, "Send it again")
    expect(page.locator(".wf-action-note")).to_contain_text("4 left.")
    assert len(letters(page, "gus@example.com")) == 2
    press(page, "Cancel")
    expect(page.locator(".wf-notice")).to_contain_text("This was cancelled.")
    page.goto(link(page, "gus@example.com"))
    heading(page, "This link cannot be used")
