"""What a step or an action says when it returns, and what it leaves for delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

__all__ = ["LEVELS", "Abort", "Ask", "Cookie", "Finish", "Level", "Message", "Next", "Outcome"]

Level = Literal["info", "success", "warn", "error"]
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
    host; without it the flow goes to its validated ``next``.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    message: str | Promise = ""
    redirect: str = ""
    sign_in: Any = None
    sign_out_others: bool = False


@dataclass(frozen=True, slots=True)
class Abort(Outcome):
    """End the flow without success. ``reason`` is a short code for clients, ``message`` a text for people."""

    reason: str
    message: str | Promise = ""
    redirect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold a text for the person, shown with the next page."""

    level: Level = "info"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """Hold a cookie that delivery sets with the answer.

    ``max_age`` is in seconds, ``None`` for the browser's session.
    """

    name: str
    value: str
    max_age: int | None = None
    path: str = "/"
    secure: bool = True
    httponly: bool = True
    samesite: Literal["Lax", "Strict"] = "Lax"
