"""Fields, rows, files and ends on pages that are taken over."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.element.test_ends import freeze
from tests.browser.element.walks import hold
from tests.browser.takeover.rounds import begin, is_same, mark
from tests.browser.test_fields import deliver
from tests.browser.tours import begin_order, heading, put
from tests.browser.walks import press, summary

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = FilePayload(name="letter.txt", mimeType="text/plain", buffer=b"Dear Ann")
LANTERN = "Lantern: €24.90"


def fill_in(page: Page) -> None:
    """Answer the page with every field."""
    begin(page, "/fields/")
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("E-mail address", exact=True).fill("ann@example.com")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    expect(page.get_by_label("It is a gift")).to_be_visible()


def test_every_field_goes_through(page: Page) -> None:
    """From the first page to the one whose scripts come with it: one document."""
    fill_in(page)
    deliver(page)
    page.get_by_label("Name").first.fill("Bob")
    press(page, "Continue")
    page.get_by_label("A letter").set_input_files(LETTER)
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Fields that only show")).to_be_visible()
    expect(page.locator("wf-copy").get_by_role("button", name="Copy").first).to_be_visible()
    assert is_same(page)


def test_live_page_is_drawn_while_it_is_typed_into(page: Page) -> None:
    """A change is enough; what is typed meanwhile stays, with the focus and the caret."""
    fill_in(page)
    page.get_by_label("Country").select_option("ch")
    customs = page.get_by_label("Customs number")
    expect(customs).to_be_visible()
    customs.press_sequentially("123")
    customs.press("Home")
    page.evaluate("document.querySelector('[name=gift]').click()")  # at once: another box may stand there soon
    customs.press_sequentially("0")
    expect(page.get_by_label("Greeting")).to_have_value("All the best!")
    expect(customs).to_have_value("0123")
    expect(customs).to_be_focused()
    customs.press_sequentially("9")
    expect(customs).to_have_value("09123")
    assert is_same(page)


def test_refresh_leaves_what_the_browser_found(page: Page) -> None:
    """What was asked for before the page was sent comes late: the summary stays, with the focus."""
    fill_in(page)
    held = hold(page, "**/fields/**")
    with page.expect_request("**/fields/**"):
        page.get_by_label("Country").select_option("ch")
    press(page, "Continue")
    expect(summary(page)).to_be_focused()
    held[0].continue_()
    expect(page.get_by_label("Customs number")).to_be_visible()
    expect(summary(page)).to_contain_text("Canton: Please select an item in the list.")
    expect(summary(page)).to_be_focused()
    assert is_same(page)


def test_rows_are_added_in_place(page: Page) -> None:
    """What is in the rows stays, the new one has the focus."""
    fill_in(page)
    deliver(page)
    page.get_by_label("Name").first.fill("Bob")
    rows = page.locator(".wf-row")
    expect(rows).to_have_count(2)
    press(page, "Add another")
    expect(rows).to_have_count(3)
    expect(page.get_by_label("Name").first).to_have_value("Bob")
    assert page.evaluate("document.querySelectorAll('.wf-row')[2].contains(document.activeElement)")
    assert is_same(page)


def test_chosen_file_outlives_a_rejection(page: Page) -> None:
    """The one that is wrong and the one that the server has not are still chosen, and it is sent once."""
    fill_in(page)
    deliver(page)
    page.get_by_label("Name").first.fill("Bob")
    press(page, "Continue")
    heading(page, "Files")
    pictures = page.get_by_label("Pictures")
    pictures.set_input_files([FilePayload(name=f"{n}.png", mimeType="image/png", buffer=b"x") for n in range(4)])
    page.get_by_label("A letter").set_input_files(LETTER)
    press(page, "Continue")
    expect(summary(page)).to_be_visible()
    assert pictures.evaluate("input => input.files.length") == 4
    letter = page.locator("input[type=file][name=letter]")
    assert letter.evaluate("input => input.files.length") == 0
    expect(page.get_by_role("link", name="letter.txt")).to_be_visible()
    pictures.set_input_files([])
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Fields that only show")).to_be_visible()
    assert is_same(page)


def test_back_button_of_the_browser_goes_back_a_page(page: Page) -> None:
    """Where the workflow allows it, and what was answered there is there."""
    begin_order(page)
    mark(page)
    put(page, LANTERN, 2, more=True)
    heading(page, "Total: €49.80")
    put(page, "Harbour map: €12.00")
    expect(page.get_by_label("Street")).to_be_visible()
    page.go_back()
    heading(page, "Total: €49.80")
    expect(page.get_by_label("Product").locator("option:checked")).to_have_text("Harbour map: €12.00")
    assert is_same(page)


def test_countdown_that_is_swapped_in_goes_on(page: Page) -> None:
    """It counts, and leads on by itself: the answer's Refresh header is honoured."""
    end(page, "auto")
    left = page.locator(".wf-countdown-left")
    expect(left).to_have_text("5")
    page.clock.run_for(1100)
    expect(left).to_have_text("4")
    assert is_same(page)
    page.clock.run_for(4000)
    page.wait_for_url("**/shop/")


def test_countdown_that_is_swapped_in_can_be_stopped(page: Page) -> None:
    """The page that stays stays."""
    end(page, "auto")
    expect(page.locator(".wf-countdown-bar")).to_be_visible()
    page.get_by_role("link", name="Stay here").click()
    expect(page.get_by_role("link", name="Continue")).to_be_visible()
    page.wait_for_timeout(5_500)  # the browser's own timer, which no test can turn
    assert (page.locator(".wf-countdown").count(), "wf_stay" in page.url) == (0, True)


def test_countdown_ends_with_its_element(page: Page) -> None:
    """What was taken out of the page leads nowhere."""
    end(page, "auto")
    expect(page.locator(".wf-countdown-bar")).to_be_visible()
    page.locator("wf-form").evaluate("element => element.remove()")
    page.clock.run_for(20_000)
    assert is_same(page)


def end(page: Page, how: str) -> None:
    """Walk to the end, where the clock stands still until the test turns it."""
    begin(page, "/leave/")
    freeze(page)
    for value in ("x", how):
        page.get_by_role("textbox").fill(value)
        press(page, "Continue")
