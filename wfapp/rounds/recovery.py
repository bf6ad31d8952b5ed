"""Go on with the flows that nobody runs any more: whoever ran them is gone, a wait is over, an undo is tried anew."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from functools import partial
from typing import Any, cast

import msgspec
from django.contrib.auth import get_user_model
from django.db import transaction

from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import Busy, InvalidToken, UnknownWorkflow
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow
from wfapp.rounds.acted import new_run
from wfapp.rounds.answer import Caller
from wfapp.rounds.running import go_on
from wfapp.rounds.stage import Stage
from wfapp.storage.base import Note, Report, get_storage
from wfapp.storage.clock import time_of
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.lease import UNFIT, Lease, put_off, take, take_over
from wfapp.storage.turns import call_up

__all__ = ["retry_undo", "run_due", "run_in_turn", "run_next_due", "run_queued"]

logger = logging.getLogger("wfapp.rounds")


def run_next_due(model: type[AbstractFlow]) -> bool:
    """Take over the flow that has been due for longest and run it; False where none is due.

    Flows that wait for their turn are called up before.
    """
    for workflow in registry:
        if workflow.max_concurrency is not None and model_of(workflow) is model:
            call_up(workflow)
    return run_due(model)


def run_in_turn(workflow: type[Workflow[Any]], pk: uuid.UUID, waiting: Caller) -> bool:
    """Run a flow that is due, as ``run_due`` does, where its turn has come."""
    call_up(workflow)
    return run_due(model_of(workflow), pk, waiting)


def run_due(model: type[AbstractFlow], pk: uuid.UUID | None = None, waiting: Caller | None = None) -> bool:
    """Take over the flow that is due, and run it for as long as whoever is ``waiting`` does; False where none is."""
    lease = take_over(model, pk)
    if lease is None:
        return False
    until = waiting.until if waiting is not None else None
    try:
        go_on(lease, replace(_actor(lease.state), until=until))
    except (UnknownWorkflow, InvalidToken):
        # This code cannot go on with it; another one of this site may, that of a deploy which is on its way.
        logger.error("Flow %s of %s is due, and does not fit the code.", lease.state.id, lease.state.workflow)
        put_off(lease, time_of(lease.using) + UNFIT)
    return True


def run_queued(model: type[AbstractFlow], pk: uuid.UUID, fence: int) -> None:
    """Run the step that a flow waits with under this fence, and on from there; nothing where somebody has taken it.

    Where that ends the flow, those whose turn has come by it begin.
    """
    lease = take(model, pk, fence)
    if lease is None:
        return
    go_on(lease, _actor(lease.state))
    while called := call_up(registry.get(lease.state.workflow)):
        for next_one in called:
            run_due(model, next_one)


@for_one_flow
def retry_undo(model: type[AbstractFlow], pk: uuid.UUID, *, user: Any = None) -> bool:
    """Undo once more what could not be undone; False where nothing is left to undo, or a round is on.

    It is done after the commit of whatever the site does around this; the row says how it went.
    """
    storage = cast(DatabaseStorage, get_storage(DatabaseStorage.name))
    try:
        with storage.claim_row(model, pk, durable=False) as claim:
            state = claim.state
            if not state.stuck or state.run is not None:
                return False
            caller = Caller(door="python", user=user, trusted=True)
            run = new_run(Stage(registry.get(state.workflow), state, caller))
            state = msgspec.structs.replace(state, acted=state.stuck, stuck=(), keep=0, run=run)
            notes = [Note("compensating")]
            report = Report(status="compensating", user_id=getattr(user, "pk", None), notes=notes)
            lease = Lease(model=model, state=state, token=claim.store(state, report))
    except (Busy, InvalidToken, UnknownWorkflow):
        return False
    transaction.on_commit(partial(go_on, lease, caller), using=lease.using)
    return True


def _actor(state: State) -> Caller:
    """Give whoever played the round that a step came up in: its rights are theirs."""
    actor = state.run.actor if state.run is not None else None
    user = get_user_model()._base_manager.filter(pk=actor).first() if actor is not None else None
    return Caller(door="python", user=user)
