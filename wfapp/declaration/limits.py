"""Limits that count over all flows and all doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from wfapp.errors import DeclarationError

__all__ = ["Limit"]

_RATE = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,3})?([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Limit:
    """Allow ``rate`` submissions for each value of ``key``: ``Limit("password", key="username", rate="10/15m")``.

    ``purpose`` names the counter: two limits of one purpose share it. ``key`` is ``"address"`` (the client's), a form
    field, a context key, a method of the workflow, or a callable of the workflow. The window starts with the first
    submission that it counts.
    """

    purpose: str
    key: str | Callable[[Any], Any]
    rate: str
    counts_accepted: bool = False
    """Whether an accepted submission counts, too: for what costs something each time, such as a mail."""

    def __post_init__(self) -> None:
        if not isinstance(self.purpose, str) or not self.purpose:
            raise DeclarationError(f"Limit: purpose is {self.purpose!r}; it must be a name such as 'password'.")
        if not isinstance(self.key, str) and not callable(self.key):
            raise DeclarationError(
                f"Limit {self.purpose!r}: key is {self.key!r}; it must be 'address', a form field, a context key, a "
                "method, or a callable of the workflow."
            )
        if not isinstance(self.rate, str) or not _RATE.fullmatch(self.rate):
            raise DeclarationError(
                f"Limit {self.purpose!r}: rate is {self.rate!r}; write COUNT/PERIOD with a period in s, m, h or d, "
                f"such as '10/15m'."
            )

    @property
    def count(self) -> int:
        """Give how many submissions a window allows."""
        return int(self.rate.partition("/")[0])

    @property
    def period(self) -> timedelta:
        """Give the length of a window."""
        period = self.rate.partition("/")[2]
        return timedelta(**{_UNITS[period[-1]]: int(period[:-1] or 1)})
