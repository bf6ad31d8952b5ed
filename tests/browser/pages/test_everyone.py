"""Every page of the demo can be used by everyone: axe-core finds nothing, all fits, the keyboard sees where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from project.demo.recipes import RECIPES
from project.settings import TASKS
from tests.browser.pages.byways import BYWAYS, admin, at_work, hand_in, site_pages
from tests.browser.pages.judge import Judge
from tests.browser.pages.people import PEOPLE
from tests.browser.pages.ways import SMOOTH, WAYS, Way
from tests.browser.tours import TOURS, Look, heading
from tests.browser.walks import press, say_name
from wfapp import rounds
from wfapp.errors import Busy

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.pages.urls")]


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a tab that lets axe-core try styles of its own, which the policy of the site refuses."""
    return new_context(bypass_csp=True).new_page()


@pytest.fixture
def judge(axe: str) -> Judge:
    """Give what looks at the pages of one test."""
    return Judge(axe)


SHOWN = {
    "greeting": {"hello ask", "hello greet"},
    "sign_in": {"login credentials", "login verify"},
    "fields": {f"fields {step}" for step in ("fill_in", "delivery", "guests", "papers", "note_down", "review")},
    "checkout": {f"checkout {step}" for step in ("item", "address", "payment", "confirm")},
    "onboarding": {f"onboard {step}" for step in ("company_data", "papers", "owners")},
    "registration": {"register details", "register verify", "password confirm", "password choose"},
    "recovery": {"recover address", "recover choose"},
    "invitation": {"invite whom", "invite details"},
}
"""The pages of the recipes that each tour shows, at least."""

each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


@each_way
@pytest.mark.parametrize("tour", [*TOURS, *PEOPLE, *BYWAYS], ids=lambda tour: tour.__name__)
def test_recipes(page: Page, judge: Judge, tour: Callable[[Page, Look, Way], None], way: Way) -> None:
    """In each way of drawing them, over the same pages; they say which they are where a script takes them over."""
    tour(page, judge.look, way)
    assert judge.found == [], "\n".join(judge.found)
    if way is SMOOTH:
        assert SHOWN.get(tour.__name__, set()) - judge.steps == set()


def test_no_page_is_left_out() -> None:
    """Each page of a recipe is on a tour; that of the review, where staff answer: the admin leads to it."""
    pages = {
        f"{recipe.url_name} {step.name}"
        for recipe in RECIPES
        for step in recipe.workflow.structure.steps.values()
        if step.form_classes
    }
    assert pages - set().union(*SHOWN.values()) == {"onboard review"}


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
    customer = new_context(bypass_csp=True).new_page()
    hand_in(customer)
    admin(page, judge.look)
    customer.get_by_role("link", name="Check again").click()
    expect(customer.get_by_text("Your account is open.")).to_be_visible()
    judge.look(customer, "verdict")
    assert judge.found == [], "\n".join(judge.found)


def test_a_busy_flow(page: Page, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose page cannot be drawn, either."""

    def busy(*_given: Any, **_named: Any) -> None:
        raise Busy

    page.goto("/hello/")
    say_name(page, "Ann")
    heading(page, "Hello Ann!")
    monkeypatch.setattr(rounds, "play", busy)
    monkeypatch.setattr(rounds, "show", busy)
    press(page, "Hello to you")
    heading(page, "One moment, please")
    judge.look(page, "busy")
    assert judge.found == [], "\n".join(judge.found)
