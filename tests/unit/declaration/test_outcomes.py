"""What a step says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from wfapp import Abort, Ask, Finish, Next
from wfapp.declaration.outcomes import LEVELS, Cookie, Message, Outcome


@pytest.mark.parametrize("outcome", [Next(), Ask("payment"), Finish(), Abort("fraud")])
def test_outcomes_are_frozen(outcome: Outcome) -> None:
    """What a step returned does not change on its way to the client."""
    assert isinstance(outcome, Outcome)
    with pytest.raises((FrozenInstanceError, TypeError)):
        outcome.message = "other"


def test_finish_says_nothing_by_default() -> None:
    """No data, no text, no redirect, nobody signed in."""
    end = Finish()
    assert (dict(end.data), end.message, end.redirect, end.sign_in, end.sign_out_others) == ({}, "", "", None, False)


def test_abort_needs_a_reason() -> None:
    """A short code for clients."""
    assert (Abort("fraud").reason, Abort("fraud").message, Abort("fraud").redirect) == ("fraud", "", "")


def test_ask_names_a_step() -> None:
    """With or without an error to show there."""
    assert (Ask("payment").step, Ask("payment").error, Ask("payment", error="Declined").error) == (
        "payment",
        None,
        "Declined",
    )


def test_a_cookie_is_careful_by_default() -> None:
    """Only HTTPS, no script, no other site."""
    cookie = Cookie(name="theme", value="dark")
    assert (cookie.secure, cookie.httponly, cookie.samesite, cookie.path, cookie.max_age) == (
        True,
        True,
        "Lax",
        "/",
        None,
    )


def test_levels_of_a_message() -> None:
    """The first one is the default."""
    assert LEVELS == ("info", "success", "warn", "error")
    assert Message(text="Sent.").level == "info"
