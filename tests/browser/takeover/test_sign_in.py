"""Signing in over pages that are taken over: rejections, codes, two tabs, lost flows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from project.accounts.models import LoginFlow
from tests.browser.takeover.rounds import begin, is_same
from tests.browser.walks import (
    answer,
    code_field,
    codes,
    messages,
    press,
    say_name,
    send_code,
    signed_in,
    summary,
    type_password,
    wrong,
)
from wfapp.models import FlowEvent

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_bob_signs_in_in_one_document(page: Page, site: str) -> None:
    """A wrong password, a code that is wrong, the right one: only the end is a page of its own."""
    begin(page, "/login/")
    answer(page, "bob", "not it")
    expect(summary(page)).to_be_focused()
    assert (page.title(), page.url) == ("Error: Sign in · wfapp demo", f"{site}/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    assert "?wf=" in page.url
    send_code(page, wrong(code))
    expect(summary(page)).to_contain_text("Code: Invalid code")
    assert is_same(page)
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")
    assert (is_same(page), page.url) == (False, f"{site}/")


def test_same_pages_work_without_javascript(new_context: Callable[..., BrowserContext]) -> None:
    """The element is no more than a box around the form then."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/login/")
    answer(page, "bob", "not it")
    expect(summary(page)).to_be_visible()
    answer(page, "bob")
    send_code(page, codes(page)[-1])
    expect(signed_in(page)).to_have_text("bob")


def test_reload_finds_the_flow(page: Page) -> None:
    """The address that is shown is the flow's."""
    begin(page, "/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    page.reload()
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")
    assert LoginFlow.objects.count() == 1


def test_two_quick_clicks_sign_in_once(page: Page) -> None:
    """The form takes no second click while a round is on, and the server would answer it alike."""
    begin(page, "/login/")
    type_password(page, "alice")
    page.get_by_role("button", name="Continue").dblclick()
    expect(signed_in(page)).to_have_text("alice")
    assert LoginFlow.objects.get().status == "finished"


def test_action_that_stays_keeps_what_was_typed(page: Page) -> None:
    """A new code is sent; the digits that are there stay, and the message is shown."""
    begin(page, "/login/")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    code_field(page).fill("12")
    page.get_by_role("button", name="Resend").click()
    expect(messages(page)).to_have_count(1)
    expect(code_field(page)).to_have_value("12")
    assert is_same(page)


def test_stale_tab_gets_the_current_page(page: Page) -> None:
    """It says so, keeps what was typed, and goes on from there."""
    begin(page, "/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    other = page.context.new_page()
    begin(other, page.url)
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    send_code(other, code)
    expect(messages(other)).to_contain_text("This page was answered already. Here is the current one.")
    expect(code_field(other)).to_have_value(code)
    press(other, "Verify code")
    expect(signed_in(other)).to_have_text("bob")


def test_tab_from_before_a_sign_in_goes_on(page: Page) -> None:
    """A sign-in elsewhere changes the CSRF token: the page that is swapped in has the new one."""
    begin(page, "/hello/")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    other = page.context.new_page()
    other.goto("/login/")
    answer(other, "alice")
    expect(signed_in(other)).to_have_text("alice")
    press(page, "Continue")
    expect(messages(page)).to_contain_text("Please send it again.")
    expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ann")
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert is_same(page)


def test_lost_flow_offers_a_start(page: Page, wait: Callable[..., None]) -> None:
    """What has expired is told by the server's page, in the place of the form."""
    begin(page, "/login/")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    wait(days=30)
    send_code(page, "123456")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page has expired")
    assert is_same(page)
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_end_is_shown_in_place_where_it_leads_nowhere(page: Page) -> None:
    """A finish page is swapped in; a sign-in page is passed by at once, as without a script."""
    begin(page, "/leave/")
    for value in ("x", "manual"):
        page.get_by_role("textbox").fill(value)
        press(page, "Continue")
    expect(page.get_by_role("link", name="Shop")).to_be_visible()
    assert is_same(page)


def test_messages_of_the_end_are_shown_once(page: Page) -> None:
    """The target is loaded by the browser alone: its messages are there, and gone after it."""
    begin(page, "/hello/?next=/")
    say_name(page, "Ann")
    press(page, "Hello to you")
    told = page.get_by_text("It was nice to meet you.")
    expect(told).to_have_count(1)
    page.reload()
    expect(told).to_have_count(0)
    assert FlowEvent.objects.filter(kind="finished").count() == 1


def test_page_that_was_left_is_right_when_it_comes_back(page: Page, site: str) -> None:
    """The browser's Back after the end shows where the flow stands now, and nothing stays busy."""
    begin(page, "/login/?next=/hello/")
    answer(page, "bob")
    send_code(page, codes(page)[-1])
    expect(page).to_have_url(f"{site}/hello/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    page.get_by_role("link", name="Continue").click()
    expect(page).to_have_url(f"{site}/hello/")
