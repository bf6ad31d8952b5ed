"""What people do on the demo site, and what they see."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from project.accounts.demo import ACCOUNTS
from wfapp.links.outbox import deliver_due

__all__ = [
    "PASSWORDS",
    "PATIENCE",
    "answer",
    "code_field",
    "codes",
    "letters",
    "link",
    "mailed_code",
    "messages",
    "press",
    "say_name",
    "send_code",
    "signed_in",
    "summary",
    "type_password",
    "wrong",
]

PATIENCE = 20_000
"""How long a page may take, in milliseconds; no test waits longer than it must."""

PASSWORDS = {account.name: account.password for account in ACCOUNTS}


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def type_password(page: Page, name: str, password: str = "") -> None:
    """Fill the password page in."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password or PASSWORDS[name])


def answer(page: Page, name: str, password: str = "") -> None:
    """Fill the password page in and send it."""
    type_password(page, name, password)
    press(page, "Continue")


def code_field(page: Page) -> Locator:
    """Find the input that takes the code."""
    return page.get_by_role("textbox", name="Code", exact=True)


def send_code(page: Page, code: str) -> None:
    """Fill the code in and send it."""
    code_field(page).fill(code)
    press(page, "Verify code")


def codes(page: Page) -> list[str]:
    """Read bob's codes in the outbox once the page asks for one, the newest last."""
    expect(code_field(page)).to_be_visible()
    return [re.findall(r"\b\d{6}\b", letter)[0] for letter in letters(page, "bob@example.com")]


def letters(page: Page, to: str) -> list[str]:
    """Read the mail to an address in the outbox, the newest last."""
    deliver_due()
    return [letter["body"] for letter in page.request.get("/outbox/", params={"to": to, "format": "json"}).json()]


def mailed_code(page: Page, to: str) -> str:
    """Read the newest code that was mailed to an address."""
    return str(re.findall(r"\b\d{6}\b", letters(page, to)[-1])[0])


def link(page: Page, to: str) -> str:
    """Give the path of the link in the newest mail to an address."""
    return re.findall(r"https://site\.example(/\S+\?wfs=\S+)", letters(page, to)[-1])[0]


def say_name(page: Page, name: str) -> None:
    """Fill the first page of the greeting in and send it."""
    page.get_by_role("textbox", name="Your name").fill(name)
    press(page, "Continue")


def wrong(code: str) -> str:
    """Give a code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06}"


def signed_in(page: Page) -> Locator:
    """Find the name of who is signed in, at the top of each page."""
    return page.locator(".site-log-out strong")


def summary(page: Page) -> Locator:
    """Find the error summary."""
    return page.locator("#wf-problems")


def messages(page: Page) -> Locator:
    """Find the messages above a page."""
    return page.locator(".wf-message")
