"""What happened to a flow, beside its row."""

from __future__ import annotations

import logging
import uuid
from functools import partial
from typing import Any

from django.db import router, transaction
from django.utils import timezone

from wfapp.models import AbstractFlow, FlowEvent
from wfapp.signals import flow_event
from wfapp.storage import statements
from wfapp.storage.base import Report

__all__ = ["record"]

logger = logging.getLogger("wfapp.storage")

_FEW = 10


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
            "actor_id": report.user_id,
            "duration": report.duration,
            "revision": revision,
            "created_at": now,
        }
        for note in report.notes
    ]
    # The signal carries stored events, and a statement is kept for each number of rows.
    if flow_event.has_listeners(model) or len(rows) > _FEW:
        events = FlowEvent.objects.using(using).bulk_create([FlowEvent(**row) for row in rows])
        transaction.on_commit(partial(_announce, model, events), using=using)
    elif rows:
        statements.insert(FlowEvent, using, rows)


def _announce(model: type[AbstractFlow], events: list[FlowEvent]) -> None:
    for event in events:
        for receiver, error in flow_event.send_robust(sender=model, event=event):
            if isinstance(error, Exception):
                logger.error("A receiver of flow_event failed: %s (%s).", receiver, type(error).__name__)
