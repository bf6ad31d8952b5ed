"""Pages of the demo that <wf-form> takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.takeover.rounds import ROUND_ERROR


@pytest.fixture(autouse=True)
def addresses(settings: Any) -> None:
    """Serve the demo with ``smooth=True``."""
    settings.ROOT_URLCONF = "tests.browser.takeover.urls"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Open a tab in which no script may fail and the browser may refuse nothing."""
    tab = new_context().new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    yield tab
    assert [problem for problem in problems if not problem.startswith(ROUND_ERROR)] == []
