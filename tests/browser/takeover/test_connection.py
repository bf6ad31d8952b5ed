"""Connections that break, servers that start, and answers that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.takeover.rounds import begin, is_same, until
from tests.browser.walks import press, say_name
from wfapp.models import Flow, FlowEvent

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FAULT = "#wf-fault"


def failing(page: Page, *ways: Callable[[Route], None]) -> list[int]:
    """Answer the posts of a page in these ways, one after the other, and then as usual; give when each was sent."""
    sent: list[int] = []

    def handled(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(len(sent))
        way = ways[len(sent) - 1] if len(sent) <= len(ways) else Route.continue_
        way(route)

    page.route("**/hello/**", handled)
    return sent


def cut(route: Route) -> None:
    """Break the connection before the server hears of it."""
    route.abort("connectionreset")


def lose(route: Route) -> None:
    """Break the connection after the server has answered."""
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def gateway(route: Route) -> None:
    """Answer as a proxy does while the server is started."""
    route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")


def test_connection_that_comes_back_is_not_noticed(page: Page) -> None:
    """The request is sent again by itself, and runs once."""
    begin(page, "/hello/")
    sent = failing(page, cut, gateway)
    say_name(page, "Ann")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert (len(sent), is_same(page)) == (3, True)


def test_answer_that_is_lost_is_given_again(page: Page) -> None:
    """What had run runs no second time: the server repeats its answer."""
    begin(page, "/hello/")
    sent = failing(page, lose)
    say_name(page, "Ann")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert (len(sent), Flow.objects.count(), FlowEvent.objects.filter(kind="submitted").count()) == (2, 1, 1)


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (cut, "The server could not be reached. Check your connection and try again."),
        (gateway, "The server sent an answer that cannot be read. Please try again later."),
    ],
)
def test_server_that_stays_away_becomes_a_message(page: Page, way: Callable[[Route], None], text: str) -> None:
    """After three more tries it says so; what was typed stays, and is sent by the button that is offered."""
    begin(page, "/hello/")
    sent = failing(page, way, way, way, way)
    say_name(page, "Ann")
    expect(page.locator(FAULT)).to_contain_text(text)
    expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ann")
    assert len(sent) == 4
    press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert is_same(page)


def test_page_of_somebody_else_is_not_swapped_in(page: Page) -> None:
    """A captive portal or a login page of a proxy: a message, and the form is as it was."""
    begin(page, "/hello/")
    failing(page, lambda route: route.fulfill(content_type="text/html", body="<form>Please accept our terms</form>"))
    say_name(page, "Ann")
    expect(page.locator(FAULT)).to_contain_text("The server sent an answer that cannot be read.")
    expect(page.get_by_text("Please accept our terms")).to_have_count(0)
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")


def test_answer_of_another_site_is_refused(page: Page, site: str) -> None:
    """A redirect leads to no other origin, even where that one would let itself be read."""
    begin(page, "/hello/")
    evil = site.replace("localhost", "127.0.0.1")
    page.route(
        f"{evil}/**",
        lambda route: route.fulfill(
            headers={"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"},
            content_type="text/html",
            body="<wf-form><form><input name=wf_revision><h1>Evil</h1></form></wf-form>",
        ),
    )
    failing(page, lambda route: route.fulfill(status=302, headers={"Location": f"{evil}/"}))
    say_name(page, "Ann")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")


def test_busy_flow_is_waited_for(page: Page) -> None:
    """A 409 with Retry-After is no answer yet."""
    begin(page, "/hello/")
    body = page.content()
    wait = {"Retry-After": "1", "Content-Type": "text/html"}
    sent = failing(page, lambda route: route.fulfill(status=409, headers=wait, body=body))
    say_name(page, "Ann")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert len(sent) == 2


def test_newer_round_wins(page: Page) -> None:
    """The answer to an older request comes too late, and is nobody's."""
    begin(page, "/hello/")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    held: list[Route] = []
    failing(page, held.append)
    with page.expect_request("**/hello/**"):
        page.evaluate("void document.querySelector('wf-form').submit()")
    until(page, "loading")
    page.evaluate("void document.querySelector('wf-form').submit()")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ann!")
    assert page.evaluate("document.querySelector('wf-form').loading") is False
    assert Flow.objects.count() == 1
    held[0].abort()


def test_script_and_marked_up_name_stay_text(page: Page) -> None:
    """What the server escaped is swapped in as text."""
    begin(page, "/hello/")
    say_name(page, "<img src=x onerror=alert(1)>")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello <img src=x onerror=alert(1)>!")
