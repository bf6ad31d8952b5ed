"""The next state of a flow: a pure function of its state and of what a round made of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import msgspec
from django.utils import timezone

from wfapp.declaration.links import Link
from wfapp.declaration.outcomes import Abort, Ask, Finish
from wfapp.engine.cursor import Position
from wfapp.engine.machine import Due
from wfapp.engine.state import Sent, State, Visit, ended
from wfapp.errors import MissingAbility, RoundError
from wfapp.rounds.acted import acted_by, acted_since, ending_as, new_run, refuse_lasting, undo_of, undone_first
from wfapp.rounds.last import last_of
from wfapp.rounds.links import sent_by, sent_now
from wfapp.rounds.moves import Again, Return, returned
from wfapp.rounds.records import recorded
from wfapp.rounds.stage import Stage, browser_binding
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Storage
from wfapp.storage.database import answers_until

__all__ = ["expiry", "next_state"]

replace = msgspec.structs.replace


def next_state(stage: Stage, verdict: Verdict, storage: Storage, digest: str) -> State:
    """Give the state that a verdict leads to, in the storage that will keep it."""
    state, result = stage.state, verdict.result
    # A step that runs outside of any round still belongs to the one it came up in.
    revision = state.revision if state.run is not None else state.revision + 1
    last = last_of(stage, verdict, digest)
    acted = acted_by(stage)
    base = replace(state, revision=revision, files=stage.uploads.in_use, last=last, run=None, acted=acted)
    base = replace(base, steps=recorded(stage)) if state.run is not None else base
    if verdict.rejected:
        return stage.keep_saved(base)
    if isinstance(result, Finish | Abort):
        return _ended(base, stage, storage, result)
    if isinstance(result, Ask | Return):
        return _gone_back(base, stage, verdict, storage)
    base = stage.keep(base, state.position.step or "the start")
    base = replace(base, expires=expiry(stage, state.position))
    if isinstance(result, Again):
        return replace(base, link=sent_now(cast(Sent, state.link), timezone.now()))
    if isinstance(result, Link):
        base = replace(base, link=sent_by(result, timezone.now()))
        return _moved_on(base, stage, verdict, storage, stage.machine.position or state.position)
    if result is None:
        return base
    # A flow that has gone on waits for no link any more.
    base = _moved_on(replace(base, link=None), stage, verdict, storage, result.position)
    return replace(base, run=new_run(stage, result.position, waits=result.waits)) if isinstance(result, Due) else base


def _moved_on(base: State, stage: Stage, verdict: Verdict, storage: Storage, position: Position) -> State:
    state = stage.state
    passed = [visit.position.step for visit in verdict.passed]
    base = replace(base, done=tuple(dict.fromkeys([*state.done, *passed])))
    if storage.keeps_history and passed:
        left = {str(visit.position) for visit in verdict.passed}
        drafts = {key: draft for key, draft in state.drafts.items() if key not in left}
        base = replace(base, history=_history(stage, verdict), drafts=drafts)
    answers = state.answers if verdict.answers is None else dict(verdict.answers)
    base = replace(base, answers=stage.still_answered(answers))
    if position.step == state.returns:
        base = replace(base, returns="", drafts={})
    return replace(base, position=position, expires=expiry(stage, position))


def _history(stage: Stage, verdict: Verdict) -> tuple[Visit, ...]:
    passed = {visit.position for visit in verdict.passed}
    return (*(visit for visit in stage.state.history if visit.position not in passed), *verdict.passed)


def _gone_back(base: State, stage: Stage, verdict: Verdict, storage: Storage) -> State:
    """Put the flow back to a page that it has passed."""
    history = _history(stage, verdict)
    if isinstance(verdict.result, Return):
        target = verdict.result
    else:
        target = Return(_asked(stage, cast(Ask, verdict.result), storage, history))
    base = replace(base, returns=target.returns or stage.state.returns, link=None)
    if between := acted_since(base.acted, target.index):
        refuse_lasting(stage, between)
        base = replace(stage.keep(base, "the way back"), history=history, back_to=target.index)
        base = replace(base, position=_reached(stage))
        return replace(base, undoing="back", keep=len(base.acted) - len(between), run=new_run(stage))
    base = replace(base, **returned(stage.state, history, target.index))
    return replace(base, expires=expiry(stage, base.position))


def _asked(stage: Stage, ask: Ask, storage: Storage, history: tuple[Visit, ...]) -> int:
    """Find the visit that an Ask goes back to, the last one of its page."""
    if not storage.keeps_history:
        raise MissingAbility(
            f"Step {stage.state.position.step!r} returned Ask({ask.step!r}), and the storage {storage.name!r} keeps no "
            f"history; "
            f"move the flow with store_in('database') before."
        )
    visited = {visit.position.step: index for index, visit in enumerate(history)}
    if ask.step not in visited:
        legal = ", ".join(visited) or "none"
        raise RoundError(f"Ask({ask.step!r}): this flow has not passed that page; legal are {legal}.")
    return visited[ask.step]


def _ended(base: State, stage: Stage, storage: Storage, result: Finish | Abort) -> State:
    """Wipe everything but what answers the last round again."""
    if isinstance(result, Finish) and result.sign_in is not None and not storage.single_use:
        raise MissingAbility(
            f"{stage.cls.name!r} signs somebody in, and the storage {storage.name!r} cannot promise that this happens "
            f"once; "
            f"call self.store_in('database') before."
        )
    if isinstance(result, Finish) and result.sign_in is not None and not stage.caller.trusted:
        # The sign-in ends the session that a second click still comes with: its browser stays the same.
        base = replace(base, binding=browser_binding(stage.caller) or base.binding)
    if isinstance(result, Abort) and (base.stuck or any(undo_of(stage, entry) for entry in base.acted)):
        return undone_first(stage, stage.keep(replace(base, position=_reached(stage)), "the end"), ending_as(result))
    return ended(base, answers_until(base))


def _reached(stage: Stage) -> Position:
    """Give the step that said so; the page behind it may belong to a workflow that the flow has left."""
    return stage.machine.position or stage.state.position


def expiry(stage: Stage, position: Position) -> datetime:
    """Tell when a flow that comes to a position now expires there."""
    step = stage.step_at(position.step)
    waits: timedelta | None = step.expires if step is not None else None
    return stage.state.dies if waits is None else min(stage.state.dies, timezone.now() + waits)
