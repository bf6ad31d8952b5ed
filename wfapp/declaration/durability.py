"""How a step, or an undo, is tried again: a policy, and the one pure function that says how long to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal, get_args

from wfapp.declaration.options import LONGEST, check_flag, check_timedelta, several
from wfapp.errors import DeclarationError

__all__ = ["RETRY_OPTIONS", "Backoff", "Retries", "delay_after", "retries_of"]

Backoff = Literal["fixed", "linear", "exponential"]

_UNIT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Say how often a step is tried again after an error, and how long it waits before each."""

    retries: int = 0
    """How many attempts follow the first one."""

    delay: timedelta = timedelta(seconds=1)
    """What the waits are made of."""

    backoff: Backoff = "exponential"
    """``fixed``: delay; ``linear``: delay times (a + 1); ``exponential``: delay times 2**a; a counts from 0."""

    max_delay: timedelta | None = None
    """The longest wait, before ``jitter``."""

    jitter: bool = False
    """Whether each wait is drawn uniformly from none to all of it, so that many do not come back at once."""

    retry_on: tuple[type[Exception], ...] = field(default=(Exception,))
    """The errors that are worth another attempt; any other one fails at once."""


def delay_after(policy: Retries, attempt: int, chance: float = 1.0) -> timedelta:
    """Give the wait after an attempt, counted from 0, that failed.

    ``chance`` is a random number from 0 to 1 for ``jitter`` (full jitter: AWS Architecture Blog, *Exponential Backoff
    And Jitter*).
    """
    factor = {"fixed": 1, "linear": attempt + 1, "exponential": 2 ** min(attempt, 64)}[policy.backoff]
    # In whole numbers, which never overflow: 2**1000 seconds are no timedelta.
    microseconds = min(policy.delay // _UNIT * factor, (policy.max_delay or LONGEST) // _UNIT)
    wait = timedelta(microseconds=microseconds)
    return wait * chance if policy.jitter else wait


RETRY_OPTIONS = frozenset(option.name for option in fields(Retries))


def retries_of(owner: str, given: Mapping[str, Any]) -> Retries:
    """Check the options that are given of a policy, and make it; raises DeclarationError."""
    options = {name: value for name, value in given.items() if name in RETRY_OPTIONS}
    if "retry_on" in options:
        options["retry_on"] = several(options["retry_on"])
    _check_counts(owner, options)
    _check_kinds(owner, options)
    policy = Retries(**options)
    unused = sorted(options.keys() - {"retries"})
    if unused and not policy.retries:
        raise DeclarationError(f"{owner}: {unused[0]} says how to try again, and retries is 0; give it retries=.")
    return policy


def _check_counts(owner: str, options: Mapping[str, Any]) -> None:
    count = options.get("retries", 0)
    if type(count) is not int or count < 0:
        raise DeclarationError(f"{owner}: retries is {count!r}; it must be a number, 0 or more.")
    if "delay" in options:
        check_timedelta(f"{owner}: delay", options["delay"])
    if options.get("max_delay") is not None:
        check_timedelta(f"{owner}: max_delay", options["max_delay"])


def _check_kinds(owner: str, options: Mapping[str, Any]) -> None:
    if options.get("backoff", "fixed") not in get_args(Backoff):
        raise DeclarationError(f"{owner}: backoff is {options['backoff']!r}; legal are {', '.join(get_args(Backoff))}.")
    check_flag(f"{owner}: jitter", options.get("jitter", False))
    if options.get("retry_on") == ():
        raise DeclarationError(f"{owner}: retry_on is empty; leave it out, and all errors are worth another attempt.")
    for kind in options.get("retry_on", ()):
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise DeclarationError(f"{owner}: retry_on holds {kind!r}; it must hold types of exceptions.")
