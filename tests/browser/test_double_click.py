"""Clicking sign-in twice, quickly or not: signed in once, from one flow."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.shortcuts import render
from playwright.sync_api import Locator, Page, expect

from project.accounts.models import LoginFlow
from project.demo import views
from tests.browser.walks import PATIENCE, answer, code_field, codes, signed_in, type_password

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEND_AT_ONCE = """async times => {
  const form = document.querySelector(".wf-form"), body = new URLSearchParams(new FormData(form));
  const posts = Array.from({length: times}, () => fetch(form.action, {method: "POST", body}));
  return (await Promise.all(posts)).map(response => [response.status, new URL(response.url).pathname]);
}"""
"""Post what the page's form holds several times at once; give where each of them led."""


def ready(page: Page, name: str) -> Locator:
    """Go to the page whose button signs somebody in, and fill it in; give the button."""
    page.goto("/login/")
    if name == "alice":
        type_password(page, name)
        return page.get_by_role("button", name="Continue")
    answer(page, name)
    code_field(page).fill(codes(page)[-1])
    return page.get_by_role("button", name="Verify code")


def middle(button: Locator) -> tuple[float, float]:
    """Give the place to point the mouse at: a click on a locator waits for a page on its way, a hand does not."""
    box = button.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def session_cookies(page: Page) -> int:
    """Count the session cookies of the browser."""
    return [cookie["name"] for cookie in page.context.cookies()].count("sessionid")


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_two_quick_clicks_sign_in(page: Page, name: str) -> None:
    """One flow comes of it, and the browser keeps one session."""
    ready(page, name).dblclick()
    expect(signed_in(page)).to_have_text(name)
    assert session_cookies(page) == 1
    assert LoginFlow.objects.get().status == "finished"


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_two_posts_at_once_sign_in(page: Page, name: str) -> None:
    """Both get the one answer, whichever is first; the browser keeps one session."""
    ready(page, name)
    assert page.evaluate(SEND_AT_ONCE, 2) == [[200, "/"], [200, "/"]]
    page.goto("/")
    expect(signed_in(page)).to_have_text(name)
    assert session_cookies(page) == 1
    assert LoginFlow.objects.get().status == "finished"


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_click_after_the_answer_signs_in(page: Page, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page takes its time, and the old one with its old CSRF token is clicked again meanwhile."""
    asked, twice = threading.Event(), threading.Event()

    def slow(*arguments: Any, **keywords: Any) -> HttpResponse:
        asked.set()
        twice.wait(PATIENCE / 1000)
        return render(*arguments, **keywords)

    spot = middle(ready(page, name))
    monkeypatch.setattr(views, "render", slow)
    page.mouse.click(*spot)
    assert asked.wait(PATIENCE / 1000)
    with page.expect_request(lambda request: request.method == "POST"):
        page.mouse.click(*spot)
    twice.set()
    expect(signed_in(page)).to_have_text(name)
    assert (Session.objects.count(), LoginFlow.objects.count()) == (1, 1)
