"""The flows of one workflow, as code looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wfapp.declaration.workflow import Workflow
from wfapp.models import AbstractFlow, FlowQuerySet
from wfapp.programming.handle import FlowHandle
from wfapp.storage.database import model_of

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Flows"]


class Flows:
    """Select flows of a workflow that have a row; each comes as a FlowHandle.

    ``rows`` is the QuerySet behind it, for whatever else is to be asked: counts, orders, shadow fields.
    """

    def __init__(self, workflow: type[Workflow[Any]], rows: FlowQuerySet[AbstractFlow] | None = None) -> None:
        self.workflow = workflow
        self._rows = rows

    @property
    def rows(self) -> FlowQuerySet[AbstractFlow]:
        """Give the QuerySet of the rows."""
        if self._rows is not None:
            return self._rows.all()
        rows: FlowQuerySet[AbstractFlow] = model_of(self.workflow)._default_manager.filter(workflow=self.workflow.name)
        return rows

    def all(self) -> Self:
        """Keep all of them."""
        return self._of(self.rows)

    def filter(self, **lookups: Any) -> Self:
        """Keep the flows whose rows match; shadow fields are columns, too."""
        return self._of(self.rows.filter(**lookups))

    def open(self) -> Self:
        """Keep the flows that can go on."""
        return self._of(self.rows.open())

    def get(self, **lookups: Any) -> FlowHandle:
        """Give the one flow whose row matches; raises the model's DoesNotExist or MultipleObjectsReturned."""
        return self.of(self.rows.get(**lookups))

    def of(self, row: AbstractFlow) -> FlowHandle:
        """Give the handle of a row."""
        return FlowHandle(self.workflow, pk=row.pk)

    def __iter__(self) -> Iterator[FlowHandle]:
        return map(self.of, self.rows)

    def __repr__(self) -> str:
        return f"<Flows of {self.workflow.name}>"

    def _of(self, rows: FlowQuerySet[AbstractFlow]) -> Self:
        return type(self)(self.workflow, rows)
