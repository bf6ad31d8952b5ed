"""Tours beside those of the recipes: at ends, after faults, in the admin, and of the site's own pages."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.pages.ways import Way
from tests.browser.tours import PDF, Look, company, heading, put
from tests.browser.walks import answer, letters, press, say_name, signed_in, summary
from wfapp.models import Flow

__all__ = ["BYWAYS", "admin", "at_work", "hand_in", "site_pages"]

ADMIN_LIST, ADMIN_PAGE = [".field-status", ".field-age"], [".wf-tool", ".wf-timeline"]
"""What wfapp adds to the pages of Django's admin."""


MAKE_OLD = """() => {
  const shown = document.querySelector("[name=wf_revision]");
  if (shown) shown.value = 1;
  else document.querySelector("wf-form").client.token.revision = 1;
}"""
"""Lets a page be the one from long ago."""


def ends(page: Page, look: Look, way: Way) -> None:
    """Count down."""
    way.open(page, "countdown")
    press(page, "Continue")
    heading(page, "Done")
    look(page, "countdown")


def at_work(page: Page, look: Look, way: Way) -> None:
    """Wait for a worker."""
    way.open(page, "slow")
    # A page without script comes back every two seconds: it stays while it is looked at.
    page.route("**/slow/**", _stay)
    press(page, "Continue")
    expect(page.get_by_role("progressbar")).to_be_visible()
    look(page, "at work")
    page.unroute("**/slow/**")


def faults(page: Page, look: Look, way: Way) -> None:
    """Come too late, too often, with an old page, and to a server that fails."""
    way.open(page, "limited")
    press(page, "Continue")
    heading(page, "Done")
    look(page, "once")
    way.open(page, "limited")
    press(page, "Continue")
    expect(page.locator(".wf-message", has_text="Too many attempts.")).to_be_visible()
    look(page, "too often")
    way.begin(page, "checkout")
    put(page, "Lantern: €24.90", more=True)
    heading(page, "Total: €24.90")
    put(page, "Lantern: €24.90", more=True)
    heading(page, "Total: €49.80")
    page.evaluate(MAKE_OLD)
    press(page, "That is all")
    expect(page.locator(".wf-message", has_text="This page was answered already.")).to_be_visible()
    look(page, "answered already")
    greet = page.get_by_role("button", name="Hello to you")
    way.open(page, "hello")
    say_name(page, "Ann")
    expect(greet).to_be_visible()
    if way.is_smooth:
        _fail(page, way, look)
    if not way.is_drawn:
        page.context.clear_cookies(name="csrftoken")
        press(page, "Hello to you")
        expect(page.locator(".wf-message", has_text="Please send it again.")).to_be_visible()
        look(page, "without its cookie")
    Flow.objects.all().delete()
    greet.click()
    expect(page.locator(".wf-button", has_text="Start again")).to_be_visible()
    look(page, "expired")


def _fail(page: Page, way: Way, look: Look) -> None:
    """Let the server fail at a round, then let it take long, both of which are seen only without a new page."""
    page.route("**/*", _posted(lambda route: route.fulfill(status=500, body="")))
    press(page, "Hello to you")
    expect(page.locator(".wf-message-error")).to_be_visible()
    look(page, "server failed")
    page.unroute("**/*")
    page.route("**/*", _posted(lambda route: None))
    if way.is_drawn:
        page.reload()
        expect(page.locator(".wf-loading")).to_be_visible()
        look(page, "loading")
    else:
        press(page, "Hello to you")
        expect(page.locator("[aria-busy=true]")).to_have_count(1)
        look(page, "busy")
        page.reload()  # with which the request is given up: cut, it would be sent again
    page.unroute("**/*")
    expect(page.get_by_role("button", name="Hello to you")).to_be_visible()
    way.wait(page)


def _posted(handle: Callable[[Route], None]) -> Callable[[Route], None]:
    return lambda route: handle(route) if route.request.method == "POST" else route.fallback()


def _stay(route: Route) -> None:
    """Let nothing but posts lead to another page."""
    if route.request.is_navigation_request() and route.request.method == "GET":
        route.fulfill(status=204)
    else:
        route.fallback()


def site_pages(page: Page, look: Look) -> None:
    """See what there is, read the mail, go where a flow is gone and where one may not go."""
    for path in ("/", "/outbox/", "/hello/?wf=gone0000"):
        page.goto(path)
        look(page, path)
    page.goto("/recover/")
    page.get_by_label("E-mail address").fill("alice@example.com")
    press(page, "Send me a link")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    letters(page, "alice@example.com")
    page.goto("/outbox/")
    look(page, "outbox")
    page.goto("/login/")
    answer(page, "alice")
    expect(signed_in(page)).to_be_visible()
    look(page, "front, signed in")
    page.goto("/admin/")
    look(page, "not allowed")


def hand_in(page: Page) -> None:
    """Leave the papers of a company for staff."""
    page.goto("/login/?next=/onboard/")
    answer(page, "alice")
    company(page, "Lighthouse")
    page.get_by_label("Extract").set_input_files(PDF)
    press(page, "Continue")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Share in percent").fill("100")
    press(page, "Continue")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()


def admin(page: Page, look: Callable[..., None]) -> None:
    """As staff, look at what wfapp adds to the admin, answer what was handed in, end a flow."""
    page.goto("/login/?next=/invite/")
    answer(page, "staff")
    page.get_by_label("E-mail address").fill("guest@example.com")
    press(page, "Send the invitation")
    heading(page, "guest@example.com is invited")
    page.goto("/admin/wfapp/outgoingmessage/")
    look(page, "list of messages", [".field-status"])
    for path, name in (("accounts/inviteflow", "auth/invite"), ("kyc/kycflow", "kyc/onboard")):
        page.goto(f"/admin/{path}/")
        look(page, f"list of {path}", ADMIN_LIST)
        page.locator("#result_list").get_by_role("link", name=name).click()
        expect(page.locator(".wf-timeline")).to_be_visible()
        look(page, f"page of {path}", ADMIN_PAGE)
    press(page, "Answer")
    heading(page, "Review of Lighthouse")
    look(page, "review")
    page.get_by_label("Refuse").check()
    press(page, "Decide")
    expect(summary(page)).to_be_visible()
    look(page, "review, rejected")
    page.get_by_label("Approve").check()
    press(page, "Decide")
    expect(page.get_by_text("Thank you: this step is done.")).to_be_visible()
    look(page, "reviewed")
    page.goto("/admin/accounts/inviteflow/")
    page.locator("#result_list").get_by_role("link", name="auth/invite").click()
    press(page, "Expire this flow")
    expect(page.get_by_role("button", name="Yes, I")).to_be_visible()
    look(page, "expiring", ["#content"])
    page.get_by_role("button", name="Yes, I").click()
    expect(page.locator(".messagelist")).to_be_visible()
    look(page, "expired", ADMIN_PAGE)


BYWAYS = (ends, faults)
