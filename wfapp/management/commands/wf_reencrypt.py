"""Move what is sealed in rows to the newest key."""

from __future__ import annotations

from typing import Any

from django.db import models, router

from wfapp.management.batches import RowCommand
from wfapp.models import AbstractFlow
from wfapp.storage.database import ANSWER_PURPOSE, STATE_PURPOSE, row_binding
from wfapp.storage.sealing import needs_resealing, seal, unseal


class Command(RowCommand):
    """Seal again what an older key sealed; once a run has found nothing to move, the older keys may go."""

    help = "Move the sealed states and answers of flows to the newest key."
    done = "moved to the newest key"

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
