"""Go on with flows that act and that nobody runs, one at a time, so that no lock is held for longer than a step."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import router
from django.utils import timezone

from wfapp.models import AbstractFlow, Status
from wfapp.rounds import end_by_staff, retry_undo, run_next_due

__all__ = ["UNDO_AGAIN", "Recovered", "recover"]

UNDO_AGAIN = timedelta(hours=1)
"""How long a flow that could not be undone rests before that is tried again."""


@dataclass(slots=True)
class Recovered:
    """Count what was done of one flow model."""

    run: int = 0
    """Flows that were taken over, or whose wait was over."""

    expired: int = 0
    undone: int = 0
    """Flows whose undo was tried again."""


def recover(model: type[AbstractFlow]) -> Recovered:
    """Do what is due now; any number of processes may do it side by side."""
    done, now = Recovered(), timezone.now()
    while run_next_due(model):
        done.run += 1
    for pk in _expired(model, now):
        done.expired += end_by_staff(model, pk, status="expired")
    for pk in _stuck(model, now):
        done.undone += retry_undo(model, pk)
    return done


def _expired(model: type[AbstractFlow], now: datetime) -> list[uuid.UUID]:
    rows = model.objects.using(router.db_for_write(model)).expired(now).exclude(fence=None)
    # Whoever runs a step is told once, and by whoever asked first.
    return list(rows.filter(stop="").values_list("pk", flat=True))


def _stuck(model: type[AbstractFlow], now: datetime) -> list[uuid.UUID]:
    rows = model.objects.using(router.db_for_write(model))
    stuck = rows.filter(status=Status.COMPENSATION_FAILED, updated_at__lte=now - UNDO_AGAIN)
    return list(stuck.values_list("pk", flat=True))
