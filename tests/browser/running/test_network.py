"""Bad connections: the element goes on by itself, and nothing runs twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.running.network import cut, lose_answers
from tests.browser.running.walks import any_address, begin, code, last_look, letters, orders, visit
from tests.browser.tours import heading
from tests.browser.walks import answer, press, say_name, send_code, signed_in, type_password

pytestmark = pytest.mark.running

BOB = "bob@example.com"
each_way = pytest.mark.parametrize("way", ["element", "smooth"])

UNREACHABLE = "The server could not be reached. Check your connection and try again."


@each_way
def test_a_cut_connection_mends_itself(page: Page, site: str, way: str) -> None:
    """Nobody presses anything: the same request goes out again until it arrives."""
    before = len(letters(page, BOB))
    visit(page, way, "login")
    expect(page.locator("wf-form").get_by_label("Username")).to_be_visible()
    spoiled = cut(page, 2)
    answer(page, "bob")
    send_code(page, code(page, BOB, before))
    expect(page).to_have_url(f"{site}/")
    expect(signed_in(page)).to_have_text("bob")
    assert len(spoiled) == 2


def test_a_lost_answer_mails_one_code(page: Page) -> None:
    """The password was right, and the answer that said so never came: it is told again."""
    before = len(letters(page, BOB))
    page.goto("/element/login/")
    expect(page.get_by_label("Username")).to_be_visible()
    spoiled = lose_answers(page, 2)
    answer(page, "bob")
    send_code(page, code(page, BOB, before))
    expect(signed_in(page)).to_have_text("bob")
    assert (len(spoiled), len(letters(page, BOB)) - before) == (2, 1)


def test_a_lost_start_starts_one_flow(page: Page, staff: Page) -> None:
    """The start itself is repeated with its key, which belongs to the browser that the site knows by now."""
    page.goto("/hello/")
    staff.goto("/admin/shop/checkoutflow/")
    before = staff.locator("#result_list tbody tr").count()
    spoiled = lose_answers(page, 1)
    page.goto("/element/checkout/")
    heading(page, "What would you like?")
    staff.reload()
    expect(staff.locator("#result_list tbody tr")).to_have_count(before + 1)
    assert len(spoiled) == 1


@each_way
def test_a_lost_answer_places_one_order(page: Page, staff: Page, way: str) -> None:
    """The end is told again, and the card is charged once."""
    email = any_address()
    begin(page, way, "checkout")
    last_look(page, email)
    spoiled = lose_answers(page, 1)
    press(page, "Place the order")
    heading(page, "Done")
    assert (len(spoiled), orders(staff, email)) == (1, 1)


@each_way
def test_a_lost_answer_signs_in(page: Page, way: str) -> None:
    """The session that never arrived is given with the answer that is repeated."""
    visit(page, way, "login")
    type_password(page, "alice")
    lose_answers(page, 1)
    press(page, "Continue")
    expect(signed_in(page)).to_have_text("alice")


def test_offline_for_longer(page: Page) -> None:
    """After a while the person is told; what was typed stands there, and one press goes on."""
    page.goto("/element/hello/")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    page.context.set_offline(True)
    press(page, "Continue")
    expect(page.get_by_text(UNREACHABLE)).to_be_visible()
    expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ann")
    page.context.set_offline(False)
    press(page, "Try again")
    heading(page, "Hello Ann!")
    expect(page.get_by_text(UNREACHABLE)).to_have_count(0)


def test_offline_for_a_moment(page: Page) -> None:
    """The connection comes back before anybody notices."""
    page.goto("/element/hello/")
    expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        say_name(page, "Ann")
    page.context.set_offline(False)
    heading(page, "Hello Ann!")


def test_a_late_answer_is_ignored(page: Page) -> None:
    """The page is asked for with Switzerland, slowly, then with Austria: the answer about Switzerland comes last."""
    page.goto("/element/fields/")
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    expect(page.get_by_label("Land")).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or "wf.refresh" not in str(route.request.post_data):
            route.fallback()
        else:
            held.append(route)

    page.route("**/wf/", hold)
    with page.expect_request("**/wf/"):
        page.get_by_label("Country").select_option("ch")
    page.get_by_label("Country").select_option("at")
    expect(page.get_by_label("State")).to_be_visible()
    held[0].continue_()
    page.get_by_label("It is a gift").check()
    expect(page.get_by_label("Greeting")).to_be_visible()
    expect(page.get_by_label("State")).to_be_visible()
    expect(page.get_by_label("Canton")).to_have_count(0)


def test_a_slow_round_is_left_for_another_action(page: Page, staff: Page) -> None:
    """Whoever goes back while the order is on its way sees the page before, once the order has not been placed."""
    email = any_address()
    page.goto("/element/checkout/")
    last_look(page, email)
    held: list[Route] = []
    page.route("**/wf/", lambda route: held.append(route) if not held else route.fallback())
    with page.expect_request("**/wf/"):
        press(page, "Place the order")
    page.evaluate("document.querySelector('wf-form').back()")
    expect(page.get_by_label("Card number")).to_be_visible()
    assert orders(staff, email) == 0
