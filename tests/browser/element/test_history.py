"""The browser's back button, reloads, and several elements on one page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import heading, to_stay
from tests.browser.walks import code_field, press, type_password

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]

TWO = """<wf-form id="one" src="/wf/" name="element/trip"></wf-form>
<wf-form id="two" src="/wf/" name="element/note"></wf-form>"""


def entry(page: Page) -> dict[str, Any]:
    """Read the present entry of the history."""
    found: dict[str, Any] = page.evaluate("history.state?.wf ?? {}")
    return found


def test_back_goes_back_a_page(element: Open) -> None:
    """With its answers; forward shows where the flow is, and the flow goes on."""
    page = element()
    to_stay(page)
    page.go_back()
    heading(page, "Who travels?")
    expect(page.get_by_label("Name")).to_have_value("Ann")
    page.go_forward()
    heading(page, "Who travels?")
    to_stay(page, "Bea")
    page.reload()
    heading(page, "Where to, Bea?")
    page.go_back()
    heading(page, "Who travels?")


def test_back_leaves_a_page_that_does_not_go_back(element: Open) -> None:
    """There is no entry of its own for it."""
    call_command("seed_demo", verbosity=0)
    page = element("auth/login")
    before = page.evaluate("history.length")
    type_password(page, "bob")
    press(page, "Continue")
    expect(code_field(page)).to_be_visible()
    assert page.evaluate("history.length") == before


def test_a_reload_resumes(element: Open) -> None:
    """The token itself stands nowhere."""
    page = element()
    to_stay(page)
    (kept,) = entry(page).values()
    assert sorted(kept) == ["flow", "n", "revision"]
    stored = page.evaluate("JSON.stringify([history.state, {...localStorage}, {...sessionStorage}, location.href])")
    cookies = page.context.cookies()
    (token,) = [cookie["value"] for cookie in cookies if "wftoken" in cookie["name"]]
    assert token not in stored
    page.reload()
    heading(page, "Where to, Ann?")


def test_a_reload_after_the_end_starts_again(element: Open) -> None:
    """Nothing of the ended flow is asked for."""
    page = element("demo/hello")
    page.get_by_role("textbox").fill("Ann")
    press(page, "Continue")
    press(page, "Hello to you")
    heading(page, "Done")
    page.reload()
    heading(page, "What is your name?")


def test_a_token_in_the_body_is_not_kept(element: Open) -> None:
    """So a reload starts again."""
    page = element(attributes='token-transport="body"')
    to_stay(page)
    assert [sorted(kept) for kept in entry(page).values()] == [["n"]]
    assert "database" not in json.dumps(entry(page))
    page.reload()
    heading(page, "Who travels?")


def test_what_the_site_keeps_in_the_history_stays(element: Open) -> None:
    """The element adds to it."""
    page = element()
    page.evaluate("history.replaceState({...history.state, own: 1}, '')")
    to_stay(page)
    assert page.evaluate("history.state.own") == 1


def test_two_elements_do_not_disturb_each_other(serve: Open) -> None:
    """Neither their ids, nor their entries of the history."""
    page = serve(TWO)
    one, two = page.locator("#one"), page.locator("#two")
    two.get_by_role("textbox", name="Note").fill("mine")
    one.get_by_label("Name").fill("Ann")
    one.get_by_role("button", name="Continue").click()
    expect(one.locator(".wf-title")).to_have_text("Where to, Ann?")
    two.get_by_role("button", name="Continue").focus()
    assert (
        page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")
        == page.locator("[id]").count()
    )
    page.go_back()
    expect(one.locator(".wf-title")).to_have_text("Who travels?")
    expect(two.get_by_role("textbox", name="Note")).to_have_value("mine")
    page.reload()
    expect(one.get_by_label("Name")).to_have_value("Ann")
    expect(two.locator(".wf-title")).to_have_text("A note")
