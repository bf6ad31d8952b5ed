"""The running demo in the place of the site that a thread of the tests serves; its pages must be quiet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.running.walks import any_address, register
from tests.browser.walks import answer

CHROMIUMS_OWN = re.compile(r"Failed to load resource: (the server responded with a status of 4\d\d |net::ERR_)")
"""What Chromium itself notes of a refused or a lost request; of a static file it is a fault of the site."""

REPORT_REFUSALS = """addEventListener("securitypolicyviolation", event =>
  console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""


@pytest.fixture
def site(served: str) -> str:
    """Give the address of the running demo; what a test does there stays for the ones after it."""
    return served


@pytest.fixture
def refuses() -> bool:
    """Tell whether a test may make the site refuse requests; otherwise Chromium's notes of that count, too."""
    return True


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext], refuses: bool) -> Iterator[Callable[..., BrowserContext]]:
    """Open windows whose pages must say nothing on the console, and break no policy."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        own = refuses and CHROMIUMS_OWN.match(message.text) and "/static/" not in message.location["url"]
        if message.type in {"error", "warning"} and not own:
            said.append(f"{message.location['url']}: {message.text}")

    def opened(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.add_init_script(REPORT_REFUSALS)
        context.on("console", note)
        context.on("weberror", lambda fault: said.append(str(fault.error)))
        return context

    yield opened
    assert said == []


@pytest.fixture(scope="session")
def staff_cookies() -> dict[str, Any]:
    """Hold what a browser has in which staff are signed in, as soon as one has."""
    return {}


@pytest.fixture
def staff(new_context: Callable[..., BrowserContext], staff_cookies: dict[str, Any]) -> Page:
    """Open a window in which staff are signed in."""
    context = new_context(**staff_cookies)
    page = context.new_page()
    if not staff_cookies:
        page.goto("/login/?next=/admin/")
        answer(page, "staff")
        page.wait_for_url("**/admin/")
        staff_cookies["storage_state"] = context.storage_state()
    return page


@pytest.fixture
def someone(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a window in which somebody is signed in whom no other test knows."""
    page = new_context().new_page()
    register(page, any_address())
    return page
