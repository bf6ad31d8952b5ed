"""Faults in words for people."""

from __future__ import annotations

import pytest

from wfapp.errors import Busy, Fault, InvalidToken, LimitExceeded, MalformedRequest, NotAllowed, Stale
from wfapp.web.faults import message_of, text_of, title_of


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (InvalidToken(), "This page has expired"),
        (NotAllowed(), "You cannot open this page"),
        (LimitExceeded(), "Too many attempts"),
        (Busy(), "One moment, please"),
        (MalformedRequest(), "This did not work"),
        (NotAllowed(code="csrf"), "This did not work"),
    ],
)
def test_titles(fault: Fault, title: str) -> None:
    """Each kind of fault has a heading."""
    assert title_of(fault) == title


def test_limit_says_how_long_to_wait() -> None:
    """A wait that is known is said."""
    assert text_of(LimitExceeded(retry_after=600)) == "Too many attempts. You can try again in 10 minutes."


def test_limit_without_a_wait_says_later() -> None:
    """Without one, the fault's own text has to do."""
    assert text_of(LimitExceeded()) == "Too many attempts. Try again later."


def test_stale_page_is_a_warning() -> None:
    """Nothing went wrong where a page was answered twice."""
    message = message_of(Stale(None))
    assert (message.level, message.text) == ("warn", "This page was answered already. Here is the current one.")


def test_busy_flow_is_a_warning() -> None:
    """Nothing went wrong where two requests came at once."""
    assert message_of(Busy()).level == "warn"


def test_outdated_page_is_a_warning() -> None:
    """A person learns what to do, not what a CSRF token is."""
    message = message_of(NotAllowed(code="csrf"))
    text = "This page is out of date, or your browser blocks cookies. Please send it again."
    assert (message.level, message.text) == ("warn", text)


def test_limit_is_an_error() -> None:
    """Too many attempts stop the person."""
    assert message_of(LimitExceeded(retry_after=25)).level == "error"
