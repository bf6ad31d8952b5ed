"""Fill shadow fields that were added later."""

from __future__ import annotations

from typing import Any

from django.db import models, router

from wfapp.declaration.registry import registry
from wfapp.engine.state import context_of
from wfapp.management.batches import RowCommand
from wfapp.models import AbstractFlow, FlowQuerySet
from wfapp.storage.columns import open_state


class Command(RowCommand):
    """Copy into the shadow fields what stands in the sealed contexts; an ended flow has none any more."""

    help = "Fill the shadow fields of flows that have not ended from their sealed contexts."
    done = "filled"

    def rows(self, model: type[AbstractFlow]) -> models.QuerySet[AbstractFlow]:
        """Return the flows that hold a state, of a model that has shadow fields."""
        columns = list(model.shadow_fields())
        rows: FlowQuerySet[AbstractFlow] = FlowQuerySet(model, using=router.db_for_write(model)).sealed()
        return rows.only("id", "workflow", "state", *columns) if columns else rows.none()

    def values(self, row: AbstractFlow) -> dict[str, Any]:
        """Return the shadow fields whose value is another one by now."""
        state = open_state(type(row), row.pk, bytes(row.state), b"")
        fresh = type(row).shadow_values(context_of(state, registry.get(row.workflow)))
        return {column: value for column, value in fresh.items() if getattr(row, column) != value}
