"""The durable steps of a flow: which have completed, which can be undone, and why they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.db import router
from django.utils import timezone

from wfapp.conf import conf
from wfapp.declaration.hooks import Undo
from wfapp.declaration.outcomes import Abort
from wfapp.declaration.registry import registry
from wfapp.engine.acting import Acted, Goal, Run
from wfapp.engine.cursor import Position
from wfapp.engine.expansion import around, expansion_of, local_of, path_of
from wfapp.engine.scopes import kept_scope
from wfapp.engine.state import State
from wfapp.errors import RoundError
from wfapp.rounds.queueing import is_background
from wfapp.rounds.stage import Stage
from wfapp.storage.clock import time_of
from wfapp.storage.database import model_of
from wfapp.storage.lease import new_fence

__all__ = [
    "CANCELLED",
    "EXPIRED",
    "FAILED",
    "LOSSES",
    "acted_by",
    "acted_since",
    "ending_as",
    "has_undo",
    "in_doubt",
    "is_left",
    "new_run",
    "refuse_lasting",
    "stranded",
    "uncertain",
    "undo_of",
    "undone_first",
    "waits_for_turn",
]

CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
FAILED: Final = "failed"
"""The reasons of an end that no step gave."""

LOSSES: Final = 5
"""How often whoever runs a step, or an undo, may vanish, until it is to blame itself: it is not run again."""

replace = msgspec.structs.replace


def new_run(stage: Stage, position: Position | None = None, *, waits: bool = False) -> Run:
    """Give the right to run the next step to whoever plays this round, or to a worker that is told its fence.

    A flow that ``waits`` for its turn is run by whoever calls it up.
    """
    user, now = stage.caller.user, timezone.now()
    actor = str(user.pk) if user is not None and user.is_authenticated else None
    due = now if waits else None
    if not waits and position is not None and is_background(stage, position):
        due = time_of(router.db_for_write(model_of(stage.cls))) + conf.QUEUE_LEASE
    return Run(actor=actor, since=now, fence=new_fence(), due=due, waits=waits)


def waits_for_turn(state: State) -> bool:
    """Tell whether a flow has not begun, because as many others of its workflow go on as may."""
    return state.run is not None and state.run.waits


def acted_by(stage: Stage) -> tuple[Acted, ...]:
    """List the durable steps that have completed, with the one that did just now."""
    position = stage.machine.acted
    if position is None:
        return stage.state.acted
    paths = [path for path in around(path_of(position.step)) if path]
    scopes = {path: kept_scope(stage.machine.open_then[path], position.step) for path in paths}
    return (*stage.state.acted, Acted(position, len(stage.state.history), scopes))


def acted_since(acted: Sequence[Acted], index: int) -> tuple[Acted, ...]:
    """List the steps that completed after a page was passed, by its index in the history."""
    return tuple(entry for entry in acted if entry.after > index)


def undo_of(stage: Stage, entry: Acted) -> Undo[Any, Any] | None:
    """Give the undo of a completed step; ``None`` where it has none, or is gone from the code."""
    scope = stage.machine.expansion.scopes.get(path_of(entry.position.step))
    return scope.cls.structure.undo.get(local_of(entry.position.step)) if scope is not None else None


def has_undo(state: State) -> bool:
    """Tell whether a flow has done what can be undone."""
    if not state.acted:
        return False
    scopes = expansion_of(registry.get(state.workflow)).scopes
    names = [entry.position.step for entry in state.acted]
    return any(local_of(name) in scopes[path_of(name)].cls.structure.undo for name in names if path_of(name) in scopes)


def uncertain(stage: Stage, *, gone: bool) -> tuple[Acted, ...]:
    """List what may have been done in part, and can be undone."""
    return tuple(entry for entry in in_doubt(stage.state, gone=gone) if undo_of(stage, entry) is not None)


def in_doubt(state: State, *, gone: bool) -> tuple[Acted, ...]:
    """List what may have been done in part, whether or not any code of today can undo it.

    It is the step at hand, or members of a group: with an attempt that was late, or where whoever ran it is ``gone``.
    """
    run = state.run
    if run is None or state.undoing:
        return ()
    names = [state.position.step] if gone or run.unsure else []
    if run.members:
        doubtful = {name for name, member in run.members.items() if member.unsure or (gone and not member.status)}
        names = [name for name in run.members if name in doubtful and run.members[name].status != "completed"]
    known = {entry.position for entry in state.acted}
    positions = [replace(state.position, step=name) for name in names]
    return tuple(Acted(at, len(state.history), state.scopes) for at in positions if at not in known)


def is_left(state: State) -> bool:
    """Tell whether somebody ran the step at hand, and is gone; of a flow that nobody runs now."""
    return state.run is not None and (bool(state.run.lost) or state.run.due is None)


def stranded(state: State, goal: Goal) -> State:
    """Give the state of a flow that has acted, and that no code of today can go on with: people must look after it."""
    return replace(state, undoing=goal, keep=0, run=None, acted=(), stuck=(*state.acted, *state.stuck))


def refuse_lasting(stage: Stage, entries: Sequence[Acted]) -> None:
    """Raise RoundError where one of these steps cannot be undone."""
    for entry in entries:
        if undo_of(stage, entry) is None:
            name = entry.position.step
            raise RoundError(
                f"Ask: step {name!r} completed after that page and cannot be undone; give it one with "
                f"@{local_of(name)}.compensate."
            )


def ending_as(result: Abort) -> Goal:
    """Give the status that an Abort ends in."""
    return result.reason if result.reason in (CANCELLED, EXPIRED, FAILED) else "aborted"  # type: ignore[return-value]


def undone_first(stage: Stage, state: State, goal: Goal) -> State:
    """Give a state whose completed steps are undone before it ends."""
    return replace(state, undoing=goal, keep=0, run=new_run(stage), link=None)
