"""What happened to a flow, beside its row."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import router, transaction
from django.utils import timezone

from wfapp.models import AbstractFlow, FlowEvent
from wfapp.signals import announce, flow_event
from wfapp.storage.base import Report
from wfapp.storage.statements import Rows, insert

__all__ = ["Happened", "record"]

_LONGEST = FlowEvent._meta.get_field("error").max_length


def record(model: type[AbstractFlow], pk: uuid.UUID, workflow: str, revision: int, report: Report) -> None:
    """Insert what happened, and announce it after the commit."""
    Happened(model, pk, workflow, revision, report).record()


class Happened:
    """Hold what happened to a flow until it is stored."""

    def __init__(self, model: type[AbstractFlow], pk: uuid.UUID, workflow: str, revision: int, report: Report) -> None:
        self._model = model
        same = {
            "flow": pk,
            "workflow": workflow,
            "actor_id": report.user_id,
            "revision": revision,
            "created_at": timezone.now(),
        }
        own = [
            {
                "kind": note.kind,
                "step": note.step,
                # The name of a type may be of any length.
                "error": note.error[:_LONGEST],
                "duration": report.duration if note.duration is None else note.duration,
            }
            for note in report.notes
        ]
        self._rows = Rows(FlowEvent, same, own)

    @property
    def unheard(self) -> Rows | None:
        """Give the rows where nobody listens, so that any statement may insert them; else ``None``."""
        # The signal carries stored events.
        return None if flow_event.has_listeners(self._model) else self._rows

    def record(self) -> None:
        """Insert it, and announce it after the commit."""
        using, rows = router.db_for_write(self._model), self._rows
        if self.unheard is None:
            events = FlowEvent.objects.using(using).bulk_create([FlowEvent(**rows.same, **row) for row in rows.own])
            transaction.on_commit(partial(announce, self._model, events), using=using)
        elif rows.own:
            insert(using, rows)
