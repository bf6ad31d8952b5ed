"""What every attempt of a durable step has: a transaction, a flow that tells and is told, and a deadline."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, connections, transaction
from django.utils import timezone

from wfapp.declaration.steps import Step
from wfapp.engine.state import State
from wfapp.errors import FlowCancelled, StepTimedOut
from wfapp.rounds.stage import Stage
from wfapp.storage.base import Report
from wfapp.storage.heart import is_asked_to_stop, tell_progress
from wfapp.storage.lease import FencedClaim, Lease, asked_of, new_fence
from wfapp.storage.transaction import is_conflict, is_cut, pauses

__all__ = ["IN_PLACE", "Patience", "Tried", "attempting", "is_passing", "taken_again", "timed"]

logger = logging.getLogger("wfapp.rounds")

IN_PLACE = timedelta(seconds=2)
"""The longest wait before another attempt that whoever runs a step, or an undo, sits out."""

LOOK = 0.01
"""How long plain steps may run until it is looked whether their flow is to end, in seconds."""

PASSING = 20
"""How often a step is tried at once where each attempt ended for a reason that was none of its own."""


@dataclass(slots=True)
class Tried:
    """Remember of an attempt what is asked where it fails: when it began, and how far it came."""

    began: float = field(default_factory=time.perf_counter)
    stage: Stage | None = None

    @property
    def took(self) -> float:
        """Tell how long it took until now, in milliseconds."""
        return round((time.perf_counter() - self.began) * 1000, 3)

    def leaves_doubt(self, error: Exception) -> bool:
        """Tell whether a step that failed may have done all that it meant to.

        It was late, whatever it raised then, or it came to its end, and what it left could not be stored.
        """
        stage = self.stage
        if stage is not None and (_is_late(stage) or stage.machine.acted is not None):
            return True
        return isinstance(error, StepTimedOut)

    def state(self, state: State) -> State:
        """Give the state of a flow at the step that failed: of plain ones, which run together, not only the first."""
        here = self.stage.machine.position if self.stage is not None else None
        return state if here is None else msgspec.structs.replace(state, position=here)


class Patience:
    """Rest, a little longer each time, before what ended for a passing reason is tried again."""

    def __init__(self) -> None:
        self._rests = 0

    def rest(self) -> bool:
        """Rest; False where it has passed too often."""
        self._rests += 1
        time.sleep(random.uniform(0.01, 0.02) * self._rests)  # noqa: S311  it spreads attempts, it hides nothing
        return self._rests < PASSING


@contextmanager
def attempting(lease: Lease) -> Iterator[None]:
    """Run a block in a durable transaction of its own; what follows the commit can undo nothing, and raises nothing."""
    committed: list[bool] = []
    try:
        with transaction.atomic(using=lease.using, durable=True):
            transaction.on_commit(partial(committed.append, True), using=lease.using)
            yield
    except Exception as error:
        if not committed:
            raise
        where = (lease.state.position.step, lease.state.workflow)
        logger.error("What was to follow the commit of step %s of %s raised %s.", *where, type(error).__name__)


@contextmanager
def timed(stage: Stage, lease: Lease, step: Step[Any, Any]) -> Iterator[None]:
    """Let a step ask whether it is to stop and tell how far it is; raises StepTimedOut where it was late."""
    stage.flow.stopped = partial(is_asked_to_stop, lease)
    if connections[lease.using].features.has_select_for_update:
        # In SQLite a read would come before their first write, which is refused where somebody else wrote since.
        stage.machine.look = _looking(lease)
    stage.flow.teller = partial(tell_progress, lease)
    if step.timeout is not None:
        stage.flow.deadline = timezone.now() + step.timeout
    yield
    if _is_late(stage):
        raise StepTimedOut(f"Step {step.name!r} took longer than {step.timeout}; what it did was rolled back.")


def _looking(lease: Lease) -> Callable[[], None]:
    """Give what leaves a row of plain steps before the next of them begins, where somebody asked for the flow's end.

    Of steps that are quick, not each asks: the database takes longer to answer than they do.
    """
    looked = [time.monotonic()]

    def look() -> None:
        if time.monotonic() - looked[0] < LOOK:
            return
        looked[0] = time.monotonic()
        if asked_of(lease):
            raise FlowCancelled("This flow is to end.")

    return look


def _is_late(stage: Stage) -> bool:
    """Tell whether the deadline of the step at hand is over."""
    return stage.flow.deadline is not None and timezone.now() > stage.flow.deadline


def is_passing(using: str, error: Exception) -> bool:
    """Tell whether an attempt ended for a reason that is none of the step's, and counts as none.

    Somebody else was at the same rows (or, in SQLite, the file), or the connection was lost.
    """
    return is_conflict(error) or is_cut(using, error)


def taken_again(lease: Lease, error: Exception) -> Lease:
    """Take a flow again after that, once its database is there; raises LeaseLost, or what the database says.

    Whether the commit on a connection that was lost was done, nobody knows: the fence tells.
    """
    if not is_cut(lease.using, error):
        # Its transaction was ended maybe as it was to be committed.
        run = msgspec.structs.replace(lease.run, unsure=True)
        return replace(lease, state=msgspec.structs.replace(lease.state, run=run))
    run = msgspec.structs.replace(lease.run, fence=new_fence(), lost=lease.run.lost + 1)
    for _ in pauses():
        try:
            with transaction.atomic(using=lease.using, durable=True):
                claim = FencedClaim(lease)
                status = "compensating" if lease.state.over else "pending"
                claim.store(msgspec.structs.replace(lease.state, run=run), Report(status=status))
        except (InterfaceError, OperationalError) as gone:
            connections[lease.using].close()
            error = gone
        else:
            return claim.lease
    raise error
