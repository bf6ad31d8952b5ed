"""The finish page in a real browser, under a strict Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponseBase
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.integration.ends")]


def strict(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send the policy that wfapp's pages hold under."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'"
        return response

    return answered


@pytest.fixture(autouse=True)
def policy(settings: Any) -> None:
    """Draw wfapp's own pages under that policy."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.strict"]


def end(page: Page, how: str) -> None:
    """Walk to the end."""
    page.goto("/leave/")
    for value in ("x", how):
        page.get_by_role("textbox").fill(value)
        press(page, "Continue")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_countdown_goes_on_by_itself(new_context: Callable[..., BrowserContext], scripts: bool) -> None:
    """With scripts and without."""
    page = new_context(java_script_enabled=scripts).new_page()
    end(page, "auto")
    expect(page.get_by_text("This page goes on by itself after 5 seconds.")).to_be_visible()
    expect(page.locator(".wf-countdown-bar")).to_be_visible(visible=scripts)
    page.wait_for_url("**/shop/")


def test_a_countdown_is_seen_and_can_be_stopped(page: Page) -> None:
    """It counts down; the page that stays says nothing of it, and stays."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "favicon" not in message.location["url"] else None)
    end(page, "auto")
    expect(page.locator(".wf-countdown-left")).to_have_text(re.compile("^[1-4]$"))
    page.get_by_role("link", name="Stay here").click()
    expect(page.get_by_role("link", name="Continue")).to_be_visible()
    page.wait_for_timeout(5_500)
    assert (page.locator(".wf-countdown").count(), "wf_stay" in page.url, said) == (0, True, [])


@pytest.mark.parametrize("how", ["auto", "manual", "abort-auto"])
def test_a_finish_page_fits_a_small_screen(new_context: Callable[..., BrowserContext], how: str) -> None:
    """At 320 pixels everything stands in one column."""
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    end(page, how)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
