"""Every page of the demo can be used by everyone: axe-core finds nothing, all fits, the keyboard sees where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from project.settings import TASKS
from tests.browser.pages.byways import BYWAYS, admin, at_work, hand_in, site_pages
from tests.browser.pages.judge import Judge
from tests.browser.pages.ways import WAYS, Way
from tests.browser.tours import TOURS, Look, heading

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.pages.urls")]


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a tab that lets axe-core try styles of its own, which the policy of the site refuses."""
    return new_context(bypass_csp=True).new_page()


@pytest.fixture
def judge(axe: str) -> Judge:
    """Give what looks at the pages of one test."""
    return Judge(axe)


each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


@each_way
@pytest.mark.parametrize("tour", [*TOURS, *BYWAYS], ids=lambda tour: tour.__name__)
def test_recipes(page: Page, judge: Judge, tour: Callable[[Page, Look, Way], None], way: Way) -> None:
    """In each way of drawing them."""
    tour(page, judge.look, way)
    assert judge.found == [], "\n".join(judge.found)


@each_way
def test_a_step_at_work(page: Page, judge: Judge, way: Way, settings: Any) -> None:
    """While nothing runs what is queued."""
    settings.TASKS = TASKS
    at_work(page, judge.look, way)
    assert judge.found == [], "\n".join(judge.found)


def test_the_site(page: Page, judge: Judge, settings: Any) -> None:
    """Its front page, its outbox, and where one cannot go."""
    site_pages(page, judge.look)
    settings.DEBUG = False  # else Django tells developers why
    page.goto("/nowhere/")
    heading(page, "Nothing here")
    judge.look(page, "nothing here")
    assert judge.found == [], "\n".join(judge.found)


def test_the_admin(page: Page, new_context: Callable[..., BrowserContext], judge: Judge) -> None:
    """What wfapp adds to it, and the pages that staff see."""
    hand_in(new_context().new_page())
    admin(page, judge.look)
    assert judge.found == [], "\n".join(judge.found)
