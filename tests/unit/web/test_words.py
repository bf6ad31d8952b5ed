"""Spans of time and availability in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from wfapp.rounds.answer import ActionView
from wfapp.web.words import availability, duration

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def resend(**options: object) -> ActionView:
    return ActionView(id="resend", label="Resend", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (0.2, "1 second"),
        (25, "25 seconds"),
        (99, "99 seconds"),
        (100, "2 minutes"),
        (900, "15 minutes"),
        (5_940, "99 minutes"),
        (5_941, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_duration_is_rounded_up(seconds: float, words: str) -> None:
    """A wait is never said to be shorter than it is."""
    assert duration(seconds) == words


def test_unlimited_action_needs_no_words() -> None:
    """A button that can be used at any time says nothing about it."""
    assert availability(resend(), NOW) == ""


def test_cooling_action_says_how_long() -> None:
    """A button in its cool-down says when it can be used again."""
    assert availability(resend(available_at=NOW + timedelta(seconds=25)), NOW) == "You can ask again in 25 seconds."


def test_limited_action_says_how_often() -> None:
    """A button with a limit says how often it can still be used."""
    assert availability(resend(remaining=2), NOW) == "2 left."


def test_cooling_and_limited_action_says_both() -> None:
    """Cool-down and limit are said in this order."""
    action = resend(available_at=NOW + timedelta(seconds=1), remaining=1)
    assert availability(action, NOW) == "You can ask again in 1 second. 1 left."


def test_spent_action_says_so_alone() -> None:
    """A button that is used up does not also tell of a cool-down."""
    action = resend(available_at=NOW + timedelta(seconds=25), remaining=0)
    assert availability(action, NOW) == "You cannot ask for this again."


def test_cooldown_that_is_over_is_not_told() -> None:
    """A moment that has passed since the page was made is no wait."""
    assert availability(resend(available_at=NOW), NOW) == ""


def test_words_are_german() -> None:
    """The catalogue covers words with a number."""
    with override("de"):
        assert availability(resend(available_at=NOW + timedelta(seconds=25), remaining=2), NOW) == (
            "In 25 Sekunden können Sie es erneut anfordern. Noch 2-mal möglich."
        )
