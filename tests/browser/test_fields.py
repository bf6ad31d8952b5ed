"""Fields that depend on others, and fields that only show, in a browser with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'"


def fill_in(page: Page) -> None:
    """Answer the page with every field."""
    page.goto("/fields/")
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")


def deliver(page: Page) -> None:
    """Answer the page whose fields depend on others."""
    page.get_by_label("Country").select_option("ch")
    page.get_by_label("It is a gift").check()
    press(page, "Update this page")
    page.get_by_label("Canton").select_option("Ticino")
    page.get_by_label("Customs number").fill("123456789")
    expect(page.get_by_label("Greeting")).to_have_value("All the best!")
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Rows of fields")).to_be_visible()


def bring(page: Page) -> None:
    """Answer the pages with rows and with files."""
    page.get_by_label("Name").first.fill("Bob")
    press(page, "Continue")
    letter = FilePayload(name="letter.txt", mimeType="text/plain", buffer=b"Dear Ann")
    page.get_by_label("A letter").set_input_files(letter)
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Fields that only show")).to_be_visible()


def test_a_text_is_copied_under_a_strict_policy(new_context: Callable[..., BrowserContext]) -> None:
    """The button appears with the script, copies, and says so; nothing breaks the Content-Security-Policy."""
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def strictly(route: Route) -> None:
        response = route.fetch(max_redirects=0)
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": STRICT})

    page.route("**/fields/**", strictly)
    fill_in(page)
    deliver(page)
    bring(page)
    codes = page.get_by_label("Recovery codes")
    expect(codes).not_to_be_editable()
    copy = page.locator("wf-copy", has=codes)
    copy.get_by_role("button", name="Copy").click()
    expect(copy.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == codes.input_value()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert problems == []


def test_a_text_can_be_read_without_javascript(new_context: Callable[..., BrowserContext]) -> None:
    """There is no button that would do nothing, and the code is there as text."""
    page = new_context(java_script_enabled=False).new_page()
    fill_in(page)
    deliver(page)
    bring(page)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    expect(page.get_by_label("Order number")).to_have_value(re.compile("DEMO-[0-9]{4}"))
    page.get_by_text("Show as text").click()
    expect(page.get_by_text("otpauth://totp/wfapp%20demo?secret=")).to_be_visible()
