"""Django's admin, with what wfapp adds to it, under the policy of the demo."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import press, say_name

pytestmark = pytest.mark.running


def test_lists_and_pages_of_flows_keep_the_policy(staff: Page) -> None:
    """The list with its filters, a flow's own page with its buttons, and the messages."""
    staff.goto("/hello/")
    say_name(staff, "Ann")
    expect(staff.get_by_role("button", name="Hello to you")).to_be_visible()
    for path in ("accounts/loginflow", "shop/checkoutflow", "wfapp/outgoingmessage", "wfapp/flow"):
        staff.goto(f"/admin/{path}/")
        expect(staff.locator("#changelist")).to_be_visible()
    staff.locator("#result_list").get_by_role("link", name="demo/hello").first.click()
    press(staff, "Expire this flow")
    staff.get_by_role("button", name="Yes, I").click()
    expect(staff.locator(".messagelist")).to_be_visible()
