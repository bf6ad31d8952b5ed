"""What happened to a flow, beside its row."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.db import router, transaction
from django.utils import timezone

from wfapp.models import AbstractFlow, FlowEvent
from wfapp.signals import announce, flow_event
from wfapp.storage import statements
from wfapp.storage.base import Report

__all__ = ["record"]

_FEW = 50


def record(model: type[AbstractFlow], pk: uuid.UUID, workflow: str, revision: int, report: Report) -> None:
    """Insert what happened, and announce it after the commit."""
    using = router.db_for_write(model)
    now = timezone.now()
    rows: list[dict[str, Any]] = [
        {
            "flow": pk,
            "workflow": workflow,
            "kind": note.kind,
            "step": note.step,
            "error": note.error,
            "actor_id": report.user_id,
            "duration": report.duration if note.duration is None else note.duration,
            "revision": revision,
            "created_at": now,
        }
        for note in report.notes
    ]
    # The signal carries stored events, and a statement is kept for each number of rows.
    listens = flow_event.has_listeners(model)
    if listens or len(rows) > _FEW:
        events = FlowEvent.objects.using(using).bulk_create([FlowEvent(**row) for row in rows])
        if listens:
            transaction.on_commit(partial(announce, model, events), using=using)
    elif rows:
        statements.insert(FlowEvent, using, rows)
