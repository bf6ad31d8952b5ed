"""What is pressed before a page is taken over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.element.walks import hold
from tests.browser.takeover.rounds import begin, is_same, mark
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAKEOVER = "**/form/takeover.js"


def answer(page: Page, value: str) -> None:
    """Fill the page in and send it."""
    page.locator("[name=how]").fill(value)
    press(page, "Continue")


def test_page_goes_on_as_without_a_script(page: Page) -> None:
    """Its form is posted by the browser; once the module is there, the next page is taken over."""
    held = hold(page, TAKEOVER)
    with page.expect_request(TAKEOVER):
        page.goto("/leave/")
    page.evaluate("window.mark = true")
    with page.expect_request(TAKEOVER):
        answer(page, "x")
    expect(page.get_by_role("heading", level=1)).to_have_text("How")
    assert not is_same(page)
    held[-1].continue_()
    mark(page)
    answer(page, "manual")
    expect(page.get_by_role("link", name="Shop")).to_be_visible()
    assert is_same(page)


def test_page_that_begins_anew_goes_on_as_without_a_script(page: Page) -> None:
    """Between the end of what took it over and the next beginning it is the browser's."""
    begin(page, "/leave/")
    page.get_by_role("textbox").fill("x")
    page.evaluate(
        """async () => {
          const element = document.querySelector("wf-form");
          element.setAttribute("name", "another");
          await null;
          element.querySelector("form [type=submit]").click();
        }"""
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("How")
    assert not is_same(page)


def test_page_that_begins_anew_in_a_round_can_be_sent_again(page: Page) -> None:
    """Its round is over for the element, which takes the form over as it stands."""
    begin(page, "/leave/")
    page.route("**/leave/", lambda route: None, times=1)
    answer(page, "x")
    form = page.locator("form")
    expect(form).to_have_attribute("aria-busy", "true")
    page.evaluate(
        """async () => {
          const element = document.querySelector("wf-form");
          const place = element.parentElement;
          element.remove();
          await new Promise((done) => setTimeout(done));
          place.append(element);
        }"""
    )
    expect(form).not_to_have_attribute("aria-busy", "true")
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("How")


def test_what_has_no_name_may_be_typed_into(page: Page) -> None:
    """Such as what a template of the site has made editable."""
    begin(page, "/leave/")
    page.evaluate(
        """() => {
          const note = Object.assign(document.createElement("div"), { id: "note", contentEditable: "true" });
          document.querySelector("wf-form form").prepend(note);
        }"""
    )
    page.locator("#note").press_sequentially("hm")
    answer(page, "x")
    expect(page.get_by_role("heading", level=1)).to_have_text("How")
    assert is_same(page)
