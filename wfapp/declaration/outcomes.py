"""What a step or an action says when it returns, and what it leaves for delivery."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from http.cookies import Morsel
from typing import Any, Literal

from django.utils.functional import Promise

from wfapp.declaration.leaving import Behavior, Choice, Skip, check_leaving
from wfapp.errors import DeclarationError

__all__ = ["LEVELS", "Abort", "Ask", "Cookie", "Finish", "Level", "Message", "Next", "Outcome"]

Level = Literal["info", "success", "warn", "error"]
_SIGNS = "!#$%&'*+-.^_`|~"
_NAME = re.compile(rf"[A-Za-z0-9{re.escape(_SIGNS)}]+")
_RESERVED = re.compile(r"(__Host-)?wf(token|browser)-", re.IGNORECASE)
_MORSEL: Morsel[str] = Morsel()
_VALUE = re.compile(r"[\x20-\x7e]*")
_PATH = re.compile(r"/[\x21-\x3a\x3c-\x7e]*")
LEVELS: tuple[Level, ...] = ("info", "success", "warn", "error")


class Outcome:
    """Stand above everything that a step may return."""


@dataclass(frozen=True, slots=True)
class Next(Outcome):
    """Leave the page that an action stands on; a step that returns nothing does the same."""


@dataclass(frozen=True, slots=True)
class Ask(Outcome):
    """Go back to ``step``, a step with a form that this flow has passed; its method gets the next answer.

    The context is put back to what it was there. ``error`` is shown on that page.
    """

    step: str
    error: str | Promise | None = None


@dataclass(frozen=True, slots=True)
class Finish(Outcome):
    """End the flow successfully; no later step runs.

    ``data`` goes to a REST client as it is (JSON-like). ``sign_in`` is a user whom delivery signs in after the commit;
    ``sign_out_others`` ends that user's other sessions. ``redirect`` is a path of this site or a URL of an allowed
    host; without it the flow goes to its validated ``next``: at once, or ``after`` so many seconds (a number or a
    timedelta) on a finish page, with ``skip`` as a button. ``choices`` leaves it to the person; the first is the
    primary one. Raises DeclarationError for what fits none of these.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    message: str | Promise = ""
    redirect: str | Promise = ""
    sign_in: Any = None
    sign_out_others: bool = False
    _: KW_ONLY
    after: float | timedelta | None = None
    skip: Behavior | Skip | None = None
    choices: Sequence[Choice] = ()

    def __post_init__(self) -> None:
        check_leaving(self)


@dataclass(frozen=True, slots=True)
class Abort(Outcome):
    """End the flow without success. ``reason`` is a short code for clients, ``message`` a text for people.

    It leads on as Finish does, but to the flow's ``next`` only where ``after`` asks for that.
    """

    reason: str
    message: str | Promise = ""
    redirect: str | Promise = ""
    _: KW_ONLY
    after: float | timedelta | None = None
    skip: Behavior | Skip | None = None
    choices: Sequence[Choice] = ()

    def __post_init__(self) -> None:
        check_leaving(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold a text for the person, shown with the next page."""

    level: Level = "info"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """Hold a cookie that delivery sets with the answer.

    ``max_age`` is in seconds, ``None`` for the browser's session. Raises DeclarationError for one that cannot be set:
    when it is delivered, the round has been committed.
    """

    name: str
    value: str
    max_age: int | None = None
    path: str = "/"
    secure: bool = True
    httponly: bool = True
    samesite: Literal["Lax", "Strict"] = "Lax"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or _MORSEL.isReservedKey(self.name):
            raise DeclarationError(f"set_cookie: the name is {self.name!r}; legal are letters, digits and {_SIGNS}.")
        if _RESERVED.match(self.name):
            raise DeclarationError(f"set_cookie: the name {self.name!r} is one of wfapp's own; choose another.")
        if not _VALUE.fullmatch(self.value):
            raise DeclarationError(
                f"set_cookie: the value of {self.name!r} is not printable ASCII; encode it with urllib.parse.quote."
            )
        if not _PATH.fullmatch(self.path):
            raise DeclarationError(f"set_cookie: the path is {self.path!r}; it must be a quoted path such as '/'.")
        if self.max_age is not None and type(self.max_age) is not int:
            raise DeclarationError(f"set_cookie: max_age is {self.max_age!r}; it must be seconds, or None.")
        if self.samesite not in ("Lax", "Strict"):
            raise DeclarationError(f"set_cookie: samesite is {self.samesite!r}; legal are Lax and Strict.")
