"""The finish page: at once, after a countdown, by choice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.pages.visitor import Sheet, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.ends")]


def ended(visitor: Visitor, how: str, address: str = "/leave/") -> Sheet:
    """Walk to the end."""
    return visitor.submit(visitor.submit(visitor.open(address), how="x"), how=how)


def test_an_end_that_leads_on_at_once_is_a_303(visitor: Visitor) -> None:
    """The finish page is not seen; its message goes along as one of Django's."""
    response = visitor.send(visitor.submit(visitor.open("/leave/"), how="x"), how="redirect")
    assert (response.status_code, response.headers["Location"]) == (303, "/shop/")


def test_a_countdown_is_a_page_that_goes_on_by_itself(visitor: Visitor) -> None:
    """By a header, so that it needs neither a script nor an inline one; the page says it in words, in whole seconds."""
    end = ended(visitor, "auto")
    assert (end.status, end.heading, end.headers["Refresh"]) == (200, "Done", "5; url=/shop/")
    assert "<p>Over.</p>" in end.text
    assert "<p>This page goes on by itself after 5 seconds.</p>" in end.text
    assert '<script type="module" src="/static/wfapp/countdown.js"></script>' in end.text
    assert visitor.open(end.link("Go now")).text == "here: /shop/"


def test_a_countdown_can_be_stopped(visitor: Visitor) -> None:
    """The same page under an address of its own, without the countdown and with a way on (WCAG 2.2.1)."""
    end = ended(visitor, "auto", "/leave/?next=/next/")
    stayed = visitor.open(end.link("Stay here"))
    assert (stayed.status, stayed.heading, "Refresh" in stayed.headers) == (200, "Done", False)
    assert stayed.address == f"{end.address}&wf_stay=1"
    assert "by itself" not in stayed.text
    assert "countdown" not in stayed.text
    assert stayed.link("Continue") == "/shop/"


def test_a_countdown_leads_to_next(visitor: Visitor) -> None:
    """Where the step names no target; to the view's default where there is no ``next``."""
    assert ended(visitor, "auto-next", "/leave/?next=/next/").headers["Refresh"] == "4; url=/next/"
    assert ended(visitor, "auto-next", "/leave/page/").headers["Refresh"] == "4; url=/account/"


def test_a_countdown_to_nowhere_is_a_finish_page(visitor: Visitor) -> None:
    """There is nothing to go on to."""
    end = ended(visitor, "auto-next")
    assert (end.heading, "Refresh" in end.headers, "by itself" in end.text) == ("Done", False, False)


def test_a_skip_gives_its_link_a_text(visitor: Visitor) -> None:
    """Both links are always there."""
    now, cancel = ended(visitor, "auto-next", "/leave/?next=/next/"), ended(visitor, "auto-cancel")
    assert (now.link("Leave now"), "Stay here" in now.text) == ("/next/", True)
    assert (cancel.link("Wait here"), "Go now" in cancel.text) == (f"{cancel.address}&wf_stay=1", True)


def test_a_target_that_is_no_ascii_goes_into_the_header(visitor: Visitor) -> None:
    """Encoded, as in a redirect."""
    end = ended(visitor, "auto", "/leave/to/%2Fgr%C3%B6%C3%9Fe%20%3B%27%2F")
    assert end.headers["Refresh"] == "5; url=/gr%C3%B6%C3%9Fe%20;'/"


def test_choices_are_links(visitor: Visitor) -> None:
    """The first is the primary one; nothing goes on by itself."""
    end = ended(visitor, "manual", "/leave/?next=/next/")
    assert (end.status, "Refresh" in end.headers, "Continue" in end.text) == (200, False, False)
    assert '<a class="wf-button" href="/shop/">Shop</a>' in end.text
    assert '<a class="wf-button wf-button-quiet" href="/leave/?next=/next/">Again</a>' in end.text
    assert visitor.open(end.link("Again")).heading == "First"


@pytest.mark.parametrize(
    ("address", "leads"), [("/leave/?next=/next/", "/next/"), ("/leave/page/", "/account/"), ("/leave/", "/")]
)
def test_a_dismissed_page_leads_to_the_default(visitor: Visitor, address: str, leads: str) -> None:
    """To ``next``, the view's ``next_page``, else the site's root."""
    assert ended(visitor, "manual", address).link("Close") == leads


def test_a_dismissed_page_leads_a_signed_in_person_home(visitor: Visitor, alice: Any, settings: Any) -> None:
    """To LOGIN_REDIRECT_URL."""
    settings.LOGIN_REDIRECT_URL = "/account/"
    visitor.client.force_login(alice)
    assert ended(visitor, "manual").link("Close") == "/account/"


def test_next_is_not_lost_with_the_address(visitor: Visitor) -> None:
    """The flow knows it, and the finish page offers to start again with it."""
    second = visitor.submit(visitor.open("/leave/?next=/next/"), how="x")
    second.action = second.action.partition("&")[0]
    assert visitor.submit(second, how="abort").link("Start again") == "/leave/?next=/next/"


def test_an_aborted_flow_stays(visitor: Visitor) -> None:
    """It does not go to ``next`` as if all was well, unless its step says so."""
    assert ended(visitor, "abort", "/leave/page/?next=/next/").heading == "This could not be completed"
    auto = ended(visitor, "abort-auto", "/leave/?next=/next/")
    assert (auto.headers["Refresh"], auto.link("Start again")) == ("4; url=/next/", "/leave/?next=/next/")
    assert ended(visitor, "abort-redirect").text == "here: /shop/"
    assert ended(visitor, "abort-manual").link("Again") == "/leave/"


@pytest.mark.parametrize("how", ["auto", "manual"])
def test_a_finish_page_can_be_posted_and_loaded_again(visitor: Visitor, how: str) -> None:
    """The end is stored as all of it."""
    page = visitor.submit(visitor.open("/leave/"), how="x")
    end, again = visitor.submit(page, how=how), visitor.submit(page, how=how)
    assert (again.address, again.text) == (end.address, end.text)
    assert visitor.open(end.address).headers.get("Refresh") == end.headers.get("Refresh")


def test_htmx_leaves_to_the_page_of_a_countdown(visitor: Visitor) -> None:
    """As a whole page, where a header can refresh it."""
    headers = {"HX-Request": "true"}
    page = visitor.submit_with(headers, visitor.open("/leave/", **headers), how="x")
    end = visitor.submit_with(headers, page, how="auto")
    assert (end.text, end.headers["HX-Redirect"]) == ("", page.address)
    assert visitor.open(end.headers["HX-Redirect"]).headers["Refresh"] == "5; url=/shop/"
