"""Clicking twice, two tabs, the back button and reloads: nothing runs twice, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running.walks import any_address, begin, code, last_look, letters, orders, visit
from tests.browser.tours import PDF, company, heading, put
from tests.browser.walks import PASSWORDS, answer, code_field, press, say_name, send_code, signed_in, type_password

pytestmark = pytest.mark.running

BOB = "bob@example.com"
STALE = "This page was answered already. Here is the current one."

each_way = pytest.mark.parametrize("way", ["element", "smooth"])


@each_way
def test_a_double_click_signs_in(page: Page, way: str) -> None:
    """One session comes of it."""
    visit(page, way, "login")
    type_password(page, "alice")
    page.get_by_role("button", name="Continue", exact=True).dblclick()
    expect(signed_in(page)).to_have_text("alice")
    assert [cookie.get("name") for cookie in page.context.cookies()].count("sessionid") == 1


@each_way
def test_a_double_click_mails_one_code(page: Page, way: str) -> None:
    """The second click answers nothing."""
    before = len(letters(page, BOB))
    visit(page, way, "login")
    type_password(page, "bob")
    page.get_by_role("button", name="Continue", exact=True).dblclick()
    send_code(page, code(page, BOB, before))
    expect(signed_in(page)).to_have_text("bob")
    assert len(letters(page, BOB)) == before + 1


@each_way
def test_a_double_click_places_one_order(page: Page, staff: Page, way: str) -> None:
    """The card is charged once."""
    email = any_address()
    begin(page, way, "checkout")
    last_look(page, email)
    page.get_by_role("button", name="Place the order").dblclick()
    heading(page, "Done")
    assert orders(staff, email) == 1


@each_way
def test_two_requests_at_once_run_once(page: Page, staff: Page, way: str) -> None:
    """Two verbs in one breath: the newer one has the word."""
    email = any_address()
    begin(page, way, "checkout")
    last_look(page, email)
    page.evaluate("document.querySelector('wf-form').submit(); document.querySelector('wf-form').submit()")
    heading(page, "Done")
    assert orders(staff, email) == 1


@each_way
def test_two_flows_side_by_side(page: Page, way: str) -> None:
    """Two tabs greet two people, each in its own time, and after a reload, too."""
    other = page.context.new_page()
    for tab in (page, other):
        visit(tab, way, "hello")
        # A browser's first answer brings the cookie that its flows are bound to.
        heading(tab, "What is your name?")
    say_name(page, "Ann")
    say_name(other, "Ben")
    heading(page, "Hello Ann!")
    heading(other, "Hello Ben!")
    for tab, name in ((page, "Ann"), (other, "Ben")):
        tab.reload()
        heading(tab, f"Hello {name}!")
        press(tab, "Hello to you")
        expect(tab.get_by_text("It was nice to meet you.")).to_be_visible()


@each_way
def test_two_tabs_with_one_flow(someone: Page, way: str) -> None:
    """The one left behind is told so, runs nothing, and goes on from there."""
    visit(someone, way, "onboard")
    company(someone, "Lighthouse Ltd")
    other = someone.context.new_page()
    begin(other, way, "onboard")
    for tab, name in ((other, "extract.pdf"), (someone, "another.pdf")):
        heading(tab, "Papers of Lighthouse Ltd")
        tab.get_by_label("Extract").set_input_files({**PDF, "name": name})
        press(tab, "Continue")
        heading(tab, "Who owns Lighthouse Ltd?")
    # It is read out, too, by what nobody sees.
    expect(someone.locator(".wf-message", has_text=STALE)).to_be_visible()


@each_way
def test_a_tab_from_before_a_sign_in_goes_on(page: Page, way: str) -> None:
    """A sign-in in another tab changes the CSRF token: the server's page is sent twice, the element asks nobody."""
    visit(page, way, "hello")
    page.get_by_role("textbox", name="Your name").fill("Ann")
    other = page.context.new_page()
    other.goto("/login/")
    answer(other, "alice")
    expect(signed_in(other)).to_have_text("alice")
    press(page, "Continue")
    if way == "smooth":
        expect(page.locator(".wf-message", has_text="Please send it again.")).to_be_visible()
        expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ann")
        press(page, "Continue")
    heading(page, "Hello Ann!")


@each_way
def test_the_back_button_goes_back_a_page(page: Page, way: str) -> None:
    """Where the workflow allows it, with what was chosen there; and no page of before comes back twice."""
    begin(page, way, "checkout")
    put(page, "Lantern: €24.90", 3)
    expect(page.get_by_label("Street")).to_be_visible()
    page.go_back()
    heading(page, "What would you like?")
    expect(page.get_by_label("Quantity")).to_have_value("3")
    put(page, "Harbour map: €12.00", 1)
    heading(page, "Total: €12.00")
    expect(page.get_by_label("Street")).to_be_visible()


@each_way
def test_the_back_button_leaves_where_there_is_no_way_back(page: Page, site: str, way: str) -> None:
    """The code page has none: the page from before the sign-in comes, and forward leads to the code page again."""
    before = len(letters(page, BOB))
    page.goto("/")
    visit(page, way, "login")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    sent = code(page, BOB, before)
    page.go_back()
    expect(page).to_have_url(f"{site}/")
    page.go_forward()
    send_code(page, sent)
    expect(signed_in(page)).to_have_text("bob")
    assert len(letters(page, BOB)) == before + 1


@each_way
def test_a_reload_runs_nothing(page: Page, way: str) -> None:
    """The same page again, and no second code."""
    before = len(letters(page, BOB))
    visit(page, way, "login")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()  # the mail may be there before the page is
    sent = code(page, BOB, before)
    for _ in range(2):
        page.reload()
        expect(code_field(page)).to_be_visible()
    send_code(page, sent)
    expect(signed_in(page)).to_have_text("bob")
    assert len(letters(page, BOB)) == before + 1


@each_way
def test_no_password_stays_in_the_page(page: Page, way: str) -> None:
    """Neither in the history nor in a storage that scripts read."""
    visit(page, way, "login")
    answer(page, "bob")
    expect(code_field(page)).to_be_visible()
    kept = page.evaluate("JSON.stringify([history.state, {...localStorage}, {...sessionStorage}, location.href])")
    assert PASSWORDS["bob"] not in kept
    assert "database." not in kept
    assert PASSWORDS["bob"] not in page.content()
