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

_LONGEST = FlowEvent._meta.get_field("error").max_length


def record(model: type[AbstractFlow], pk: uuid.UUID, workflow: str, revision: int, report: Report) -> None:
    """Insert what happened, and announce it after the commit."""
    using = router.db_for_write(model)
    same: dict[str, Any] = {
        "flow": pk,
        "workflow": workflow,
        "actor_id": report.user_id,
        "revision": revision,
        "created_at": timezone.now(),
    }
    rows: list[dict[str, Any]] = [
        {
            "kind": note.kind,
            "step": note.step,
            # The name of a type may be of any length.
            "error": note.error[:_LONGEST],
            "duration": report.duration if note.duration is None else note.duration,
        }
        for note in report.notes
    ]
    # The signal carries stored events.
    if flow_event.has_listeners(model):
        events = FlowEvent.objects.using(using).bulk_create([FlowEvent(**same, **row) for row in rows])
        transaction.on_commit(partial(announce, model, events), using=using)
    elif rows:
        statements.insert(FlowEvent, using, rows, **same)
