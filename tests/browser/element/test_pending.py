"""A step that failed waits for its next attempt: its words are shown, and the page after it comes by itself."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import heading
from tests.browser.element.workflows import JAMS
from tests.browser.takeover.rounds import begin, is_same
from tests.browser.walks import press
from wfapp.management.recover import recover
from wfapp.models import Flow

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]


def goes_on_by_itself(page: Page, method: str) -> None:
    """Send the page, see that the step waits and is looked at, let the sweeper run it."""
    JAMS[:] = [OSError("no paper")]
    press(page, "Continue")
    heading(page, "Printing")
    expect(page.locator(".wf-description")).to_have_text("The label is printed.")
    expect(page.get_by_role("progressbar", name="Printing")).to_have_js_property("position", -1)
    expect(page.locator(".wf-title")).to_be_focused()
    for _ in range(2):
        with page.expect_response(lambda response: response.request.method == method):
            pass
    heading(page, "Printing")
    expect(page.locator(".wf-title")).to_be_focused()
    Flow.objects.update(due_at=timezone.now())
    assert recover(Flow).run == 1
    heading(page, "Here it is")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_an_element_looks_until_there_is_a_page(element: Open) -> None:
    """At the pace of the server."""
    page = element("element/parcel")
    page.evaluate("window.told = []; addEventListener('wf:pending', ({ detail }) => { told.push(detail.text) })")
    goes_on_by_itself(page, "POST")
    expect(page.locator(".wf-title")).to_be_focused()
    told = page.evaluate("told")
    assert set(told) == {"The label is printed."}
    assert len(told) > 1


def test_a_page_that_is_taken_over_looks_in_one_document(page: Page, complaints: list[str]) -> None:
    """Where the page itself would be loaded again."""
    begin(page, "/parcel/")
    goes_on_by_itself(page, "GET")
    assert is_same(page)
