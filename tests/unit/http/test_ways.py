"""The way on from an end."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tests.targets import HOSTILE, LEGAL, name_of
from wfapp import Choice, Skip
from wfapp.http.ways import Way, end_target, way_on
from wfapp.rounds.answer import Answer, End


class Login:
    """Stand where an answer names its workflow."""

    name = "auth/login"


def answer(status: Any = "finished", **end: Any) -> Answer:
    """Make the answer of a flow that ended so."""
    workflow: Any = Login
    return Answer(status=status, workflow=workflow, end=End(status=status, **end))


def way(rf: RequestFactory, *, default: str = "", **end: Any) -> Way | None:
    """Give the way on from such an end."""
    request, ended = rf.get("/"), answer(**end)
    return way_on(ended, request, end_target(ended, request, default))


@pytest.fixture(autouse=True)
def hosts(settings: Settings) -> None:
    """Let this site be testserver, with one more allowed host."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WFAPP = {**settings.WFAPP, "REDIRECT_HOSTS": ["app.example.com"]}


@pytest.mark.parametrize(
    ("end", "target"),
    [
        ({"redirect": "/r", "next": "/n"}, "/r"),
        ({"next": "/n"}, "/n"),
        ({"next": "//evil.example"}, "/default"),
        ({}, "/default"),
    ],
)
def test_the_steps_redirect_goes_before_next_and_default(rf: RequestFactory, end: dict[str, str], target: str) -> None:
    """Redirect, next, default: the first that is there and allowed."""
    assert end_target(answer(**end), rf.get("/"), default="/default") == target


def test_a_refused_redirect_is_logged_without_its_address(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    """The author learns which workflow it was; the address may hold a secret."""
    with caplog.at_level(logging.WARNING, logger="wfapp.http"):
        assert end_target(answer(redirect="https://evil.example/?t=s3cret", next="/n"), rf.get("/")) == "/n"
    assert caplog.messages == ["auth/login redirects to a host that is not allowed; add it to WFAPP['REDIRECT_HOSTS']."]


def test_a_flow_that_goes_on_leads_to_the_default(rf: RequestFactory) -> None:
    """Without an end there is no redirect and no next."""
    workflow: Any = Login
    assert end_target(Answer(status="form", workflow=workflow), rf.get("/")) == ""


@pytest.mark.parametrize(
    ("end", "target"),
    [
        ({"next": "/n"}, ""),
        ({"redirect": "/r", "next": "/n"}, "/r"),
        ({"redirect": "//evil.example", "next": "/n"}, ""),
        ({"next": "/n", "after": 4000}, "/n"),
        ({"after": 4000}, "/default"),
    ],
)
def test_an_aborted_flow_leads_where_its_step_says(rf: RequestFactory, end: dict[str, Any], target: str) -> None:
    """It does not go on to ``next`` as if all was well, unless its step asked for a countdown."""
    assert end_target(answer("aborted", **end), rf.get("/"), default="/default") == target


def test_an_end_leads_on_at_once(rf: RequestFactory) -> None:
    """Where there is a target and no countdown."""
    assert way(rf, redirect="/r") == Way(trigger="immediate", target="/r")


def test_an_end_leads_on_after_a_countdown(rf: RequestFactory) -> None:
    """To its redirect, else to the person's ``next``, else to the site's default."""
    assert way(rf, redirect="/r", after=4000) == Way(trigger="auto", target="/r", after=4000)
    assert way(rf, next="/n", after=4000) == Way(trigger="auto", target="/n", after=4000)
    assert way(rf, default="/d", after=4000) == Way(trigger="auto", target="/d", after=4000)
    assert way(rf, after=4000) is None


@pytest.mark.parametrize(
    ("skip", "shown"),
    [
        (Skip(), Skip("Go now", "now")),
        (Skip(behavior="cancel"), Skip("Stay here", "cancel")),
        (Skip("Wait!", "cancel"), Skip("Wait!", "cancel")),
    ],
)
def test_a_skip_button_has_a_label(rf: RequestFactory, skip: Skip, shown: Skip) -> None:
    """Its author's, else one of wfapp's own."""
    found = way(rf, redirect="/r", after=1, skip=skip)
    assert found is not None
    assert found.skip == shown


def test_choices_are_left_to_the_person(rf: RequestFactory) -> None:
    """Nothing goes on by itself, whatever ``next`` and the default say."""
    choices = (Choice("Shop", "/shop/"), Choice("Again", reload=True), Choice("Close", dismiss=True))
    assert way(rf, choices=choices, next="/n", default="/d") == Way(trigger="manual", choices=choices)


def test_a_choice_that_leads_elsewhere_is_left_out(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    """The next one is the primary one then; the author learns which workflow it was."""
    again = Choice("Again", reload=True)
    with caplog.at_level(logging.WARNING, logger="wfapp.http"):
        assert way(rf, choices=(Choice("Out", "//evil.example"), again)) == Way(trigger="manual", choices=(again,))
    assert caplog.messages == ["auth/login redirects to a host that is not allowed; add it to WFAPP['REDIRECT_HOSTS']."]


@pytest.mark.parametrize("target", ["", *HOSTILE], ids=name_of)
def test_no_end_leads_to_a_hostile_target(rf: RequestFactory, target: str) -> None:
    """Neither at once, nor after a countdown, nor by choice, whoever gave the target."""
    assert way(rf, redirect=target) is None
    assert way(rf, next=target) is None
    assert way(rf, redirect=target, next=target, after=1) is None
    assert way(rf, choices=(Choice("Out", target),)) is None


@pytest.mark.parametrize("target", LEGAL, ids=name_of)
def test_every_end_leads_to_a_legal_target(rf: RequestFactory, target: str) -> None:
    """As it was given."""
    assert way(rf, redirect=target) == way(rf, next=target) == Way(trigger="immediate", target=target)
    choice = Choice("Go", target)
    assert way(rf, choices=(choice,)) == Way(trigger="manual", choices=(choice,))
