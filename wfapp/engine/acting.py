"""What a flow remembers of the steps that act: the one that runs, those that completed, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from wfapp.engine.cursor import Position
from wfapp.engine.scopes import ScopeState

__all__ = ["Acted", "Failure", "Goal", "Member", "Run", "StepRecord", "StepStatus"]

Goal = Literal["", "back", "failed", "cancelled", "aborted", "expired"]
"""Why completed steps are undone: to go back to a page, or to end so."""

StepStatus = Literal["completed", "failed", "compensated", "compensation_failed"]


class Member(msgspec.Struct, frozen=True, array_like=True):
    """Say how far one step of a group is."""

    attempt: int = 0
    due: datetime | None = None
    status: Literal["", "completed", "failed"] = ""
    type: str = ""
    """The name of the type of the error that it failed with."""

    message: str = ""
    at: datetime | None = None
    """When it completed or failed."""

    unsure: bool = False
    """Whether nobody knows how far an attempt came: as in ``Run``, or it left as told to, or its process died."""


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Say that a step runs outside of any round, or waits for its next attempt."""

    actor: str | None
    """The primary key, as text, of the signed-in user in whose round it came up."""

    since: datetime
    fence: int
    """What its runner must show to store anything; another one each time somebody takes the flow."""

    attempt: int = 0
    """How many attempts have failed."""

    due: datetime | None = None
    """When the next attempt begins, where nobody waits for that, by the clock of the flow's database."""

    members: dict[str, Member] = {}
    """How far each step of a group is, by its qualified name."""

    lost: int = 0
    """How often whoever ran it was not heard of any more: how far it came, nobody knows."""

    waits: bool = False
    """Whether the flow has not begun: others of its workflow go on, and it waits for its turn."""

    unsure: bool = False
    """Whether nobody knows how far an attempt came: it was late, or came to its end and could not be stored."""


class Acted(msgspec.Struct, frozen=True, array_like=True):
    """Remember a durable step that completed."""

    position: Position
    after: int
    """How many pages had been passed: going back before one of them, it has to be undone."""

    scopes: dict[str, ScopeState] = {}
    """The included workflows around it as they were; the flow's own context is at hand."""


class StepRecord(msgspec.Struct, frozen=True, array_like=True):
    """Remember how a step came out that ran outside of any round."""

    name: str
    status: StepStatus
    attempts: int = 1
    duration: float = 0.0
    """How long its last attempt took, in milliseconds."""

    error: str = ""
    """The name of the type of the exception that it, or its undo, failed with."""


class Failure(msgspec.Struct, frozen=True):
    """Keep the error that a flow failed with."""

    step: str
    type: str
    message: str
    """The exception's text without any value of the context."""

    others: tuple[Failure, ...] = ()
    """The errors of the siblings that failed later, in a group."""

    def __repr__(self) -> str:
        return f"<Failure {self.type} in {self.step}>"
