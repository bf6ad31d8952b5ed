"""The payload is a standard: react-jsonschema-form draws it as it comes, and completes the flows of the demo site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.apps.conftest import APPS, App, Bundle, Open
from tests.browser.walks import PASSWORDS, mailed_code, press, signed_in, wrong

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Play = Callable[[str], Page]

TEXTS = {
    "char": "Ann",
    "email": "ann@example.com",
    "text": "Two lines\nof remarks",
    "password": "tulip-glacier-12",
    "search": "harbour",
    "phone": "+49 30 1234",
    "colour": "#aa3300",
    "regex": "AB-1234",
    "url": "https://example.com/a?b=c",
    "slug": "elm-street_1",
    "uuid": "8f14e45f-ceea-467f-a8d2-7b3c5e1f9a60",
    "ip_address": "2001:db8::1",
    "combo": "a@example.com",
    "json": '{"cups": [1, 2]}',
    "integer": "7",
    "slider": "3",
    "decimal": "19.95",
    "float": "-0.5",
    "amount_amount": "9.5",
    "date": "2026-10-25",
    "time": "14:30",
    "datetime": "2026-10-25T14:30",
    "split_datetime": "2026-07-01T09:15",
    "duration": "2 03:30:00",
}
PICKED = {
    "amount_currency": ["USD"],
    "select_date_year": ["1999"],
    "select_date_month": ["12"],
    "select_date_day": ["31"],
    "drink": ["Coffee"],
    "typed_choice": ["★★"],
    "multiple_select": ["Tea", "Water"],
    "typed_multiple": ["★", "★★★"],
    "team": ["Editors"],
    "file_path": ["forms.py"],
    "null_boolean": ["No"],
}
CHECKED = {"choice": ["Medium"], "multiple": ["Small", "Large"], "teams": ["Reviewers", "Translators"]}
READ = {
    **TEXTS,
    "amount": "9.5 USD",
    "date": "Oct. 25, 2026",
    "select_date": "Dec. 31, 1999",
    "time": "2:30 p.m.",
    # The site's zone is UTC, the browser's an hour or two before it.
    "datetime": "Oct. 25, 2026, 1:30 p.m.",
    "split_datetime": "July 1, 2026, 7:15 a.m.",
    "duration": "2 days, 3:30:00",
    "choice": "Medium",
    "drink": "Coffee",
    "typed_choice": "★★",
    "multiple": "Small, Large",
    "multiple_select": "Tea, Water",
    "typed_multiple": "★, ★★★",
    "team": "Editors",
    "teams": "Reviewers, Translators",
    "file_path": "forms.py",
    "null_boolean": "No",
    "newsletter": "No",
    "boolean": "Yes",
    "country": "Switzerland",
    "region": "Ticino",
    "customs": "123456789",
    "gift": "Yes",
    "greeting": "Cheers",
    "guests.0": "Ben, Everything",
    "guests.1": "Cleo, Vegan",
    "letter": "letter.txt",
    "pictures": "a.png, b.png",
}
"""What was filled in as the server reads it: everything but the password, and the parts of the amount."""

UNREAD = {"password", "amount_amount"}


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a tab in another time zone than the site's."""
    return new_context(timezone_id="Europe/Berlin").new_page()


@pytest.fixture(scope="session")
def rjsf(bundle: Bundle) -> App:
    """Bundle the app once."""
    return bundle(APPS / "rjsf.jsx")["rjsf"]


@pytest.fixture
def play(rjsf: App, open_app: Open, complaints: list[str]) -> Iterator[Play]:
    """Return a function that opens a workflow; in the end rjsf must not have complained about anything."""
    # Ajv turns each schema into a function of JavaScript; nothing else is asked of the demo's policy.
    yield lambda name: open_app(rjsf, name, script_src="'unsafe-eval'")
    assert complaints == []


def heading(page: Page, text: str) -> None:
    """Wait for a page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def field(page: Page, path: str) -> Locator:
    """Find the input of a field by the id that rjsf gives it."""
    return page.locator(f"#root_{path}")


def problem(page: Page, path: str) -> Locator:
    """Find the errors of a field."""
    return page.locator(f"#root_{path}__error")


def end_of(page: Page) -> Any:
    """Read the answer that ended the flow."""
    expect(page.locator("output")).to_be_visible()
    return json.loads(page.locator("output").inner_text())


def test_rjsf_signs_in(play: Play) -> None:
    """A wrong password, a wrong code, then the right ones; the errors stand at their fields."""
    page = play("auth/login")
    heading(page, "Sign in")
    field(page, "username").fill("bob")
    field(page, "password").fill("wrong")
    press(page, "Continue")
    expect(page.locator(".panel-danger")).to_contain_text("Please enter a correct username and password.")
    expect(field(page, "username")).to_have_value("bob")
    field(page, "password").fill(PASSWORDS["bob"])
    press(page, "Continue")

    heading(page, "Enter the code sent to bob@example.com")
    code = mailed_code(page, "bob@example.com")
    field(page, "code").fill(wrong(code))
    press(page, "Verify code")
    expect(problem(page, "code")).to_have_text("Invalid code")
    field(page, "code").fill(code)
    press(page, "Verify code")
    assert end_of(page) == {"status": "finished", "finished": True, "data": {"email": "bob@example.com"}}
    page.goto("/")
    expect(signed_in(page)).to_have_text("bob")


def test_rjsf_registers(play: Play) -> None:
    """From a password that is too weak to an account."""
    page = play("auth/register")
    heading(page, "Create an account")
    field(page, "email").fill("ada@example.com")
    field(page, "name").fill("Ada")
    field(page, "password1").fill("ada@example.com")
    field(page, "password2").fill("ada@example.com")
    press(page, "Continue")
    expect(problem(page, "password1").or_(problem(page, "password2")).first).to_contain_text("too similar")
    field(page, "password1").fill("glacier-tulip-88")
    field(page, "password2").fill("glacier-tulip-88")
    press(page, "Continue")
    heading(page, "Enter the code sent to ada@example.com")
    field(page, "code").fill(mailed_code(page, "ada@example.com"))
    press(page, "Verify code")
    assert end_of(page)["message"] == {"level": "success", "text": "Welcome! Your account is ready."}
    assert User.objects.get(email="ada@example.com").check_password("glacier-tulip-88")


def fill_in(page: Page) -> None:
    """Fill every input of the first page in; one value is a mistake that only the server finds."""
    heading(page, "Every Django form field")
    for name, value in TEXTS.items():
        field(page, name).fill(value)
    for name, labels in PICKED.items():
        field(page, name).select_option(label=labels)
    for name, labels in CHECKED.items():
        group = page.locator(".rjsf-field", has=field(page, f"{name}-0")).last
        for label in labels:
            group.get_by_label(label, exact=True).check()
    page.get_by_label("I have read all of this").check()
    field(page, "regex").fill("AB-12345")
    press(page, "Continue")
    expect(problem(page, "regex")).to_have_text("Enter a valid value.")
    field(page, "regex").fill(TEXTS["regex"])
    press(page, "Continue")


def deliver(page: Page) -> None:
    """Fill the page in whose fields depend on each other."""
    heading(page, "Fields that depend on others")
    field(page, "country").select_option(label="Switzerland")
    page.get_by_label("Canton").select_option(label="Ticino")
    page.get_by_label("Customs number").fill("123456789")
    page.get_by_label("It is a gift").check()
    expect(page.get_by_label("Greeting")).to_have_value("All the best!")
    page.get_by_label("Greeting").fill("Cheers")
    press(page, "Continue")


def invite(page: Page) -> None:
    """Add rows, take one out, mark one to be deleted."""
    heading(page, "Rows of fields")
    field(page, "guests_0_name").fill("Ben")
    for number, name, food in ((1, "Nobody", "Vegan"), (2, "Cleo", "Vegan"), (3, "Dora", "Vegetarian")):
        page.get_by_role("button", name="Add").click()
        field(page, f"guests_{number}_name").fill(name)
        field(page, f"guests_{number}_food").select_option(label=food)
    field(page, "guests_1__remove").click()
    expect(field(page, "guests_1_name")).to_have_value("Cleo")
    field(page, "guests_2_DELETE").check()
    press(page, "Continue")


def bring(page: Page) -> None:
    """Choose files, a wrong one first."""
    heading(page, "Files")
    pictures = [{"name": f"{name}.png", "mimeType": "image/png", "buffer": name.encode()} for name in "ab"]
    field(page, "pictures").set_input_files(pictures)
    field(page, "letter").set_input_files({"name": "letter.exe", "mimeType": "text/plain", "buffer": b"MZ"})
    press(page, "Continue")
    expect(problem(page, "letter")).to_contain_text("File extension “exe” is not allowed.")
    field(page, "letter").set_input_files({"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear Ann"})
    press(page, "Continue")


def note_down(page: Page) -> None:
    """Look at the fields that only show."""
    heading(page, "Fields that only show")
    shown = page.locator("form")
    expect(shown).to_contain_text("A text, a code to scan and texts to copy: nothing of them is sent back.")
    expect(shown).to_contain_text("otpauth://totp/wfapp%20demo?secret=")
    expect(shown).to_contain_text(re.compile("DEMO-[0-9]{4}"))
    expect(shown).not_to_contain_text("intro")
    page.get_by_label("I have noted them down").check()
    press(page, "Continue")


def test_rjsf_fills_every_field(play: Play) -> None:
    """Page after page, with fields that come and go, rows and files: the server gets what was entered."""
    page = play("demo/fields")
    for answer in (fill_in, deliver, invite, bring, note_down):
        answer(page)
    heading(page, "This is what you entered")
    press(page, "That is right")
    end = end_of(page)
    assert end["data"] == {name: value for name, value in READ.items() if name not in UNREAD}
    assert end["message"] == {"level": "success", "text": "Thank you: every field was understood."}


def test_rjsf_leaves_fields_empty(play: Play) -> None:
    """What was typed and emptied again is sent as if it had never been there."""
    page = play("demo/fields")
    heading(page, "Every Django form field")
    for name in ("char", "email"):
        field(page, name).fill(TEXTS[name])
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    for name in TEXTS.keys() - {"char", "email", "integer", "colour", "slider"}:
        field(page, name).fill(TEXTS[name])
        field(page, name).fill("")
    for name, labels in PICKED.items():
        field(page, name).select_option(label=labels)
        if not name.startswith("select_date"):
            field(page, name).select_option([] if "multiple" in name else "")
    page.get_by_role("button", name="Clear").click()
    for label in ("Large", "Reviewers"):
        page.get_by_label(label).last.set_checked(True)
        page.get_by_label(label).last.set_checked(False)
    with page.expect_request("**/wf/") as sent:
        press(page, "Continue")
    values = sent.value.post_data_json["input"]["formData"]
    assert {name: value for name, value in values.items() if value not in ([], False)} == {
        "char": "Ann",
        "email": "ann@example.com",
        "colour": "#2c56c9",
        "hidden": "unseen",
        "integer": 1,
        "choice": "m",
        "boolean": True,
    }
    heading(page, "Fields that depend on others")
