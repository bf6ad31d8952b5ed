"""Run a workflow without forms from its start to its end, for code that waits for it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
from django.db import router
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.order import names_in
from wfapp.declaration.workflow import Workflow
from wfapp.engine.expansion import expansion_of
from wfapp.engine.machine import Paused
from wfapp.engine.state import State
from wfapp.errors import (
    FlowAlreadyRunning,
    InvalidToken,
    KeyReused,
    MissingAbility,
    NotAllowed,
    NotAvailable,
)
from wfapp.logs import for_one_flow
from wfapp.models import RUNNING, AbstractFlow, Status
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.rounds.holding import carried, spoilable
from wfapp.rounds.keys import fingerprint_of, idempotency_hash, is_same_start, seed_of
from wfapp.rounds.recovery import run_in_turn
from wfapp.rounds.results import FlowResult, result_of
from wfapp.rounds.settle import settle
from wfapp.rounds.stage import Stage
from wfapp.rounds.start import new_state, row_of_key
from wfapp.rounds.turns import wait_for_turn
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import FlowExists, Note, get_storage
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.tokens import Token
from wfapp.storage.turns import free_places, take_place

__all__ = ["run_program"]

_RERUN = (Status.FAILED, Status.CANCELLED, Status.EXPIRED)
"""The ends that no step decided."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
"""How long to wait between two looks at a flow that somebody else runs, in seconds."""


@sensitive_variables()
@for_one_flow
def run_program(
    workflow: type[Workflow[Any]],
    *,
    caller: Caller,
    params: Mapping[str, Any],
    idempotency_key: str = "",
    rerun_failed: bool = False,
) -> FlowResult:
    """Run a workflow, and tell how it came out; what a step raises fails the flow and is told in the result.

    Its row is there, with a lease, before the first step runs: whoever comes after a crash goes on with it. Raises a
    Fault, NotAvailable or MissingAbility where nothing ran, and FlowAlreadyRunning where the flow of this key runs.
    """
    _refuse_unfit(workflow)
    state = new_state(workflow, caller, params, seed_of(workflow, "", timezone.now()), "")
    model = model_of(workflow)
    if not idempotency_key:
        carried(partial(_begun, workflow, state, None, caller), caller)
        return _awaited(workflow, state.id, caller)
    key = idempotency_hash(workflow, caller, idempotency_key)
    state = msgspec.structs.replace(state, fingerprint=fingerprint_of(bytes(state.params), None))
    while True:
        row = row_of_key(workflow, key)
        if row is not None and not _is_to_run_again(model, row, state, rerun_failed=rerun_failed):
            return _known(workflow, row, caller)
        try:
            carried(partial(_begun, workflow, state, key, caller, row), caller)
        except FlowExists:
            if row is None and row_of_key(workflow, key) is None:
                # It is not the key that the database refused.
                raise
            # Another caller of the same key was first.
            continue
        return _awaited(workflow, state.id, caller)


def _refuse_unfit(workflow: type[Workflow[Any]]) -> None:
    expansion = expansion_of(workflow)
    for name in names_in(expansion.order):
        step = expansion.step(name)
        if step is not None and step.form is not None:
            raise NotAvailable(
                f"{workflow.name}: run is for workflows without forms, and step {name!r} has one; use start, and "
                f"answer its pages."
            )
    if DatabaseStorage.name not in workflow.storages:
        raise MissingAbility(
            f"{workflow.name}: run keeps its flow in a row, and storage lists {', '.join(workflow.storages)}; add "
            f"'database'."
        )


def _begun(
    workflow: type[Workflow[Any]], state: State, key: str | None, caller: Caller, before: uuid.UUID | None = None
) -> Answer:
    """Store a flow that stands at its first step; leaving the claim runs it.

    It takes the key over from the flow that came ``before``. Raises FlowExists where another one has done so.
    """
    began, places = time.perf_counter(), free_places(workflow)
    storage = get_storage(DatabaseStorage.name)
    with spoilable(storage.begin(workflow, state, key if before is None else None)) as claim:
        if before is not None and not _takes_over(model_of(workflow), before, state.id, key):
            raise FlowExists(Token(storage.name, "", 0))
        stage = Stage(workflow, claim.state, caller)
        if places is not None and not take_place(places, state.id):
            return wait_for_turn(claim, stage, Input())
        result = stage.machine.begin()
        if isinstance(result, Paused):
            raise NotAllowed(code="permission")
        return settle(claim, stage, Verdict(result=result), "", [Note("started")], began)


def _is_to_run_again(model: type[AbstractFlow], row: uuid.UUID, state: State, *, rerun_failed: bool) -> bool:
    """Tell whether the flow of this key gives it to a new one; raises KeyReused for other input.

    Where its answer is no longer kept, nothing is left to compare.
    """
    with suppress(InvalidToken):
        held = DatabaseStorage().read(model, row)
        if not is_same_start(held.fingerprint, bytes(state.params), None):
            raise KeyReused
    return rerun_failed and result_of(model, row).status in _RERUN


def _takes_over(model: type[AbstractFlow], before: uuid.UUID, row: uuid.UUID, key: str | None) -> bool:
    """Move a key, in the transaction that stores the new flow; False where the old one has it no more."""
    rows = model._base_manager.using(router.db_for_write(model))
    had = rows.filter(pk=before, idempotency_hash=key, status__in=_RERUN).update(idempotency_hash=None)
    return bool(had and rows.filter(pk=row).update(idempotency_hash=key))


def _known(workflow: type[Workflow[Any]], row: uuid.UUID, caller: Caller) -> FlowResult:
    """Tell how the flow of this key came out, or go on with it where whoever ran it is gone."""
    if not run_in_turn(workflow, row, caller):
        result = result_of(model_of(workflow), row)
        if result.status in RUNNING:
            raise FlowAlreadyRunning(workflow.name, row)
        return result
    return _awaited(workflow, row, caller)


def _awaited(workflow: type[Workflow[Any]], pk: uuid.UUID, caller: Caller) -> FlowResult:
    """Wait, no longer than the caller does, for what the flow itself waits for: another attempt, another worker."""
    pause = _FIRST_PAUSE
    while True:
        result = result_of(model_of(workflow), pk)
        left = caller.patience().total_seconds() if caller.until is not None else 0.0
        if result.status not in RUNNING or left <= 0:
            return result
        if not run_in_turn(workflow, pk, caller):
            time.sleep(min(pause, left))
            pause = min(pause * 2, _LONGEST_PAUSE)
