"""A page that draws forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.walks import PATIENCE
from tests.browser.widgets.boards import Board


@pytest.fixture(scope="module")
def tab(chrome: Browser) -> Iterator[Page]:
    """Open one tab for the tests of a file: each loads the page anew, and nothing else is kept."""
    context = chrome.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def board(tab: Page, db: None) -> Iterator[Board]:
    """Give a page that draws forms; at the end nothing may stand in its console."""
    board = Board(tab)
    yield board
    board.close()
    assert [text for text in board.said if not text.startswith(board.excused)] == []
