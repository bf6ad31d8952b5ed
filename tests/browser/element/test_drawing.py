"""What the element draws: the markup of the server's templates, for every status."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import heading, to_stay
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]

LEFT_OUT = "[type=hidden], .wf-hidden[type=submit], [value='wf.refresh'], .wf-ways-out:not(:has(button))"
OUTLINE = """(form, leftOut) => [...form.querySelectorAll(`*:not(${leftOut})`)].map((element) => {
  const attributes = ["name", "href", "for", "aria-describedby"].map((name) => element.getAttribute(name) ?? "");
  const text = element.children.length ? "" : element.textContent.trim();
  return [element.localName, element.className, element.id, ...attributes, text].join("|");
})"""


def outline(page: Page) -> list[str]:
    """Describe each element of the form."""
    found: list[str] = page.locator(".wf-form").evaluate(OUTLINE, LEFT_OUT)
    return found


def test_a_rejected_page_is_marked_up_as_on_the_server(page: Page, site: str) -> None:
    """Problems, heading, fields with their errors, buttons."""
    outlines = []
    for path in ("/recover/", "/element/recover/"):
        page.goto(path)
        page.locator(".wf-form").evaluate("form => { form.noValidate = true }")
        page.get_by_label("E-mail address").fill("a@example..com")
        page.locator("input[type=email]").evaluate("input => { input.type = 'text' }")
        press(page, "Send me a link")
        expect(page.locator(".wf-problems")).to_be_visible()
        page.locator("[name=email]").evaluate("input => { input.type = 'email' }")
        outlines.append(outline(page))
    server, drawn = outlines
    assert drawn == server


def test_a_page_is_drawn_whole(element: Open) -> None:
    """Progress, heading, fields, actions with their notes, ways out."""
    page = element()
    to_stay(page)
    expect(page.locator(".wf-progress > li")).to_have_text(["Who travels? (done)", "Stay", "Is it right?"])
    expect(page.locator(".wf-progress-current")).to_have_attribute("aria-current", "step")
    expect(page.locator(".wf-buttons > .wf-button")).to_have_text("Book")
    expect(page.locator(".wf-action > button")).to_have_text(["Call Ann", "On your phone"])
    expect(page.locator(".wf-action-note")).to_have_text("2 left.")
    expect(page.locator(".wf-ways-out > button")).to_have_text(["Back", "Cancel"])
    expect(page.locator(".wf-form")).to_have_accessible_name("Where to, Ann?")


def test_a_button_that_cools_down_becomes_usable_by_itself(element: Open) -> None:
    """It keeps the focus; pressed too early it does nothing; at last it is spent."""
    page = element()
    to_stay(page)
    button = page.get_by_role("button", name="Call Ann")
    button.click()
    expect(page.locator(".wf-message-info")).to_have_text("We are calling.")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    expect(button).to_have_accessible_description("You can ask again in 2 seconds. 1 left.")
    button.press("Enter")
    expect(button).to_be_enabled()
    expect(button).to_have_accessible_description("1 left.")
    button.click()
    expect(button).to_have_accessible_description("You cannot ask for this again.")
    expect(button).to_have_js_property("disabled", True)


def test_a_message_takes_no_field_s_place(element: Open) -> None:
    """What an action says stands above all fields, each of which stays."""
    page = element()
    to_stay(page)
    labels = page.locator(".wf-field label").all_text_contents()
    press(page, "Call Ann")
    expect(page.locator(".wf-message-info")).to_have_text("We are calling.")
    expect(page.locator(".wf-field label")).to_have_text(labels)


def test_answers_are_listed_and_changed(element: Open) -> None:
    """The button says of which page."""
    page = element()
    to_stay(page)
    page.get_by_label("Nights").fill("2")
    press(page, "Book")
    heading(page, "Is it right?")
    expect(page.locator(".wf-answers-list").first).to_contain_text("Ann")
    page.get_by_role("button", name="Change Who travels?").click()
    heading(page, "Who travels?")
    expect(page.get_by_label("Name")).to_have_value("Ann")


def test_the_enter_key_submits_and_changes_nothing(element: Open) -> None:
    """Though the first buttons of the page are those that change answers."""
    page = element()
    to_stay(page)
    page.get_by_label("Nights").fill("2")
    page.get_by_label("Nights").press("Enter")
    heading(page, "Is it right?")


def test_another_device_gets_a_link_and_a_code(element: Open) -> None:
    """The address stands there as text, too."""
    page = element()
    to_stay(page)
    press(page, "On your phone")
    expect(page.get_by_role("heading", name="Continue on another device")).to_be_visible()
    expect(page.locator(".wf-device code")).to_contain_text("?wfs=")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


def test_waiting_for_a_link(element: Open) -> None:
    """It says what for, looks again, and may be cancelled; then it may be started again."""
    page = element("element/letter")
    press(page, "Continue")
    heading(page, "Sent")
    expect(page.locator(".wf-notice .wf-description")).to_have_text(
        "We have sent an e-mail with a link. This goes on once the link is opened; you can close this page."
    )
    press(page, "Check again")
    expect(page.locator(".wf-title")).to_be_focused()
    press(page, "Cancel")
    heading(page, "Cancelled")
    press(page, "Start again")
    heading(page, "Write")


@pytest.mark.parametrize("progress", [None, 0.4])
def test_pending_shows_its_progress(element: Open, progress: float | None) -> None:
    """A bar, with how far it is where the server knows."""
    page = element()
    pending: dict[str, Any] = {"step": "make", "text": "Creating your workspace", "progress": progress}
    answer = {"status": "pending", "wfs": "database.x.2", "retryAfterMs": 60000, "pending": pending}
    page.route("**/wf/", lambda route: route.fulfill(body=json.dumps(answer), content_type="application/json"))
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    heading(page, "Please wait…")
    bar = page.get_by_role("progressbar", name="Please wait…")
    expect(bar).to_have_js_property("position", -1 if progress is None else 0.4)
    expect(page.locator(".wf-description")).to_have_text("Creating your workspace")
    expect(page.locator("wf-form > [aria-live]")).to_have_text("Creating your workspace")


def test_the_fallback_stays_until_there_is_a_page(serve: Open) -> None:
    """With a word that something is coming."""
    page = serve("")
    page.route("**/wf/", lambda route: None)
    serve('<wf-form src="/wf/" name="element/trip"><a href="/plain/">Without script</a></wf-form>')
    expect(page.locator("wf-form")).to_contain_text("Without script")
    expect(page.locator("wf-form .wf-loading")).to_have_text("Loading…")
    page.unroute("**/wf/")
    page.reload()
    heading(page, "Who travels?")
    expect(page.get_by_role("link", name="Without script")).to_have_count(0)
