"""Go on with flows that act and that nobody runs, one at a time, so that no lock is held for longer than a step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import router
from django.utils import timezone

from wfapp.management.batches import locked
from wfapp.models import AbstractFlow, FlowQuerySet, Status
from wfapp.rounds import expire, retry_undo, run_next_due
from wfapp.storage.transaction import round_transaction

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
    done = Recovered()
    while run_next_due(model):
        done.run += 1
    now = timezone.now()
    done.expired = _each(_expired(model, now), partial(expire, model))
    done.undone = _each(_stuck(model, now), partial(retry_undo, model))
    return done


def _each(rows: FlowQuerySet[AbstractFlow], act: Callable[[uuid.UUID], bool]) -> int:
    """Act on each of these flows that nobody else has at that moment; return of how many there was something to do.

    It is looked at again under its lock: it may have been answered just in time, or another sweeper was there.
    """
    total = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with round_transaction(rows.db):
            total += bool(locked(rows.filter(pk=pk)).values_list("pk", flat=True)) and act(pk)
    return total


def _expired(model: type[AbstractFlow], now: datetime) -> FlowQuerySet[AbstractFlow]:
    rows = model.objects.using(router.db_for_write(model)).expired(now).exclude(fence=None)
    # Whoever runs a step is told once, and by whoever asked first.
    return rows.filter(stop="")


def _stuck(model: type[AbstractFlow], now: datetime) -> FlowQuerySet[AbstractFlow]:
    rows = model.objects.using(router.db_for_write(model))
    return rows.filter(status=Status.COMPENSATION_FAILED, updated_at__lte=now - UNDO_AGAIN)
