"""Undo what completed, in reverse order, each in a transaction of its own, and end the flow then."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import cast

import msgspec

from wfapp.declaration.durability import delay_after
from wfapp.declaration.registry import registry
from wfapp.engine.acting import Acted, Failure, Goal
from wfapp.engine.expansion import path_of
from wfapp.engine.state import Last, State, ended
from wfapp.errors import StepLost
from wfapp.rounds.acted import FAILED, LOSSES, undo_of
from wfapp.rounds.answer import Caller
from wfapp.rounds.attempt import IN_PLACE, Tried, attempting, is_passing
from wfapp.rounds.failures import log_failure
from wfapp.rounds.moves import returned
from wfapp.rounds.next_state import expiry
from wfapp.rounds.records import marked, with_failed
from wfapp.rounds.settle import composed, enqueue
from wfapp.rounds.stage import Stage
from wfapp.storage.base import Note, Report
from wfapp.storage.clock import time_of
from wfapp.storage.database import answers_until
from wfapp.storage.heart import beating, tell_progress
from wfapp.storage.lease import FencedClaim, Lease, LeaseLost, new_fence
from wfapp.storage.transaction import round_transaction
from wfapp.uploads import release_flow

__all__ = ["give_back", "undo_next"]

replace = msgspec.structs.replace


def give_back(lease: Lease, goal: Goal, failure: Failure, duration: float = 0.0, *, told: bool = False) -> Lease:
    """Fail a flow: undo what completed, or end it at once where there is nothing to undo.

    ``told`` says that the timeline, and what is remembered of the steps, have the error already.
    """
    state = lease.state if told else replace(lease.state, steps=with_failed(lease.state, failure, duration))
    last = replace(state.last or Last(digest=""), end={"status": "aborted", "reason": goal}, errors={}, effects=None)
    run = replace(lease.run, fence=new_fence(), attempt=0, due=None, lost=0, unsure=False)
    state = replace(state, undoing=goal, keep=0, failure=failure, last=last, run=run)
    notes = [] if told else [Note("step_failed", failure.step, failure.type, duration)]
    if not state.acted:
        return _over(lease, state, *notes)
    return _stored(lease, state, "compensating", *notes, Note("compensating"))


def undo_next(lease: Lease, caller: Caller) -> Lease:
    """Undo the step that completed last, or, where all are undone, go where the flow was headed."""
    left = lease.state.acted[lease.state.keep :]
    if not left:
        return _arrived(lease)
    tried = Tried()
    if lease.run.lost >= LOSSES:
        error = StepLost(f"The undo of {left[-1].position.step!r} took whoever ran it along.")
        return _failed(lease, left[-1], error, tried)
    try:
        return _undone(lease, caller, left[-1], tried)
    except LeaseLost:
        raise
    except Exception as error:
        if is_passing(lease.using, error):
            raise
        # An undo that fails must not stop the others.
        return _failed(lease, left[-1], error, tried)


def _undone(lease: Lease, caller: Caller, entry: Acted, tried: Tried) -> Lease:
    state = lease.state
    claim = FencedClaim(lease)
    with beating(lease), attempting(lease):
        stage = Stage(registry.get(state.workflow), replace(state, scopes=entry.scopes), caller)
        undo = undo_of(stage, entry)
        notes, steps = [], state.steps
        if undo is not None:
            stage.machine.position, stage.flow.undoes = entry.position, True
            stage.flow.teller = partial(tell_progress, lease)
            stage.call(getattr(stage.machine.open[path_of(entry.position.step)], undo.method.__name__))
            steps = marked(state, entry.position.step, "compensated")
            notes.append(Note("compensated", entry.position.step, duration=tried.took))
        kept = replace(stage.keep(state, entry.position.step), scopes=state.scopes)
        run = replace(lease.run, attempt=0, fence=new_fence(), due=None, lost=0)
        messages = composed(stage)
        claim.store(replace(kept, acted=state.acted[:-1], run=run, steps=steps), _report(state, notes))
        enqueue(stage, messages)
    return claim.lease


def _failed(lease: Lease, entry: Acted, error: Exception, tried: Tried) -> Lease:
    """Put off the next attempt of an undo, or leave it to people."""
    state, run, took = lease.state, lease.run, tried.took
    name, kind = entry.position.step, type(error).__name__
    log_failure(replace(state, position=entry.position), error)
    undo = undo_of(Stage(registry.get(state.workflow), state, Caller(door="python")), entry)
    run = replace(run, attempt=run.attempt + 1, fence=new_fence(), due=None)
    given_up = undo is None or lease.run.attempt >= undo.retry.retries or isinstance(error, StepLost)
    if undo is None or given_up or not isinstance(error, undo.retry.retry_on):
        run = replace(run, attempt=0, lost=0)
        steps = marked(state, name, "compensation_failed", kind)
        state = replace(state, acted=state.acted[:-1], stuck=(entry, *state.stuck), run=run, steps=steps)
        return _stored(lease, state, _status(state), Note("uncompensated", name, kind, took))
    wait = delay_after(undo.retry, lease.run.attempt, random.random())  # noqa: S311  it spreads attempts
    waits = wait > IN_PLACE
    run = replace(run, due=time_of(lease.using) + wait if waits else None)
    lease = _stored(lease, replace(state, run=run), _status(state), Note("retried", name, kind, took))
    if not waits:
        with beating(lease):
            time.sleep(wait.total_seconds())
    return lease


def _arrived(lease: Lease) -> Lease:
    state = lease.state
    if state.undoing == "back" and not state.stuck:
        back = replace(state, **returned(state, state.history, state.back_to), run=None, undoing="", keep=0, back_to=0)
        stage = Stage(registry.get(state.workflow), back, Caller(door="python"))
        back = replace(back, expires=expiry(stage, back.position))
        return _stored(lease, back, "paused", Note("paused", back.position.step))
    if state.undoing == "back":
        # It cannot go back with half of it undone; where somebody asked for its end meanwhile, that is the one it has.
        status, reason = lease.asked
        goal = cast(Goal, status or FAILED)
        last = replace(state.last or Last(digest=""), end={"status": "aborted", "reason": goal})
        run = replace(lease.run, fence=new_fence())
        state = replace(state, undoing=goal, reason=reason, keep=0, run=run, last=last)
        return _stored(lease, state, "compensating")
    if state.stuck:
        return _stored(lease, replace(state, run=None), "compensation_failed", Note("compensation_failed"))
    return _over(lease, state)


def _over(lease: Lease, state: State, *notes: Note) -> Lease:
    """End a flow for good, and wipe it."""
    over = ended(state, answers_until(state))
    lease = _stored(lease, over, state.undoing, *notes, Note(state.undoing, error=state.reason))
    release_flow(lease.using, state.id)
    return lease


def _stored(lease: Lease, state: State, status: str, *notes: Note) -> Lease:
    with round_transaction(lease.using):
        claim = FencedClaim(lease)
        claim.store(state, Report(status=status, notes=list(notes)))
    return claim.lease


def _report(state: State, notes: list[Note]) -> Report:
    return Report(status=_status(state), notes=notes)


def _status(state: State) -> str:
    return "pending" if state.undoing == "back" else "compensating"
