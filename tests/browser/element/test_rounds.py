"""Rounds that are on, that fail, and pages that depend on what is typed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import bodies, heading, hold, said, to_stay
from tests.browser.takeover.rounds import begin, is_same
from tests.browser.walks import answer, press
from wfapp.models import FlowEvent

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]


def form(page: Page) -> object:
    """Tell whether the form can be used."""
    return page.locator(".wf-form").evaluate("form => [form.inert, form.ariaBusy]")


def test_the_form_is_inert_while_a_round_is_on(element: Open) -> None:
    """So a double click is one round."""
    page = element()
    held = hold(page)
    page.get_by_label("Name").fill("Ann")
    with page.expect_request("**/wf/"):
        page.get_by_role("button", name="Continue").dblclick()
    assert form(page) == [True, "true"]
    assert len(held) == 1
    held[0].continue_()
    heading(page, "Where to, Ann?")
    assert form(page) == [False, None]
    assert FlowEvent.objects.filter(kind="submitted").count() == 1


def test_typing_goes_on_while_a_page_is_refreshed(element: Open) -> None:
    """The field that is typed into stays the same, with its caret; what depends on it is drawn anew."""
    page = element()
    to_stay(page)
    note = page.get_by_label("Note")
    note.evaluate("field => { field.mark = 1 }")
    held = hold(page)
    with page.expect_request("**/wf/"):
        note.press_sequentially("late")
    assert form(page) == [False, None]
    note.press("ArrowLeft")
    page.unroute("**/wf/")
    held[-1].continue_()
    expect(page.get_by_label("Nights")).to_have_accessible_description(re.compile("A note of . letters."))
    page.keyboard.type("s")
    expect(note).to_have_value("latse")
    assert note.evaluate("field => field.mark") == 1


def test_a_field_comes_and_goes_with_another(element: Open) -> None:
    """A file that was chosen meanwhile stays; the change is read out; one request is sent for it."""
    page = element()
    to_stay(page)
    with page.expect_response("**/wf/"):
        page.get_by_label("Paper").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    expect(page.locator(".wf-files")).to_contain_text("a.txt")
    sent = bodies(page)
    page.get_by_label("Country").select_option("ch")
    expect(page.get_by_label("Canton")).to_be_visible()
    expect(said(page)).to_have_text("The page has changed.")
    assert [body["input"]["action"] for body in sent] == ["wf.refresh"]
    expect(page.locator(".wf-files")).to_contain_text("a.txt")
    page.get_by_label("Country").select_option("at")
    expect(page.get_by_label("Canton")).to_have_count(0)


def test_an_action_leaves_what_depends_on_what_is_typed(element: Open) -> None:
    """A field that is there by it stays, with its value, though the action itself looks at no data."""
    page = element()
    to_stay(page)
    page.get_by_label("Country").select_option("ch")
    page.get_by_label("Canton").fill("Uri")
    press(page, "Call Ann")
    expect(page.locator(".wf-message-info")).to_have_text("We are calling.")
    expect(page.get_by_label("Canton")).to_have_value("Uri")


def test_a_submit_takes_the_place_of_a_refresh(element: Open) -> None:
    """What was typed goes with it."""
    page = element()
    to_stay(page)
    sent = bodies(page)
    page.get_by_label("Nights").evaluate(
        """field => {
          field.value = "2";
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.form.requestSubmit();
        }"""
    )
    heading(page, "Is it right?")
    assert ["action" in body["input"] for body in sent] == [False]


def test_a_refresh_leaves_what_the_browser_found(element: Open) -> None:
    """What was asked for before the page was sent comes late: the summary stays, with the focus."""
    page = element()
    to_stay(page)
    held = hold(page)
    with page.expect_request("**/wf/"):
        page.get_by_label("Country").select_option("ch")
    press(page, "Book")
    problems = page.locator("#wf-problems")
    expect(problems).to_be_focused()
    held[0].continue_()
    expect(page.get_by_label("Canton")).to_be_visible()
    expect(problems).to_contain_text("Nights: Please fill out this field.")
    expect(problems).to_be_focused()


def goes_there_and_back(page: Page) -> None:
    """Answer a page whose form has a field called ``remove``, and go back to it by the browser's button."""
    page.get_by_label("Remove").fill("x")
    press(page, "Continue")
    heading(page, "Second")
    page.go_back()
    heading(page, "First")
    expect(page.get_by_label("Remove")).to_have_value("x")


def test_fields_have_any_name(element: Open) -> None:
    """In place of a method of the form, say."""
    goes_there_and_back(element("element/odd"))


def test_fields_of_a_page_that_is_taken_over_have_any_name(page: Page, complaints: list[str]) -> None:
    """And the page that the browser has loaded is one to go back to."""
    begin(page, "/odd/")
    goes_there_and_back(page)
    assert is_same(page)


def test_a_lost_connection_is_told_and_tried_again(element: Open) -> None:
    """The page stays as it is."""
    page = element()
    page.get_by_label("Name").fill("Ann")
    page.clock.install()
    page.route("**/wf/", lambda route: route.abort())
    press(page, "Continue")
    for _ in range(20):
        page.clock.run_for(1000)
    fault = page.locator(".wf-message-error")
    expect(fault).to_contain_text("The server could not be reached. Check your connection and try again.")
    expect(fault).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Ann")
    page.unroute("**/wf/")
    press(page, "Try again")
    heading(page, "Where to, Ann?")
    expect(fault).to_have_count(0)


def test_an_expired_page_offers_to_start_again(element: Open) -> None:
    """In place of what cannot be sent any more; the params come along."""
    page = element(attributes="""params='{"tag": "x"}'""")
    page.context.clear_cookies()
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    heading(page, "This page has expired")
    expect(page.locator(".wf-title")).to_be_focused()
    sent = bodies(page)
    press(page, "Start again")
    heading(page, "Who travels?")
    assert (sent[-1]["wfid"], sent[-1]["params"]) == ("element/trip", {"tag": "x"})


def test_too_many_attempts_say_when(element: Open) -> None:
    """The button that tries again can be pressed then."""
    page = element("auth/login")

    def refused(route: Route) -> None:
        body = {"error": {"code": "limit", "message": "Too many attempts. Try again later."}}
        route.fulfill(status=429, headers={"Retry-After": "120"}, json=body)

    page.route("**/wf/", refused)
    answer(page, "bob", "wrong")
    expect(page.locator(".wf-message-error")).to_contain_text("Too many attempts. Try again later.")
    retry = page.get_by_role("button", name="Try again")
    expect(retry).to_be_disabled()
    expect(retry).to_have_accessible_description("Try again in 2 minutes.")


def test_a_page_answered_in_another_tab_is_shown_as_it_is_now(element: Open) -> None:
    """With a word about it."""
    page = element()
    page.evaluate(
        """async () => {
          const { wf } = history.state;
          const [{ flow, revision }] = Object.values(wf);
          const csrf = /csrftoken=([^;]+)/.exec(document.cookie)[1];
          const input = { formData: { name: "Eve" } };
          const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
          await fetch("/wf/", { method: "POST", headers, body: JSON.stringify({ wfs: { flow, revision }, input }) });
        }"""
    )
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    heading(page, "Where to, Eve?")
    expect(page.locator(".wf-message-warn")).to_have_text(
        "Warning: This page was answered already. Here is the current one."
    )
