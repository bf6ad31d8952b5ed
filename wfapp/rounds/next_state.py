"""The next state of a flow: a pure function of its state and of what a round made of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from wfapp.conf import conf
from wfapp.declaration.outcomes import Abort, Ask, Finish
from wfapp.declaration.values import encode_context
from wfapp.engine.cursor import Position
from wfapp.engine.state import State, Uses, Visit, ended
from wfapp.errors import MissingAbility, RoundError
from wfapp.rounds.last import last_of
from wfapp.rounds.stage import Stage, browser_binding
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Storage
from wfapp.storage.database import ANSWER_LIFETIME

__all__ = ["next_state"]

replace = msgspec.structs.replace


def next_state(stage: Stage, verdict: Verdict, storage: Storage, digest: str) -> State:
    """Give the state that a verdict leads to, in the storage that will keep it."""
    state, result = stage.state, verdict.result
    base = replace(state, revision=state.revision + 1, last=last_of(stage, verdict, digest))
    if verdict.rejected:
        kept = stage.workflow.notes.context
        if not kept:
            return base
        return replace(base, context=msgspec.Raw(kept), context_version=stage.cls.context_class.version)
    if isinstance(result, Finish | Abort):
        return _ended(base, stage, storage, result)
    if isinstance(result, Ask):
        return _asked(base, stage, storage, result)
    context = msgspec.Raw(encode_context(stage.workflow.ctx, where=state.position.step or "the start"))
    version = stage.cls.context_class.version
    base = replace(base, context=context, context_version=version, expires=_expiry(stage, state.position))
    if verdict.action:
        base = replace(base, uses=_uses(stage, verdict.action))
    if result is None:
        return base
    return _moved_on(base, stage, verdict, storage, result.position)


def _moved_on(base: State, stage: Stage, verdict: Verdict, storage: Storage, position: Position) -> State:
    state = stage.state
    if state.position.step and state.position.step in stage.cls.structure.steps and stage.step().form is not None:
        base = replace(base, done=tuple(dict.fromkeys([*state.done, state.position.step])))
        if storage.keeps_history:
            base = replace(base, history=_history(state))
        if verdict.answers is not None:
            base = replace(base, answers=dict(verdict.answers))
    return replace(base, position=position, expires=_expiry(stage, position))


def _history(state: State) -> tuple[Visit, ...]:
    earlier = (visit for visit in state.history if visit.position != state.position)
    return (*earlier, Visit(state.position, state.context, state.context_version))


def _asked(base: State, stage: Stage, storage: Storage, ask: Ask) -> State:
    state = stage.state
    if not storage.keeps_history:
        raise MissingAbility(
            f"Step {state.position.step!r} returned Ask({ask.step!r}), and the storage {storage.name!r} keeps no "
            f"history; "
            f"move the flow with store_in('database') before."
        )
    visits = {visit.position.step: visit for visit in _history(state)}
    visit = visits.get(ask.step)
    if visit is None:
        legal = ", ".join(visits) or "none"
        raise RoundError(f"Ask({ask.step!r}): this flow has not passed that page; legal are {legal}.")
    names = [visit.position.step for visit in state.history]
    before = names[: names.index(ask.step)] if ask.step in names else names
    return replace(
        base,
        position=visit.position,
        context=visit.context,
        context_version=visit.context_version,
        history=tuple(item for item in state.history if item.position.step in before),
        done=tuple(name for name in state.done if name in before),
        expires=_expiry(stage, visit.position),
    )


def _ended(base: State, stage: Stage, storage: Storage, result: Finish | Abort) -> State:
    """Wipe everything but what answers the last round again."""
    if isinstance(result, Finish) and result.sign_in is not None and not storage.single_use:
        raise MissingAbility(
            f"{stage.cls.name!r} signs somebody in, and the storage {storage.name!r} cannot promise that this happens "
            f"once; "
            f"call self.store_in('database') before."
        )
    if isinstance(result, Finish) and result.sign_in is not None:
        # The sign-in ends the session that a second click still comes with: its browser stays the same.
        base = replace(base, binding=browser_binding(stage.caller) or base.binding)
    now = timezone.now()
    kept = (stage.cls.retention or conf.RETENTION) if base.fingerprint else ANSWER_LIFETIME
    return ended(base, now + kept)


def _uses(stage: Stage, action: str) -> dict[str, Uses]:
    key = f"{stage.step().name}.{action}"
    before = stage.state.uses.get(key)
    return {**stage.state.uses, key: Uses((before.count if before else 0) + 1, timezone.now())}


def _expiry(stage: Stage, position: Position) -> datetime:
    step = stage.cls.structure.steps.get(position.step)
    waits: timedelta | None = step.expires if step is not None else None
    return stage.state.dies if waits is None else min(stage.state.dies, timezone.now() + waits)
