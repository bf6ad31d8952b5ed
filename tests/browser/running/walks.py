"""What people do on the running demo, where only its pages tell what happened."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from playwright.sync_api import Page, expect

from tests.browser.takeover.rounds import until as taken_over
from tests.browser.tours import GOOD_CARD, pay, put
from tests.browser.walks import PATIENCE, press, send_code, signed_in

__all__ = [
    "PASSWORD",
    "any_address",
    "begin",
    "choose_password",
    "code",
    "last_look",
    "letters",
    "link",
    "orders",
    "path",
    "register",
    "until",
    "visit",
]

T = TypeVar("T")

PASSWORD = "glacier-tulip-88"
"""The password of whoever registers."""


def until(page: Page, ask: Callable[[], T]) -> T:
    """Ask until the answer is true, and give it."""
    end = monotonic() + PATIENCE / 1000
    while not (answer := ask()):
        assert monotonic() < end, "It did not come to that."
        page.wait_for_timeout(50)
    return answer


def any_address() -> str:
    """Give an address that nobody had before."""
    return f"{secrets.token_hex(6)}@example.com"


def letters(page: Page, to: str) -> list[str]:
    """Read the mail to an address in the outbox, the newest last."""
    return [letter["body"] for letter in page.request.get("/outbox/", params={"to": to, "format": "json"}).json()]


def letter(page: Page, to: str, number: int) -> str:
    """Wait for one more mail to an address than so many, and give it."""
    return until(page, lambda: letters(page, to)[number:])[0]


def code(page: Page, to: str, after: int = 0) -> str:
    """Wait for a code by mail, after so many that came before."""
    return re.findall(r"\b\d{6}\b", letter(page, to, after))[0]


def link(page: Page, to: str, after: int = 0) -> str:
    """Wait for a link by mail, after so many mails that came before."""
    return re.findall(r"http://127\.0\.0\.1:\d+(/\S+\?wfs=\S+)", letter(page, to, after))[0]


def path(way: str, name: str) -> str:
    """Give the address of a recipe; the plain pages are no way of their own."""
    return f"/{way}/{name}/" if way else f"/{name}/"


def visit(page: Page, way: str, name: str, *, after: str = "") -> None:
    """Open a recipe, and wait until the element has it, if any: until then a page is the browser's own to send."""
    page.goto(f"{path(way, name)}?next={after}" if after else path(way, name))
    if way:
        taken_over(page, "client")


def begin(page: Page, way: str, name: str) -> None:
    """Open a recipe; pages have a start of their own where a first page would change something."""
    visit(page, way, name)
    if way == "smooth":
        press(page, "Start")


def last_look(page: Page, email: str) -> None:
    """Go from the first page of the checkout as far as the one whose button places an order."""
    put(page, "Lantern: €24.90")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Street").fill("Elm Street 1")
    page.get_by_label("City").fill("Linz")
    press(page, "Continue")
    pay(page, GOOD_CARD)
    page.get_by_label("I order").check()


def orders(staff: Page, email: str) -> int:
    """Count the orders of an address."""
    staff.goto(f"/admin/shop/order/?q={email}")
    return staff.locator("#result_list tbody tr").count()


def choose_password(page: Page, password: str) -> None:
    """Fill both inputs for a new password in and send them."""
    fields = page.locator("input[autocomplete=new-password]")
    expect(fields).to_have_count(2)
    for field in fields.all():
        field.fill(password)
    page.locator(".wf-form button.wf-button[type=submit]:not([name])").click()


def register(page: Page, email: str, path: str = "/register/") -> None:
    """Make an account, which signs in."""
    page.goto(path)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Your name").fill("Ada")
    choose_password(page, PASSWORD)
    send_code(page, code(page, email))
    expect(signed_in(page)).to_have_text(email)
