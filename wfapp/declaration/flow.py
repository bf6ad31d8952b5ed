"""What a step sees of the flow it runs in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import File

__all__ = ["FlowInfo"]


@dataclass(slots=True)
class FlowInfo:
    """Describe one flow to its steps, as ``self.flow``."""

    id: uuid.UUID
    """The flow's id, from its start to its end, in every log record."""

    created_by: str | None
    """The primary key, as text, of the signed-in user who started it."""

    started_at: datetime
    """When it started."""

    ends_at: datetime
    """When its absolute life is over."""

    position: Callable[[], str]
    keeper: Callable[[File[Any]], File[Any]] = field(repr=False)

    def keep(self, file: File[Any]) -> File[Any]:
        """Move a file of this flow into a model: ``document.file = self.flow.keep(form.cleaned_data["scan"])``.

        Saving the model copies it, under a name that its field gives; the flow's own is deleted after the commit, and
        stays where the round is rejected or rolled back. Raises NotAvailable for what is no file of this flow.
        """
        return self.keeper(file)

    @property
    def idempotency_key(self) -> str:
        """Give a key that is the same each time this step runs in this flow, to hand to a payment provider."""
        return str(uuid.uuid5(self.id, self.position()))
