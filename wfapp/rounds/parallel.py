"""Run the steps of a group at the same time, each in a transaction and a thread of its own."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from django.db import Error, connections, transaction
from django.utils import timezone

from wfapp.declaration.durability import delay_after
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Step
from wfapp.engine.acting import Failure, Member
from wfapp.engine.cursor import Position
from wfapp.engine.expansion import path_of
from wfapp.engine.state import State, context_of
from wfapp.errors import FlowCancelled
from wfapp.rounds.acted import FAILED, acted_by, in_doubt
from wfapp.rounds.answer import Caller
from wfapp.rounds.attempt import IN_PLACE, Patience, Tried, attempting, is_passing, timed
from wfapp.rounds.failures import failure_of, log_failure
from wfapp.rounds.records import with_member
from wfapp.rounds.settle import composed, enqueue
from wfapp.rounds.stage import Stage
from wfapp.rounds.undoing import give_back
from wfapp.storage.base import Note, Report
from wfapp.storage.clock import time_of
from wfapp.storage.heart import beating
from wfapp.storage.lease import Lease, LeaseLost, asked_of, locked_state, store_locked

__all__ = ["run_members"]

change = msgspec.structs.replace


@dataclass
class _Group:
    """Hold what the threads of one group share."""

    lease: Lease
    caller: Caller
    fail_fast: bool
    over: threading.Event = field(default_factory=threading.Event)
    """Whether a member has failed, and its siblings are to stop."""

    lost: list[LeaseLost] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    """Members with an attempt that the database ended, maybe as it was to be committed."""

    @property
    def position(self) -> Position:
        return self.lease.state.position


def run_members(lease: Lease, caller: Caller) -> Lease:
    """Run what is left of the group at which a flow stands, and fail the flow where the group fails.

    What comes back stands at the group still: with all members done, with a wait, or being undone. Raises LeaseLost.
    """
    lease = _begun(lease, caller)
    group = _Group(lease, caller, _stage(lease, caller).machine.expansion.groups[lease.state.position.step].fail_fast)
    names = _ready(lease)
    with beating(lease):
        if connections[lease.using].vendor == "sqlite":
            # It has one writer at a time.
            for name in names:
                _run(group, name)
        else:
            with ThreadPoolExecutor(max_workers=max(1, len(names)), thread_name_prefix="wfapp-group") as pool:
                ran = [pool.submit(copy_context().run, _run_apart, group, name) for name in names]
            _raise_what_is_no_database_error(ran)
    if group.lost:
        raise group.lost[0]
    with transaction.atomic(using=lease.using):
        state, stop = locked_state(lease)
    return _judged(group, replace(lease, state=state, stop=stop))


def _begun(lease: Lease, caller: Caller) -> Lease:
    """List the members, once: their conditions are not asked again."""
    if lease.run.members:
        return lease
    names = _stage(lease, caller).machine.members_at(lease.state.position)
    run = change(lease.run, members={name: Member() for name in names})
    return _stored(lease, lambda state: change(state, run=run))


def _ready(lease: Lease) -> list[str]:
    """List the members to be run now: that one has waited for long enough cuts the wait of no other short."""
    now = time_of(lease.using)
    left = {name: member.due or now for name, member in lease.run.members.items() if not member.status}
    # Where all of them wait, somebody took the flow for the one whose wait is over first.
    until = max(now, min(left.values())) if left else now
    return [name for name, due in left.items() if due <= until]


def _judged(group: _Group, lease: Lease) -> Lease:
    """Say what became of a group once no thread runs any more."""
    members = lease.run.members
    failed = sorted(
        (name for name in members if members[name].status == "failed"), key=lambda name: str(members[name].at)
    )
    if lease.stop:
        return lease
    doubts = (*lease.state.acted, *in_doubt(lease.state, gone=bool(lease.run.lost)))
    sure = replace(lease, state=change(lease.state, acted=doubts))
    if failed and (group.fail_fast or len(failed) == len(members)):
        errors = [Failure(step=name, type=members[name].type, message=members[name].message) for name in failed]
        first = change(errors[0], others=tuple(errors[1:]))
        return give_back(sure, FAILED, first, told=True)
    waits = [member.due for member in members.values() if not member.status and member.due is not None]
    if not waits:
        return sure
    due = min(waits)
    return _stored(lease, lambda state: change(state, run=change(lease.run, due=due)), due_at=due)


def _raise_what_is_no_database_error(ran: list[Future[None]]) -> None:
    """Raise what left a thread; a member of which the database would store nothing is run again."""
    for error in [future.exception() for future in ran]:
        if error is not None and not isinstance(error, Error):
            raise error


def _is_to_stop(group: _Group) -> bool:
    """Tell whether no further attempt is to begin: a sibling has failed, or somebody asked for the flow's end."""
    return group.over.is_set() or bool(asked_of(group.lease))


def _run_apart(group: _Group, name: str) -> None:
    try:
        _run(group, name)
    finally:
        connections.close_all()


def _run(group: _Group, name: str) -> None:
    """Run one member until it has completed, failed, or has to wait for long; nothing is raised."""
    patience = Patience()
    while not _is_to_stop(group):
        tried = Tried()
        try:
            _attempt(group, name, tried)
        except LeaseLost as lost:
            group.lost.append(lost)
        except Exception as error:  # noqa: BLE001  whatever a step raises is the flow's affair
            if is_passing(group.lease.using, error) and patience.rest():
                group.passed.add(name)
                continue
            if isinstance(error, FlowCancelled) and _is_to_stop(group):
                _store_member(group, name, change(_member(group, name), unsure=True), tried)
                return
            wait = _put_off(group, name, error, tried)
            if wait is not None:
                group.over.wait(wait)
                continue
        return


def _attempt(group: _Group, name: str, tried: Tried) -> None:
    lease = group.lease
    with attempting(lease):
        stage = tried.stage = _stage(lease, group.caller)
        step = _step(stage, name)
        with timed(stage, lease, step):
            told = stage.flow.stopped
            stage.flow.stopped = lambda: group.over.is_set() or told()
            stage.machine.run_member(group.position, name)
        messages = composed(stage)
        _store_member(
            group,
            name,
            Member(status="completed", at=timezone.now()),
            tried,
            Note("step_done", name, duration=tried.took),
        )
        enqueue(stage, messages)
        stage.uploads.close(rejected=False, ended=False)


def _put_off(group: _Group, name: str, error: Exception, tried: Tried) -> float | None:
    """Give how long to wait for the next attempt, in seconds; ``None`` where there is none in this thread."""
    log_failure(change(group.lease.state, position=change(group.position, step=name)), error)
    policy, member = _step(_stage(group.lease, group.caller), name).retry, _member(group, name)
    doubt = tried.leaves_doubt(error) or name in group.passed or bool(group.lease.run.lost)
    member = change(member, unsure=member.unsure or doubt)
    note = Note("retried", name, type(error).__name__, tried.took)
    if member.attempt < policy.retries and isinstance(error, policy.retry_on) and not group.over.is_set():
        wait = delay_after(policy, member.attempt, random.random())  # noqa: S311  it spreads attempts
        in_place = wait <= IN_PLACE
        due = None if in_place else time_of(group.lease.using) + wait
        _store_member(group, name, change(member, attempt=member.attempt + 1, due=due), tried, note)
        return wait.total_seconds() if in_place else None
    kept = failure_of(group.lease.state, error, tried.stage)
    failed = change(member, status="failed", type=kept.type, message=kept.message, at=timezone.now(), due=None)
    _store_member(group, name, failed, tried, Note("step_failed", name, type(error).__name__, tried.took))
    if group.fail_fast:
        group.over.set()
    return None


def _member(group: _Group, name: str) -> Member:
    with transaction.atomic(using=group.lease.using):
        state, _stop = locked_state(group.lease)
    return state.run.members[name] if state.run is not None else Member()


def _store_member(group: _Group, name: str, member: Member, tried: Tried, *notes: Note) -> None:
    """Store how far a member is, and lay what it changed of the context over what its siblings did."""

    def changed(state: State) -> State:
        run = state.run
        if run is None:
            raise LeaseLost
        steps = with_member(state, name, member, tried.took)
        state = change(state, run=change(run, members={**run.members, name: member}), steps=steps)
        stage = tried.stage
        if stage is None or member.status != "completed":
            return state
        last = state.last
        if last is not None:
            said = [(message.level, message.text) for message in stage.notes.messages]
            state = change(state, last=change(last, messages=[*last.messages, *said]))
        state = _merged(group, stage, state, path_of(name))
        return change(state, acted=(*state.acted, acted_by(stage)[-1]))

    _stored(group.lease, changed, *notes)


def _merged(group: _Group, stage: Stage, state: State, path: str) -> State:
    """Take the keys that a member changed; each is whole, the last writer's."""
    before, after = group.lease.state, stage.keep(stage.state, "the group")
    if not path:
        return change(state, context=_laid(state.context, before.context, after.context))
    scope, was, now = state.scopes[path], before.scopes[path], after.scopes[path]
    scope = change(scope, context=_laid(scope.context, was.context, now.context))
    return change(state, scopes={**state.scopes, path: scope})


def _laid(context: msgspec.Raw, before: msgspec.Raw, after: msgspec.Raw) -> msgspec.Raw:
    was: dict[str, msgspec.Raw] = msgspec.json.decode(before, type=dict[str, msgspec.Raw])
    now: dict[str, msgspec.Raw] = msgspec.json.decode(after, type=dict[str, msgspec.Raw])
    held: dict[str, msgspec.Raw] = msgspec.json.decode(context, type=dict[str, msgspec.Raw])
    held |= {key: value for key, value in now.items() if bytes(was.get(key, b"")) != bytes(value)}
    return msgspec.Raw(msgspec.json.encode(held))


def _stored(lease: Lease, changed: Callable[[State], State], *notes: Note, due_at: datetime | None = None) -> Lease:
    """Change the row as it is now, under its lock; raises LeaseLost."""
    with transaction.atomic(using=lease.using):
        state, stop = locked_state(lease)
        state = changed(state)
        context: Any = context_of(state, registry.get(state.workflow))
        store_locked(lease, state, Report(status="pending", context=context, notes=list(notes)), due_at)
    return replace(lease, state=state, stop=stop)


def _stage(lease: Lease, caller: Caller) -> Stage:
    return Stage(registry.get(lease.state.workflow), lease.state, caller)


def _step(stage: Stage, name: str) -> Step[Any, Any]:
    step = stage.step_at(name)
    if step is None:
        raise LeaseLost
    return step
