"""Move what is sealed in rows to the newest key."""

from __future__ import annotations

from typing import Any

from django.db import models, router

from wfapp.links.claims import BODY_PURPOSE, body_binding
from wfapp.links.delivery import outboxes
from wfapp.management.batches import RowCommand
from wfapp.models import AbstractFlow, OutgoingMessage
from wfapp.storage.columns import ANSWER_PURPOSE, STATE_PURPOSE, row_binding
from wfapp.storage.sealing import needs_resealing, seal, unseal


class Command(RowCommand):
    """Seal again what an older key sealed; once a run has found nothing to move, the older keys may go."""

    help = "Move the sealed states and answers of flows, and messages that wait, to the newest key."
    done = "moved to the newest key"

    def handle(self, *args: Any, model: str | None, batch_size: int, **options: Any) -> None:
        """Move the rows of each model, and of the outbox where no model is named."""
        super().handle(*args, model=model, batch_size=batch_size, **options)
        for using in outboxes() if model is None else ():
            messages = OutgoingMessage.objects.using(using).exclude(body=b"").only("id", "body")
            self.walk(OutgoingMessage._meta.label, messages, _message_values, batch_size)

    def rows(self, model: type[AbstractFlow]) -> models.QuerySet[AbstractFlow]:
        """Return the flows that hold something sealed."""
        rows = model._base_manager.using(router.db_for_write(model)).exclude(state=b"", answer=b"")
        return rows.only("id", "state", "answer")

    def values(self, row: AbstractFlow) -> dict[str, Any]:
        """Return the columns that an older key sealed, sealed anew."""
        binding = row_binding(type(row), row.pk)
        values = {}
        for column, purpose in (("state", STATE_PURPOSE), ("answer", ANSWER_PURPOSE)):
            sealed = bytes(getattr(row, column))
            if sealed and needs_resealing(purpose, sealed, *binding):
                values[column] = seal(purpose, unseal(purpose, sealed, *binding), *binding)
        return values


def _message_values(row: OutgoingMessage) -> dict[str, Any]:
    sealed, binding = bytes(row.body), body_binding(row.pk)
    if not needs_resealing(BODY_PURPOSE, sealed, *binding):
        return {}
    return {"body": seal(BODY_PURPOSE, unseal(BODY_PURPOSE, sealed, *binding), *binding)}
