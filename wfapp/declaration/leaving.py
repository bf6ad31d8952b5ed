"""How an end leads on: at once, after a countdown, or where the person chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import Any, Literal, cast, get_args

from django.utils.functional import Promise

from wfapp.errors import DeclarationError

__all__ = ["LONGEST", "Behavior", "Choice", "Skip", "check_leaving", "check_redirect", "milliseconds"]

Behavior = Literal["now", "cancel"]

LONGEST = timedelta(days=1)
"""The longest countdown; a browser's timer overflows at 24 days, and then goes off at once."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Put a button beside a countdown: ``Skip("Go now")`` leaves at once, ``Skip("Stay", "cancel")`` stays for good.

    Without a label it gets one of wfapp's own.
    """

    label: str | Promise = ""
    behavior: Behavior = "now"

    def __post_init__(self) -> None:
        if not isinstance(self.label, str | Promise):
            raise DeclarationError(f"Skip: label is {self.label!r}; it must be a text.")
        if self.behavior not in get_args(Behavior):
            raise DeclarationError(f"Skip: behavior is {self.behavior!r}; legal are 'now' and 'cancel'.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Offer one way on: ``Choice("To the shop", "/shop/")``, ``Choice("Start again", reload=True)``.

    ``redirect`` is a path of this site or a URL of an allowed host; a choice whose target is neither is left out when
    the end is delivered. ``reload`` starts the workflow again, ``dismiss`` closes what it was shown in.
    """

    label: str | Promise
    redirect: str | Promise | None = None
    _: KW_ONLY
    reload: bool = False
    dismiss: bool = False

    def __post_init__(self) -> None:
        # A lazy text is looked at when the round ends: translated here, it would be in whichever language is active.
        if not isinstance(self.label, str | Promise) or self.label == "":
            raise DeclarationError(f"Choice: label is {self.label!r}; it must be a text that is not empty.")
        if self.redirect is not None:
            check_redirect(f"Choice {str(self.label)!r}", self.redirect)
        if [self.redirect is not None, self.reload, self.dismiss].count(True) != 1:
            raise DeclarationError(
                f"Choice {str(self.label)!r}: redirect is {self.redirect!r}, reload is {self.reload!r} and dismiss is "
                f"{self.dismiss!r}; give exactly one: redirect='/path/', reload=True or dismiss=True."
            )


def check_leaving(end: Any) -> None:
    """Check how a Finish or an Abort leads on, and freeze it; raises DeclarationError."""
    owner = type(end).__name__
    check_redirect(owner, end.redirect)
    object.__setattr__(end, "choices", _choices(owner, end.choices))
    object.__setattr__(end, "skip", _skip(owner, end.skip))
    if end.after is not None:
        milliseconds(owner, end.after)
    if end.skip is not None and end.after is None:
        raise DeclarationError(f"{owner}: skip is {end.skip!r} without after; there is no countdown to skip.")
    if end.choices and (end.redirect or end.after is not None):
        given = f"redirect is {str(end.redirect)!r}" if end.redirect else f"after is {end.after!r}"
        raise DeclarationError(f"{owner}: {given} beside choices; with choices the person decides, so leave it out.")


def check_redirect(owner: str, redirect: Any) -> None:
    """Raise DeclarationError for a target of the wrong type; where it leads is checked when it is delivered.

    It may come from a client, and what a client sends must raise nothing.
    """
    if not isinstance(redirect, str | Promise):
        raise DeclarationError(
            f"{owner}: redirect is {redirect!r}; it must be a path of this site such as '/orders/', or a URL of an "
            "allowed host."
        )


def milliseconds(owner: str, after: Any) -> int:
    """Give the length of a countdown; raises DeclarationError for what is none."""
    seconds = after.total_seconds() if isinstance(after, timedelta) else after
    if type(seconds) not in (int, float) or not 0 < seconds <= LONGEST.total_seconds():
        raise DeclarationError(
            f"{owner}: after is {after!r}; it must be seconds or a timedelta, more than 0 and at most a day."
        )
    return max(1, round(seconds * 1000))


def _choices(owner: str, choices: Any) -> tuple[Choice, ...]:
    if isinstance(choices, str | Choice) or not isinstance(choices, Iterable):
        raise DeclarationError(f"{owner}: choices is {choices!r}; it must be a list of Choice.")
    found = tuple(choices)
    for choice in found:
        if not isinstance(choice, Choice):
            raise DeclarationError(f"{owner}: choices has {choice!r}; it must be a list of Choice.")
    return found


def _skip(owner: str, skip: Any) -> Skip | None:
    if skip is None or isinstance(skip, Skip):
        return skip
    if not isinstance(skip, str) or skip not in get_args(Behavior):
        raise DeclarationError(f"{owner}: skip is {skip!r}; legal are 'now', 'cancel' and a Skip(label, behavior).")
    return Skip(behavior=cast(Behavior, skip))
