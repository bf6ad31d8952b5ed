"""What a step sees of the flow it runs in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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

    @property
    def idempotency_key(self) -> str:
        """Give a key that is the same each time this step runs in this flow, to hand to a payment provider."""
        return str(uuid.uuid5(self.id, self.position()))
