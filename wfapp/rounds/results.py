"""How a flow came out, for the code that ran it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db import router
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.engine.acting import Failure, StepStatus
from wfapp.engine.state import State
from wfapp.errors import FlowFailed, InvalidToken
from wfapp.models import ENDED, AbstractFlow, Status
from wfapp.storage.columns import open_state

__all__ = ["FlowResult", "StepResult", "result_of"]

_COLUMNS = ("state", "answer", "status", "created_at", "finished_at")
_BAD = (*ENDED, Status.COMPENSATING, Status.COMPENSATION_FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Say how one step came out."""

    name: str
    """Its name; ``<include>/<step>`` for one of an included workflow."""

    status: StepStatus
    attempts: int
    duration: float
    """How long its last attempt took, in milliseconds."""

    error: str = ""
    """The name of the type of the exception that it, or its undo, failed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowResult:
    """Say how a flow came out so far: the same for everybody who asks, as long as its answer is kept."""

    id: uuid.UUID
    status: Status
    steps: tuple[StepResult, ...] = ()
    """The steps that ran on their own, in the order in which they came to an end; the newest 100 of them."""

    duration: float
    """From its start to its end, or to now while it goes on; in milliseconds."""

    error: Failure | None = None
    """The error that the flow failed with: ``step``, ``type`` and ``message``, in which its values are masked."""

    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The data of its ``Finish``, as JSON has it."""

    reason: str = ""
    """The reason of its ``Abort``, or the one that code gave as it cancelled the flow."""

    def raise_for_status(self) -> Self:
        """Raise FlowFailed where the flow came to another end than ``finished``, or is being undone; else give this."""
        if self.status in _BAD and self.status != Status.FINISHED:
            raise FlowFailed(self)
        return self


@sensitive_variables()
def result_of(model: type[AbstractFlow], pk: uuid.UUID) -> FlowResult:
    """Read how a flow came out so far; of one whose answer is no longer kept the status alone. Raises InvalidToken."""
    rows = model._base_manager.using(router.db_for_write(model)).filter(pk=pk)
    row = rows.values_list(*_COLUMNS).first()
    if row is None:
        raise InvalidToken
    sealed, answer, status, created, finished = row
    try:
        state: State | None = open_state(model, pk, bytes(sealed), bytes(answer))
    except InvalidToken:
        state = None
    return _result(pk, Status(status), state, (finished or timezone.now(), created))


def _result(pk: uuid.UUID, status: Status, state: State | None, times: tuple[datetime, datetime]) -> FlowResult:
    end = state.last.end if state is not None and state.last is not None else None
    end = end if end is not None and status in ENDED else {}
    steps = state.steps if state is not None else ()
    until, since = times
    return FlowResult(
        id=pk,
        status=status,
        steps=tuple(StepResult(**{name: getattr(one, name) for name in one.__struct_fields__}) for one in steps),
        duration=round((until - since).total_seconds() * 1000, 3),
        error=state.failure if state is not None else None,
        data=end.get("data", {}),
        reason=_reason(status, state, end),
    )


def _reason(status: Status, state: State | None, end: Mapping[str, Any]) -> str:
    if status == Status.ABORTED:
        return str(end.get("reason", ""))
    return state.reason if state is not None else ""
