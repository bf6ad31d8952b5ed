"""The back button, reloads and several tabs: nothing runs twice, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from project.accounts.models import LoginFlow
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
    wrong,
)
from wfapp.models import Flow, FlowEvent

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STALE = "This page was answered already. Here is the current one."
OUTDATED = "Warning: This page is out of date, or your browser blocks cookies. Please send it again."


def test_back_from_the_code_page_leaves_its_flow_alone(page: Page, site: str) -> None:
    """The password page comes back fresh and starts another flow; the first one still takes its code."""
    page.goto("/login/")
    answer(page, "bob")
    first_code, first_address = codes(page)[-1], page.url
    page.go_back()
    expect(page).to_have_url(f"{site}/login/")
    page.reload()
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    assert page.url != first_address
    page.goto(first_address)
    send_code(page, first_code)
    expect(signed_in(page)).to_have_text("bob")
    assert sorted(LoginFlow.objects.values_list("status", flat=True)) == ["finished", "paused"]


def test_back_over_a_rejected_code_shows_the_page_of_today(page: Page) -> None:
    """The page before is loaded anew: with its revision of now the right code is taken."""
    page.goto("/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    page.go_back()
    expect(summary(page)).to_have_count(0)
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")


def test_reload_of_a_rejected_post_counts_nothing(page: Page) -> None:
    """The browser sends the wrong code again and gets the same answer, without spending another attempt."""
    page.goto("/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    for _ in range(5):
        page.reload()
        expect(summary(page)).to_contain_text("Code: Invalid code")
    assert FlowEvent.objects.filter(kind="rejected").count() == 1
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")


def test_reload_of_the_next_page_runs_nothing(page: Page) -> None:
    """After an accepted post the browser stands at an address that only shows."""
    page.goto("/login/")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    page.reload()
    expect(code_field(page)).to_be_visible()
    assert (len(codes(page)), LoginFlow.objects.count()) == (1, 1)


def test_back_from_the_end_does_not_sign_in_again(page: Page, site: str) -> None:
    """Whoever goes back to the code page of a finished flow is told that it is done, and led on."""
    page.goto("/login/?next=/hello/")
    answer(page, "bob")
    send_code(page, codes(page)[-1])
    expect(page).to_have_url(f"{site}/hello/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    page.get_by_role("link", name="Continue").click()
    expect(page).to_have_url(f"{site}/hello/")


def test_stale_tab_gets_the_current_page(page: Page) -> None:
    """Of two tabs with one flow, the one left behind is told so, runs nothing, and goes on from there."""
    page.goto("/login/")
    answer(page, "bob")
    code = codes(page)[-1]
    other = page.context.new_page()
    other.goto(page.url)
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    send_code(other, code)
    expect(messages(other)).to_contain_text(STALE)
    expect(signed_in(other)).to_have_count(0)
    send_code(other, code)
    expect(signed_in(other)).to_have_text("bob")


def test_two_flows_side_by_side(page: Page) -> None:
    """Two tabs greet two people, each in its own time."""
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/hello/")
    say_name(page, "Ann")
    say_name(other, "Ben")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    expect(other.get_by_role("heading", level=1)).to_have_text("Hello Ben!")
    for tab in (page, other):
        tab.reload()
        press(tab, "Hello to you")
        expect(tab.get_by_text("It was nice to meet you.")).to_be_visible()
    assert [flow.status for flow in Flow.objects.all()] == ["finished", "finished"]


@pytest.mark.parametrize("pages", [1, 2])
def test_tab_from_before_a_sign_in_goes_on(page: Page, pages: int) -> None:
    """A sign-in in another tab changes the CSRF token: what was typed comes back once, and is taken then."""
    page.goto("/hello/")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    if pages == 2:
        press(page, "Continue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    button = page.locator(".wf-buttons button").first
    other = page.context.new_page()
    other.goto("/login/")
    answer(other, "alice")
    expect(signed_in(other)).to_have_text("alice")
    heading = page.get_by_role("heading", level=1).inner_text()
    button.click()
    expect(messages(page)).to_have_text(OUTDATED)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    button.click()
    expect(messages(page)).to_have_count(0)
    expect(page.get_by_text("Hello Ann!" if pages == 1 else "It was nice to meet you.")).to_be_visible()


def test_sign_in_tab_from_before_a_sign_in_leads_on(page: Page, site: str) -> None:
    """Whoever has signed in with another tab meanwhile needs no second sign-in."""
    page.goto("/login/?next=/hello/")
    other = page.context.new_page()
    other.goto("/login/")
    answer(other, "alice")
    expect(signed_in(other)).to_have_text("alice")
    answer(page, "alice")
    expect(page).to_have_url(f"{site}/hello/")
    assert LoginFlow.objects.count() == 1
