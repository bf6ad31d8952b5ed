"""``?next=`` survives whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import answer, code_field, codes, send_code, signed_in, summary, wrong

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_next_survives_errors_and_reloads(page: Page, site: str) -> None:
    """A wrong password, the second factor, a wrong code, and a reload of each of these pages."""
    page.goto("/login/?next=/fields/")
    answer(page, "bob", "wrong")
    expect(summary(page)).to_be_visible()
    page.reload()
    expect(summary(page)).to_be_visible()
    answer(page, "bob")
    code = codes(page)[-1]
    page.reload()
    send_code(page, wrong(code))
    expect(summary(page)).to_be_visible()
    page.reload()
    expect(summary(page)).to_be_visible()
    send_code(page, code)
    expect(page).to_have_url(f"{site}/fields/")
    expect(signed_in(page)).to_have_text("bob")


def test_next_survives_an_expired_flow(page: Page, site: str, wait: Callable[..., None]) -> None:
    """The page that says so leads to a new start, and from there to where the person was going."""
    page.goto("/login/?next=/fields/")
    answer(page, "bob")
    code = codes(page)[-1]
    wait(minutes=10)
    send_code(page, code)
    expect(page.get_by_role("heading", level=1)).to_have_text("This page has expired")
    page.get_by_role("link", name="Start again").click()
    answer(page, "bob")
    send_code(page, codes(page)[-1])
    expect(page).to_have_url(f"{site}/fields/")


def test_next_survives_a_first_page_that_was_open_too_long(page: Page, site: str, wait: Callable[..., None]) -> None:
    """The start key lives for an hour: the page comes back once and is taken then."""
    page.goto("/login/?next=/fields/")
    wait(hours=2)
    answer(page, "alice")
    expect(page.get_by_text("This page was open for too long. Please send it again.")).to_be_visible()
    answer(page, "alice")
    expect(page).to_have_url(f"{site}/fields/")


def test_next_of_another_site_is_not_followed(page: Page, site: str) -> None:
    """The address bar of a sign-in page proves nothing to the person: only this site's places count."""
    page.goto("/login/?next=https://evil.example/")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    send_code(page, codes(page)[-1])
    expect(page).to_have_url(f"{site}/")
