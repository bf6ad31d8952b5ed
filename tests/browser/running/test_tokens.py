"""Flows that are gone: the person is told, and starts again towards the same place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running.walks import code, letters, visit
from tests.browser.walks import answer, press, send_code, signed_in

pytestmark = pytest.mark.running

BOB = "bob@example.com"
GONE = "This page has expired"


def forget_flows(page: Page) -> None:
    """Take the tokens of its flows from the browser, as time or another device does."""
    for cookie in page.context.cookies():
        if cookie.get("name", "").startswith("wftoken"):
            page.context.clear_cookies(name=cookie["name"])


def test_an_answer_to_a_flow_that_is_gone(page: Page, site: str) -> None:
    """A 410 offers a new start, which keeps where the person was going."""
    before = len(letters(page, BOB))
    page.goto("/element/login/?next=/hello/")
    answer(page, "bob")
    sent = code(page, BOB, before)
    forget_flows(page)
    with page.expect_response("**/wf/") as response:
        send_code(page, sent)
    assert response.value.status == 410
    press(page, "Start again")
    answer(page, "alice")
    expect(page).to_have_url(f"{site}/hello/")
    expect(signed_in(page)).to_have_text("alice")


def test_a_reload_of_a_flow_that_is_gone(page: Page, site: str) -> None:
    """What the history remembers opens nothing any more; the same offer stands there."""
    page.goto("/element/login/?next=/hello/")
    answer(page, "bob")
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_be_visible()
    forget_flows(page)
    page.reload()
    press(page, "Start again")
    answer(page, "alice")
    expect(page).to_have_url(f"{site}/hello/")


def test_a_smooth_page_of_a_flow_that_is_gone(page: Page, site: str) -> None:
    """The server's page says so, in the place of the one before."""
    before = len(letters(page, BOB))
    visit(page, "smooth", "login", after="/hello/")
    answer(page, "bob")
    sent = code(page, BOB, before)
    forget_flows(page)
    send_code(page, sent)
    expect(page.get_by_role("heading", level=1)).to_have_text(GONE)
    page.get_by_role("link", name="Start again").click()
    answer(page, "alice")
    expect(page).to_have_url(f"{site}/hello/")


def test_params_are_kept_over_a_restart(page: Page) -> None:
    """What the page gave the element at first goes with the new start."""
    page.goto("/element/hello/")
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(str(request.post_data)) if request.method == "POST" else None)
    name = page.get_by_role("textbox", name="Your name")
    expect(name).to_be_visible()
    with page.expect_response("**/wf/"):
        page.evaluate("document.querySelector('wf-form').setAttribute('params', '{}')")
    name.fill("Ann")
    forget_flows(page)
    with page.expect_response("**/wf/"):
        press(page, "Continue")
    with page.expect_response("**/wf/"):
        press(page, "Start again")
    expect(name).to_be_visible()
    assert '"params":{}' in bodies[-1]
