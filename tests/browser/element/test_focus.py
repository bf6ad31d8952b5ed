"""Where the focus goes, what is read out, and what stays as it is in the document."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import focused, heading, said, to_stay
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]


def test_the_first_page_leaves_the_focus_where_it_is(serve: Open) -> None:
    """Somebody may be typing elsewhere by then."""
    page = serve('<input aria-label="Search" autofocus><wf-form src="/wf/" name="auth/login"></wf-form>')
    expect(page.get_by_label("Username")).to_be_visible()
    expect(page.get_by_label("Search")).to_be_focused()


def test_the_first_page_focuses_the_field_that_asks_for_it(element: Open) -> None:
    """Where nothing else has the focus."""
    page = element("auth/login")
    expect(page.get_by_label("Username")).to_be_focused()


def test_a_new_page_focuses_its_heading(element: Open) -> None:
    """And nothing says it twice."""
    page = element()
    to_stay(page)
    expect(page.get_by_role("heading", name="Where to, Ann?")).to_be_focused()
    expect(said(page)).to_be_empty()


def test_a_new_page_takes_no_focus_from_elsewhere(serve: Open) -> None:
    """It is read out instead."""
    page = serve('<input aria-label="Search"><wf-form src="/wf/" name="element/trip"></wf-form>')
    page.get_by_label("Name").fill("Ann")
    page.get_by_label("Search").focus()
    page.evaluate("document.querySelector('wf-form').submit()")
    heading(page, "Where to, Ann?")
    expect(page.get_by_label("Search")).to_be_focused()
    expect(said(page)).to_have_text("Where to, Ann?")


def test_a_rejection_focuses_the_summary_and_leads_to_the_fields(element: Open) -> None:
    """What is typed stays, and so does the field itself."""
    page = element()
    name = page.get_by_label("Name")
    name.evaluate("field => { field.mark = 1 }")
    name.fill("wrong")
    press(page, "Continue")
    expect(page.locator("#wf-problems")).to_be_focused()
    expect(page.locator("#wf-problems li")).to_have_text(["Name: Not that one.", "And not today."])
    expect(name).to_have_accessible_description("As in your passport. Not that one.")
    page.get_by_role("link", name="Name: Not that one.").click()
    expect(name).to_be_focused()
    assert (name.evaluate("field => field.mark"), name.input_value(), page.evaluate("location.hash")) == (
        1,
        "wrong",
        "",
    )


def test_an_error_goes_when_its_field_is_edited(element: Open) -> None:
    """As soon as something else stands there."""
    page = element()
    name = page.get_by_label("Name")
    name.fill("wrong")
    press(page, "Continue")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("right")
    expect(page.locator(".errorlist")).to_have_count(0)
    expect(name).not_to_have_attribute("aria-invalid", "true")


def test_the_browser_finds_mistakes_before_the_server_does(element: Open) -> None:
    """Nothing is sent; the summary is as of the server."""
    page = element()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_label("E-mail").fill("nobody")
    press(page, "Continue")
    expect(page.locator("#wf-problems")).to_be_focused()
    expect(page.locator("#wf-problems li")).to_have_count(2)
    expect(page.locator("#wf-problems a").first).to_have_text("Name: Please fill out this field.")
    page.get_by_role("link", name="E-mail").click()
    expect(page.get_by_label("E-mail")).to_be_focused()
    assert sent == []
    page.get_by_label("E-mail").fill("")
    to_stay(page)


def test_an_action_that_stays_gives_the_focus_back(element: Open) -> None:
    """What it says is read out, also for the second time."""
    page = element()
    to_stay(page)
    button = page.get_by_role("button", name="Call Ann")
    for left in ("1 left.", ""):
        button.click()
        expect(page.locator(".wf-message-info")).to_have_text("We are calling.")
        expect(said(page)).to_have_text("We are calling.")
        if left:
            expect(button).to_have_accessible_description(left)
            expect(button).to_be_focused()


def test_going_back_focuses_the_heading(element: Open) -> None:
    """It is a new page, too."""
    page = element()
    to_stay(page)
    press(page, "Back")
    heading(page, "Who travels?")
    expect(focused(page)).to_have_text("Who travels?")
    expect(page.get_by_label("Name")).to_have_value("Ann")
