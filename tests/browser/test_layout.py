"""The demo's pages fit a small screen, and leave the console empty."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.walks import answer, code_field, codes, press, say_name, send_code, signed_in, summary, wrong

pytestmark = pytest.mark.browser

CHROMIUMS_OWN = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")


def walk(page: Page) -> list[str]:
    """Go over the demo's pages, rejected ones included; give the names of those that are wider than the window."""
    wide: list[str] = []

    def look(name: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)

    page.goto("/")
    look("front")
    page.goto("/fields/")
    look("fields")
    page.locator(".wf-form").evaluate("form => { form.noValidate = true }")
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    look("fields, rejected")
    page.goto("/hello/")
    look("hello")
    say_name(page, "Bartholomew" * 3)
    expect(page.get_by_role("button", name="Hello to you")).to_be_visible()
    look("greeting")
    page.goto("/recover/")
    page.get_by_label("E-mail address").fill(f"{'bob' * 20}@example.com")
    press(page, "Send me a link")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    look("recovery, waiting")
    page.goto("/register/")
    look("registering")
    page.goto("/login/")
    answer(page, "bob", "wrong")
    expect(summary(page)).to_be_visible()
    look("password, rejected")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    look("code")
    code = codes(page)[-1]
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    look("code, rejected")
    send_code(page, code)
    expect(signed_in(page)).to_have_text("bob")
    look("front, signed in")
    page.goto("/password/")
    look("present password")
    page.goto("/outbox/")
    look("outbox")
    return wide


def test_no_page_scrolls_sideways_on_a_small_screen(new_context: Callable[..., BrowserContext]) -> None:
    """At 320 pixels, what WCAG 2.2 (1.4.10) asks for, everything stands in one column."""
    assert walk(new_context(viewport={"width": 320, "height": 640}).new_page()) == []


def test_console_stays_empty(page: Page) -> None:
    """No page has an error or a warning of its own; Chromium notes each 4xx by itself."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not CHROMIUMS_OWN.match(message.text):
            said.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    walk(page)
    assert said == []
