"""How the steps came out that ran outside of any round: small, bounded, and never a value."""

from __future__ import annotations

import msgspec

from wfapp.engine.acting import Failure, Member, StepRecord, StepStatus
from wfapp.engine.state import State
from wfapp.rounds.stage import Stage

__all__ = ["MOST", "marked", "recorded", "with_failed", "with_member"]

MOST = 100
"""How many steps are remembered, the newest ones: a loop may run any number of them."""


def recorded(stage: Stage) -> tuple[StepRecord, ...]:
    """List these steps, with those that have completed just now."""
    state = stage.state
    if state.run is None:
        return state.steps
    timed = zip(stage.machine.ran, stage.machine.durations, strict=True)
    completed = [StepRecord(name, "completed", _attempts_of(state), duration) for name, duration in timed]
    return (*state.steps, *completed)[-MOST:]


def with_failed(state: State, failure: Failure, duration: float) -> tuple[StepRecord, ...]:
    """List them with one that has failed for good."""
    failed = StepRecord(failure.step, "failed", _attempts_of(state), duration, failure.type)
    return (*state.steps, failed)[-MOST:]


def with_member(state: State, name: str, member: Member, duration: float) -> tuple[StepRecord, ...]:
    """List them with a member of a group, where that is done."""
    if not member.status or state.run is None:
        return state.steps
    known = state.run.members.get(name, member)
    attempts = known.attempt + state.run.lost + 1
    return (*state.steps, StepRecord(name, member.status, attempts, duration, member.type))[-MOST:]


def marked(state: State, name: str, status: StepStatus, error: str = "") -> tuple[StepRecord, ...]:
    """List them as the undo of a step leaves it.

    A step that failed half way, and whose undo ran to be sure, stays one that failed.
    """
    steps = list(state.steps)
    for index in reversed(range(len(steps))):
        known = steps[index]
        if known.name == name and known.status != "compensated":
            if known.status != "failed" or status == "compensation_failed":
                steps[index] = msgspec.structs.replace(known, status=status, error=error)
            return tuple(steps)
    return (*steps, StepRecord(name, status, error=error))[-MOST:]


def _attempts_of(state: State) -> int:
    """Count the attempts of the step that runs, this one included."""
    return 1 if state.run is None else state.run.attempt + state.run.lost + 1
