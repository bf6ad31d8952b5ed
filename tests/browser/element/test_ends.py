"""Finish screens: at once, after a countdown, by choice."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import heading
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]

TARGET = """params='{"target": "/hello/"}'"""


def answered(answer: dict[str, Any], route: Route) -> None:
    """Answer for the server."""
    route.fulfill(json=answer)


def freeze(page: Page) -> None:
    """Stop the clock of the page: from now on the test turns it."""
    page.clock.install(time=0)
    page.clock.pause_at(60)


def end(page: Page, how: str) -> None:
    """Walk to the end."""
    for title, value in (("First", "x"), ("How", how)):
        heading(page, title)
        page.get_by_role("textbox").fill(value)
        press(page, "Continue")


def test_an_end_goes_on_at_once(element: Open) -> None:
    """After the event."""
    page = element("ends/leaving", TARGET)
    page.evaluate("addEventListener('wf:finished', ({ detail }) => { document.title = detail.message.text })")
    end(page, "redirect")
    page.wait_for_url("**/hello/")


def test_a_listener_may_keep_the_page(element: Open) -> None:
    """It shows the end, and where it would lead."""
    page = element("ends/leaving", TARGET)
    page.evaluate("addEventListener('wf:finished', event => event.preventDefault())")
    end(page, "redirect")
    heading(page, "Done")
    expect(page.locator(".wf-title")).to_be_focused()
    expect(page.locator(".wf-notice-finished .wf-description")).to_have_text("Over.")
    expect(page.get_by_role("link", name="Continue")).to_have_attribute("href", re.compile("/hello/$"))
    assert page.url.endswith("/element-test/")


def test_a_countdown_goes_on_by_itself(element: Open) -> None:
    """Its button says how long it takes, and nothing reads that out each second."""
    page = element("ends/leaving", TARGET)
    freeze(page)
    end(page, "auto")
    button = page.locator(".wf-buttons .wf-button").first
    expect(button).to_have_text("Go now (4)")
    expect(page.get_by_text("This page goes on by itself after 5 seconds.")).to_be_visible()
    page.clock.run_for(1100)
    expect(button).to_have_text("Go now (3)")
    expect(button).to_have_accessible_name("Go now")
    expect(page.locator("wf-form > [aria-live]")).to_be_empty()
    page.clock.run_for(4000)
    page.wait_for_url("**/hello/")


def test_a_countdown_is_skipped(element: Open) -> None:
    """The button has the words of the step."""
    page = element("ends/leaving", 'next="/hello/"')
    freeze(page)
    end(page, "auto-next")
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url("**/hello/")


def test_a_countdown_is_stopped(element: Open) -> None:
    """Nothing happens any more but by the link."""
    page = element("ends/leaving", TARGET)
    freeze(page)
    end(page, "auto-cancel")
    press(page, "Wait here")
    expect(page.locator(".wf-countdown")).to_have_count(0)
    expect(page.locator(".wf-title")).to_be_focused()
    page.clock.run_for(20_000)
    expect(page.get_by_role("link", name="Continue")).to_be_visible()
    assert page.url.endswith("/element-test/")


def test_choices_lead_on(element: Open) -> None:
    """A link, a start anew, and one that closes the element."""
    page = element("ends/leaving", TARGET)
    end(page, "manual")
    expect(page.locator(".wf-choices .wf-button")).to_have_text(["Shop", "Again", "Close"])
    expect(page.get_by_role("link", name="Shop")).to_have_attribute("href", re.compile("/hello/$"))
    press(page, "Again")
    end(page, "manual")
    press(page, "Close")
    expect(page.locator("wf-form")).to_be_hidden()
    expect(page.locator("wf-form > *")).to_have_count(0)


def test_a_listener_may_close_the_element_itself(element: Open) -> None:
    """Such as the dialog that it stands in."""
    page = element("ends/leaving", TARGET)
    page.evaluate("addEventListener('wf:dismiss', event => event.preventDefault())")
    end(page, "manual")
    press(page, "Close")
    heading(page, "Done")


def test_an_aborted_flow_may_be_started_again(element: Open) -> None:
    """Its message stands there."""
    page = element("ends/leaving")
    end(page, "abort")
    heading(page, "This could not be completed")
    expect(page.locator(".wf-notice-aborted .wf-description")).to_have_text("Too late.")
    press(page, "Start again")
    heading(page, "First")


@pytest.mark.parametrize("target", ["javascript:document.title='run'", "data:text/html,x", "ftp://example.com/"])
def test_only_the_web_is_followed(element: Open, target: str) -> None:
    """Whatever the answer says."""
    page = element("ends/leaving")
    choice = {"label": "Go", "action": {"type": "redirect", "target": target}}
    for following in (
        {"trigger": "immediate", "action": choice["action"]},
        {"trigger": "manual", "primary": choice, "options": []},
    ):
        answer = {"status": "finished", "finished": True, "data": {}, "next": following}
        page.route("**/wf/", partial(answered, answer))
        page.get_by_role("textbox").fill("x")
        press(page, "Continue")
        heading(page, "Done")
        expect(page.locator("wf-form :is(a, .wf-choices .wf-button)")).to_have_count(0)
        page.unroute("**/wf/")
        page.evaluate("document.querySelector('wf-form').restart()")
        heading(page, "First")
    assert (page.title(), page.url.endswith("/element-test/")) == ("Elements", True)
