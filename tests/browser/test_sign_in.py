"""Signing in on the demo site, as people do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from playwright.sync_api import BrowserContext, Page, expect

from project.accounts.models import LoginFlow
from project.accounts.workflows import login
from tests.browser.walks import answer, code_field, codes, messages, press, send_code, signed_in, summary, wrong
from wfapp import Finish

pytestmark = pytest.mark.browser

TIMELINE = [
    "Started",
    "Submitted credentials",
    "Paused verify",
    "Sent accounts/mail/code",
    "Rejected verify",
    "Action resend",
    "Sent accounts/mail/code",
    "Submitted verify",
    "Step done issue_session",
    "Finished",
]
WRONG_PASSWORD = "Please enter a correct username and password. Note that both fields may be case-sensitive."


def test_bob_signs_in_and_staff_find_him(page: Page, new_context: Callable[..., BrowserContext], site: str) -> None:
    """Wrong password, right password, wrong code, resend, right code; then the admin's list knows his address."""
    page.goto("/login/?next=/hello/")
    answer(page, "bob", "wrong")
    expect(page).to_have_title(re.compile(r"^Error: Sign in"))
    expect(summary(page)).to_contain_text(WRONG_PASSWORD)
    answer(page, "bob")
    expect(page).to_have_title(re.compile(r"^Enter the code sent to bob@example\.com"))
    (first,) = codes(page)
    send_code(page, wrong(first))
    expect(page).to_have_title(re.compile(r"^Error: Enter the code"))
    expect(summary(page)).to_contain_text("Code: Invalid code")
    press(page, "Resend to bob@example.com")
    expect(messages(page)).to_have_text("A new code is on its way.")
    expect(page.locator(".wf-action-note")).to_have_text(re.compile(r"You can ask again in \d+ seconds?\. 4 left\."))
    *_, last = codes(page)
    send_code(page, last)
    expect(page).to_have_url(f"{site}/hello/")
    expect(signed_in(page)).to_have_text("bob")

    office = new_context().new_page()
    office.goto("/admin/accounts/loginflow/")
    expect(office).to_have_title(re.compile(r"^Sign in"))
    answer(office, "staff")
    expect(office).to_have_url(f"{site}/admin/accounts/loginflow/")
    office.locator("#searchbar").fill("bob@example.com")
    office.locator("#searchbar").press("Enter")
    row = office.locator("#result_list tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("bob@example.com")
    row.get_by_role("link").click()
    timeline = office.get_by_role("region", name="Timeline").get_by_role("listitem").locator(".wf-what")
    expect(timeline).to_have_text(TIMELINE)
    assert not any(secret in office.content() for secret in (first, last, "code_hash", "user_id", "mfa"))


def test_error_summary_takes_focus_and_leads_to_the_field(page: Page) -> None:
    """After a wrong code the keyboard is at the summary; its link goes to the input, which is empty again."""
    page.goto("/login/")
    answer(page, "bob")
    send_code(page, wrong(codes(page)[-1]))
    expect(summary(page)).to_be_focused()
    expect(code_field(page)).to_have_value("")
    summary(page).get_by_role("link", name="Code: Invalid code").click()
    expect(code_field(page)).to_be_focused()


def test_sign_in_by_keyboard_alone(page: Page) -> None:
    """The first input has focus, Tab goes on, Enter sends; after an error the link of the summary is next."""
    page.goto("/login/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("bob")
    page.keyboard.press("Tab")
    page.keyboard.type("harbour-violin-38")
    page.keyboard.press("Enter")
    expect(code_field(page)).to_be_focused()
    (code,) = codes(page)
    page.keyboard.type(wrong(code))
    page.keyboard.press("Enter")
    expect(summary(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(code_field(page)).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Verify code")).to_be_focused()
    page.keyboard.press("Enter")
    expect(signed_in(page)).to_have_text("bob")


def test_sign_in_without_javascript(new_context: Callable[..., BrowserContext]) -> None:
    """Every page and every button works, and the error summary takes focus."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/login/")
    answer(page, "bob", "wrong")
    expect(summary(page)).to_be_focused()
    answer(page, "bob")
    press(page, "Resend to bob@example.com")
    expect(messages(page)).to_have_text("A new code is on its way.")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_focused()
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the commit of the first round that finishes a flow fail; the list names what failed."""
    failed: list[str] = []
    finishing: list[BaseDatabaseWrapper] = []
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def finish(**keywords: object) -> Finish:
        if not failed:
            finishing.append(connections["default"])
        return Finish(**keywords)  # type: ignore[arg-type]

    def fails_once(connection: BaseDatabaseWrapper) -> None:
        if connection in finishing:
            finishing.remove(connection)
            failed.append("commit")
            raise OperationalError("the disk is full")
        commit(connection)

    monkeypatch.setattr(login, "Finish", finish)
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", fails_once)
    return failed


def test_sign_in_that_was_rolled_back_signs_nobody_in(page: Page, full_disk: list[str]) -> None:
    """The page says that it failed; from the page before, the same code signs in: the flow's token still works."""
    page.goto("/login/")
    answer(page, "bob")
    (code,) = codes(page)
    code_field(page).fill(code)
    with page.expect_response(lambda response: response.request.method == "POST") as posted:
        press(page, "Verify code")
    assert (posted.value.status, full_disk) == (500, ["commit"])
    expect(page.locator("body")).to_contain_text("the disk is full")
    assert not Session.objects.exists()
    assert LoginFlow.objects.get().status == "paused"
    page.go_back()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")
    assert LoginFlow.objects.get().status == "finished"


def test_first_page_works_again_after_a_roll_back(page: Page, full_disk: list[str]) -> None:
    """A flow that was never stored is started by sending the same page again."""
    page.goto("/login/")
    answer(page, "alice")
    expect(page.locator("body")).to_contain_text("the disk is full")
    assert not Session.objects.exists()
    assert not LoginFlow.objects.exists()
    page.reload()
    expect(signed_in(page)).to_have_text("alice")
    assert (Session.objects.count(), LoginFlow.objects.get().status, full_disk) == (1, "finished", ["commit"])
