"""A flow's state as the columns of its row."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.db import router
from django.utils import timezone

from wfapp.conf import conf
from wfapp.declaration.registry import registry
from wfapp.engine.state import State, decode_state, encode_state
from wfapp.models import AbstractFlow
from wfapp.storage.base import Report
from wfapp.storage.clock import time_of
from wfapp.storage.sealing import seal, unseal

__all__ = [
    "ANSWER_PURPOSE",
    "PROGRESS_PURPOSE",
    "STATE_PURPOSE",
    "columns_of",
    "ending_of",
    "open_state",
    "row_binding",
    "seal_state",
]

PROGRESS_PURPOSE = "row-progress"
STATE_PURPOSE = "row-state"
ANSWER_PURPOSE = "row-answer"


def row_binding(model: type[AbstractFlow], pk: uuid.UUID) -> tuple[str, ...]:
    """Give what a sealed column is bound to: its table and its row."""
    return (model._meta.label_lower, str(pk))


def seal_state(model: type[AbstractFlow], state: State) -> dict[str, bytes]:
    """Give the two sealed columns of a row: an open flow has a state, an ended one its last answer.

    The seed stays out of them: a row is found by its handle, which is derived from it.
    """
    state = msgspec.structs.replace(state, seed=b"")
    column, other, purpose = ("answer", "state", ANSWER_PURPOSE) if state.ended else ("state", "answer", STATE_PURPOSE)
    return {column: seal(purpose, encode_state(state), *row_binding(model, state.id)), other: b""}


def open_state(model: type[AbstractFlow], pk: uuid.UUID, state: bytes, answer: bytes) -> State:
    """Open the sealed columns of a row; raises InvalidToken where they are wiped or cannot be read."""
    sealed, purpose = (state, STATE_PURPOSE) if state else (answer, ANSWER_PURPOSE)
    return decode_state(unseal(purpose, bytes(sealed), *row_binding(model, pk)))


def columns_of(model: type[AbstractFlow], state: State, report: Report) -> dict[str, Any]:
    """Give what a round writes into the row of its flow."""
    now = timezone.now()
    values: dict[str, Any] = {
        "revision": state.revision,
        "step": state.position.step,
        "status": report.status,
        "updated_at": now,
        "updated_by_id": report.user_id,
        "expires_at": state.expires,
        **seal_state(model, state),
        **(model.shadow_values(report.context) if report.context is not None else {}),
    }
    values["due_at"] = None
    if state.run is not None:
        due_at = None if state.run.waits else state.run.due or time_of(router.db_for_write(model)) + conf.LEASE
        values |= {"fence": state.run.fence, "due_at": due_at, "stop": "", "progress": b""}
    if state.ended:
        values |= ending_of(model, state.workflow, now, state.expires)
    return values


def ending_of(model: type[AbstractFlow], workflow: str, now: datetime, answer_until: datetime) -> dict[str, Any]:
    """Give what the end of a flow writes beside its state."""
    known = workflow in registry.names()
    retention = registry.get(workflow).retention if known else None
    return {
        "expires_at": None,
        "due_at": None,
        "finished_at": now,
        "answer_until": answer_until,
        "retain_until": now + (retention or conf.RETENTION),
        **model.forgotten_shadow_values(),
    }
