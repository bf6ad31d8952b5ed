"""Opening a business account: a customer hands in and waits, staff decide in another browser, a phone takes over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from project.kyc.models import Company, KycFlow
from tests.browser.tours import PDF, company, device_path, heading
from tests.browser.walks import answer, letters, press, summary

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Browsers = Callable[..., BrowserContext]


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def browsers(request: pytest.FixtureRequest, new_context: Browsers) -> Browsers:
    """Open browsers with JavaScript and without."""
    return lambda: new_context(java_script_enabled=request.param)


def customer(browsers: Browsers) -> Page:
    """Sign in and hand in the data of the company."""
    page = browsers().new_page()
    page.goto("/login/?next=/onboard/")
    answer(page, "alice")
    company(page, "Lighthouse Ltd")
    return page


def own(page: Page, row: int, name: str, share: int) -> None:
    """Fill in a row."""
    page.get_by_label("Name").nth(row).fill(name)
    page.get_by_label("Share in percent").nth(row).fill(str(share))


def review(browsers: Browsers) -> Page:
    """Sign in as staff, find the flow in the admin, and go to the page that waits for an answer."""
    page = browsers().new_page()
    page.goto("/login/?next=/admin/kyc/kycflow/")
    answer(page, "staff")
    page.locator("#result_list").get_by_role("link", name="kyc/onboard").click()
    press(page, "Answer")
    heading(page, "Review of Lighthouse Ltd")
    return page


def test_handed_in_and_approved(browsers: Browsers, tmp_path: Path) -> None:
    """A real file, rows that come and go, the word of staff, and the end when the customer looks again."""
    file = tmp_path / "extract.pdf"
    file.write_bytes(PDF["buffer"])
    page = customer(browsers)
    page.get_by_label("Extract").set_input_files(file)
    press(page, "Continue")
    heading(page, "Who owns Lighthouse Ltd?")
    own(page, 0, "Ada", 60)
    for row, name in ((1, "Bob"), (2, "Eve")):
        press(page, "Add another")
        own(page, row, name, 40)
    press(page, "Continue")
    expect(summary(page)).to_contain_text("The shares are more than 100 percent together.")
    page.get_by_label("Delete").nth(2).check()
    press(page, "Continue")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()

    staff = review(browsers)
    rows = staff.locator(".wf-answers").filter(has=staff.get_by_role("heading", name="Owners"))
    expect(rows.get_by_role("definition")).to_have_text(["Ada", "60", "Bob", "40"])
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Open extract.pdf").click()
    assert download.value.path().read_bytes() == file.read_bytes()
    staff.get_by_label("Approve").check()
    press(staff, "Decide")
    expect(staff.get_by_label("Approve")).to_have_count(0)

    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("Your account is open.")).to_be_visible()
    assert letters(page, "alice@example.com")[-1].startswith("Your account is open. Welcome!")
    assert (Company.objects.get().approved, KycFlow.objects.get().status) == (True, "finished")


def test_refused_with_a_reason(browsers: Browsers) -> None:
    """Staff say why, and the customer reads it."""
    page = customer(browsers)
    page.get_by_label("Extract").set_input_files(PDF)
    press(page, "Continue")
    own(page, 0, "Ada", 100)
    press(page, "Continue")
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    staff = review(browsers)
    staff.get_by_label("Refuse").check()
    press(staff, "Decide")
    expect(summary(staff)).to_contain_text("Reason: Say why, so that they can do better.")
    staff.get_by_label("Reason").fill("The extract is too old.")
    press(staff, "Decide")
    expect(staff.get_by_label("Reason")).to_have_count(0)
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("We could not open an account. The reason is in your mail.")).to_be_visible()
    assert "The extract is too old." in letters(page, "alice@example.com")[-1]


def test_on_another_device(browsers: Browsers) -> None:
    """The address that the page shows leads there, once; the first page says that it went on elsewhere."""
    page = customer(browsers)
    press(page, "Continue on your phone")
    phone = browsers().new_page()
    phone.goto(device_path(page))
    press(phone, "Continue")
    heading(phone, "Papers of Lighthouse Ltd")
    phone.get_by_label("Extract").set_input_files(PDF)
    press(phone, "Continue")
    heading(phone, "Who owns Lighthouse Ltd?")
    page.reload()
    expect(page.get_by_label("Extract")).to_have_count(0)
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    assert KycFlow.objects.get().step == "owners"


def test_a_device_link_works_once(browsers: Browsers) -> None:
    """Whoever comes second is told, and nothing of the flow is shown."""
    page = customer(browsers)
    press(page, "Continue on your phone")
    path = device_path(page)
    first, second = browsers().new_page(), browsers().new_page()
    for phone in (first, second):
        phone.goto(path)
    press(first, "Continue")
    heading(first, "Papers of Lighthouse Ltd")
    press(second, "Continue")
    heading(second, "This link cannot be used")
