"""Run the durable steps of a flow, each in a transaction of its own, until it pauses, ends or has to wait."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from functools import partial
from typing import Any, Literal, cast

import msgspec
from django.db import Error, router, transaction
from django.utils import timezone

from wfapp.declaration.durability import Retries, delay_after
from wfapp.declaration.registry import registry
from wfapp.engine.expansion import expansion_of
from wfapp.engine.state import Last, State
from wfapp.errors import FlowCancelled, InvalidToken, StepLost, UnknownWorkflow
from wfapp.models import AbstractFlow
from wfapp.rounds.acted import CANCELLED, EXPIRED, FAILED, LOSSES, new_run, uncertain
from wfapp.rounds.answer import Answer, Caller
from wfapp.rounds.attempt import IN_PLACE, Patience, Tried, attempting, is_passing, taken_again, timed
from wfapp.rounds.ending import end_claimed, ending, give_up
from wfapp.rounds.failures import failure_of, log_failure
from wfapp.rounds.forward import forward
from wfapp.rounds.parallel import run_members
from wfapp.rounds.queueing import enqueue_step, is_queued
from wfapp.rounds.settle import answer_of, kept
from wfapp.rounds.stage import Stage
from wfapp.rounds.undoing import give_back, undo_next
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Claim, Note, Report, get_storage
from wfapp.storage.clock import time_of
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.heart import beating
from wfapp.storage.lease import FencedClaim, Lease, LeaseLost, asked_of, new_fence
from wfapp.storage.tokens import Token
from wfapp.storage.transaction import round_transaction

__all__ = ["end_from_outside", "fail", "go_on", "run_on"]


def run_on(lease: Lease, caller: Caller) -> Answer:
    """Run what is due, and answer with where the flow stands then: a page, an end, or ``pending``.

    It is drawn with the caller's request, once the steps are stored: what its page raises is no error of theirs.
    """
    lease = go_on(lease, caller)
    return answer_of(_stage(lease, caller), lease.token.at(lease.state.revision), Verdict())


def go_on(lease: Lease, caller: Caller) -> Lease:
    """Run what is due, until the flow pauses, ends or has to wait, and give where it stands then.

    An exception of a step never leaves here: it is tried again, or the flow fails with it.
    """
    caller = replace(caller, request=None)
    try:
        patience = Patience()
        while _goes_on(lease):
            if not (caller.waits() or lease.stop):
                lease = _left(lease)
                continue
            try:
                lease = _next(lease, caller)
            except Error as error:
                if not (is_passing(lease.using, error) and patience.rest()):
                    raise
                lease = taken_again(lease, error)
            else:
                patience = Patience()
        if is_queued(lease.state, _stage(lease)):
            enqueue_step(lease)
            # A backend may have run it in place.
            return _read_again(lease)
        if lease.stop and not lease.state.over:
            return _ended_at_rest(lease, caller)
    except LeaseLost:
        return _read_again(lease)
    return lease


def fail(state: State, caller: Caller, error: Exception) -> Answer:
    """Fail a flow that has acted, for the error of a round that was rolled back; a passing one is raised, as ever."""
    model = model_of(registry.get(state.workflow))
    if is_passing(router.db_for_write(model), error):
        raise error
    log_failure(state, error)
    with _rows().claim_row(model, state.id) as claim:
        if claim.state.revision != state.revision or claim.state.over or claim.state.run is not None:
            # Somebody else has played on since.
            raise error
        stage = Stage(registry.get(state.workflow), claim.state, caller)
        taken = msgspec.structs.replace(claim.state, run=new_run(stage))
        token = claim.store(taken, Report(status="pending"))
    lease = Lease(model=model, state=taken, token=token)
    # What was typed stands in no context, so that nothing would be masked of it.
    failure = msgspec.structs.replace(failure_of(state, error), message="")
    return run_on(give_back(lease, FAILED, failure), caller)


def end_from_outside(
    model: type[AbstractFlow], state: State, status: Literal["cancelled", "expired"], user: Any, reason: str = ""
) -> bool:
    """End an open flow that acts; False where it has ended. A step that runs is told, and the end follows it.

    What has to be undone is undone after the commit of whatever the site does around this. Raises Busy or InvalidToken.
    """
    caller = Caller(door="python", user=user, trusted=True)
    with _rows().claim_row(model, state.id, durable=False, running=True) as claim:
        if claim.state.over:
            return False
        try:
            _end(claim, caller, status, reason)
        except (InvalidToken, UnknownWorkflow):
            give_up(claim, status)
        lease = claim.lease
    if lease is not None:
        transaction.on_commit(partial(go_on, lease, caller), using=lease.using)
    return True


def _goes_on(lease: Lease) -> bool:
    """Tell whether something is to be run now; a step that waits is left alone, but to end its flow."""
    state = lease.state
    return state.run is not None and (state.run.due is None or bool(lease.stop and not state.undoing))


def _next(lease: Lease, caller: Caller) -> Lease:
    if lease.state.undoing:
        return undo_next(lease, caller)
    if not lease.stop and lease.state.expires <= timezone.now():
        lease = replace(lease, stop=EXPIRED)
    if lease.stop:
        return _stopped(lease, caller)
    tried = Tried()
    if lease.run.lost >= LOSSES:
        lost = StepLost(f"Step {lease.state.position.step!r} took whoever ran it along, {lease.run.lost} times.")
        return _failed(lease, caller, lost, tried)
    try:
        if not _is_done(lease, caller):
            return run_members(lease, caller)
        return _attempt(lease, caller, tried)
    except FlowCancelled:
        # How far it came before it looked, nobody knows.
        return _stopped(_asked(lease), caller, unknown=True)
    except LeaseLost:
        raise
    except Exception as error:
        if is_passing(lease.using, error):
            raise
        return _failed(lease, caller, error, tried)


def _is_done(lease: Lease, caller: Caller) -> bool:
    """Tell whether a flow stands at no group, or at one whose members are all done, or where no condition holds."""
    position, members = lease.state.position, lease.run.members
    if position.step not in expansion_of(registry.get(lease.state.workflow)).groups:
        return True
    return all(member.status for member in members.values()) and bool(
        members or not _stage(lease, caller).machine.members_at(position)
    )


def _attempt(lease: Lease, caller: Caller, tried: Tried) -> Lease:
    state = lease.state
    claim = FencedClaim(lease)
    with beating(lease), attempting(lease):
        stage = tried.stage = Stage(registry.get(state.workflow), state, caller)
        with timed(stage, lease, stage.step()):
            result = stage.machine.run_from(state.position)
        verdict = forward(stage, Verdict(result=result, answers=state.answers))
        kept(claim, stage, verdict, _last(state).digest, [], tried.began)
    return claim.lease


def _failed(lease: Lease, caller: Caller, error: Exception, tried: Tried) -> Lease:
    """Put off the next attempt, or fail the flow; one whose end was asked for meanwhile ends so instead."""
    lease, took = _asked(lease), tried.took
    state, run, policy = tried.state(lease.state), lease.run, _policy(lease)
    log_failure(state, error)
    doubt = tried.leaves_doubt(error)
    if lease.stop:
        return _stopped(lease, caller, unknown=doubt)
    if run.attempt >= policy.retries or not isinstance(error, policy.retry_on) or isinstance(error, StepLost):
        failure = failure_of(state, error, tried.stage)
        return give_back(_with_doubts(lease, unknown=doubt), FAILED, failure, took)
    wait = delay_after(policy, run.attempt, random.random())  # noqa: S311  it spreads attempts, it hides nothing
    due = time_of(lease.using) + wait if wait > min(IN_PLACE, caller.patience()) else None
    unsure = run.unsure or doubt
    run = msgspec.structs.replace(run, attempt=run.attempt + 1, fence=new_fence(), due=due, unsure=unsure)
    note = Note("retried", state.position.step, type(error).__name__, took)
    lease = _kept(lease, msgspec.structs.replace(lease.state, run=run), note)
    if due is not None:
        return lease
    with beating(lease):
        time.sleep(wait.total_seconds())
    return _asked(lease)


def _asked(lease: Lease) -> Lease:
    """Look whether somebody has asked for the end of the flow."""
    return replace(lease, stop=asked_of(lease) or lease.stop)


def _left(lease: Lease) -> Lease:
    """Leave what is due to whoever comes next."""
    run = msgspec.structs.replace(lease.run, fence=new_fence(), due=time_of(lease.using))
    return _kept(lease, msgspec.structs.replace(lease.state, run=run))


def _policy(lease: Lease) -> Retries:
    stage = _stage(lease)
    step = stage.step_at(lease.state.position.step)
    return step.retry if step is not None else Retries()


def _kept(lease: Lease, state: State, *notes: Note) -> Lease:
    with round_transaction(lease.using):
        claim = FencedClaim(lease)
        claim.store(state, Report(status="compensating" if state.over else "pending", notes=list(notes)))
    return claim.lease


def _with_doubts(lease: Lease, *, unknown: bool) -> Lease:
    """Count what may have been done in part among what is undone; ``unknown`` says so of the attempt that was last."""
    gone = unknown or bool(lease.run.lost)
    acted = (*lease.state.acted, *uncertain(_stage(lease), gone=gone))
    return replace(lease, state=msgspec.structs.replace(lease.state, acted=acted))


def _stopped(lease: Lease, caller: Caller, *, unknown: bool = False) -> Lease:
    """End a flow as somebody asked while a step of it ran; ``unknown`` says that it may have done a part."""
    lease = _with_doubts(lease, unknown=unknown)
    status, reason = lease.asked
    with round_transaction(lease.using):
        claim = FencedClaim(lease)
        stage = _stage(replace(lease, state=msgspec.structs.replace(lease.state, reason=reason)), caller)
        kept(claim, stage, ending(status or CANCELLED), _last(lease.state).digest, [], time.perf_counter())
    return replace(claim.lease, stop="")


def _ended_at_rest(lease: Lease, caller: Caller) -> Lease:
    """End a flow that came to a page while somebody asked for its end."""
    with _rows().claim_row(lease.model, lease.state.id, running=True) as claim:
        _end(claim, caller, *lease.asked)
    if claim.lease is None:
        return _read_again(lease)
    return replace(go_on(claim.lease, caller), token=lease.token)


def _end(claim: Claim, caller: Caller, status: str, reason: str) -> None:
    state = claim.state
    stage, token = Stage(registry.get(state.workflow), state, caller), Token("database", "", state.revision)
    end_claimed(claim, stage, token, status=status, reason=reason, digest=_last(state).digest)


def _read_again(lease: Lease) -> Lease:
    """Give where a flow stands that somebody else has, or had, by now."""
    try:
        return replace(lease, state=_rows().read(lease.model, lease.state.id))
    except InvalidToken:
        return lease


def _stage(lease: Lease, caller: Caller | None = None) -> Stage:
    return Stage(registry.get(lease.state.workflow), lease.state, caller or Caller(door="python"))


def _rows() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage(DatabaseStorage.name))


def _last(state: State) -> Last:
    return state.last if state.last is not None else Last(digest="")
