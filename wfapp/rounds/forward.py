"""Come straight back to the page that lists the answers, once one of them was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from wfapp import forms
from wfapp.declaration.values import encode_context
from wfapp.engine.machine import Paused
from wfapp.engine.state import Visit
from wfapp.errors import MalformedRequest
from wfapp.rounds.answer import Input
from wfapp.rounds.answers import Answers, kept, restored
from wfapp.rounds.draw import build_form, passed_of, prepared
from wfapp.rounds.stage import Stage

if TYPE_CHECKING:
    from wfapp.declaration.steps import AnyForm, Step
    from wfapp.engine.cursor import Position
    from wfapp.rounds.verdict import Verdict

__all__ = ["forward", "visit_of"]


def visit_of(stage: Stage, answers: dict[str, Any] | None, *, clean: bool) -> Visit:
    """Remember the present page as it was when this round began."""
    state = stage.state
    return Visit(state.position, state.context, state.context_version, answers, clean)


def forward(stage: Stage, verdict: Verdict) -> Verdict:
    """Pass the pages whose answers still hold, on the way back to the page that lists the answers."""
    while (position := _to_pass(stage, verdict)) is not None:
        step = stage.cls.get_step(position.step)
        form = _answered(stage, step, stage.state.drafts[str(position)])
        if form is None:
            return verdict
        context = msgspec.Raw(encode_context(stage.workflow.ctx, where=step.name))
        ran, own = len(stage.machine.ran), kept(form)
        answers: Mapping[str, dict[str, Any]] = {**(verdict.answers or {}), step.name: own}
        stage.workflow.answers = Answers(stage.cls, answers)
        result = stage.machine.go_on(position)
        clean = len(stage.machine.ran) == ran
        visit = Visit(position, context, stage.cls.context_class.version, own, clean)
        verdict = replace(verdict, result=result, answers=answers, passed=(*verdict.passed, visit))
    return verdict


def _to_pass(stage: Stage, verdict: Verdict) -> Position | None:
    """Name the next page, where its earlier answer may stand for a new one: no method would see that."""
    result, state = verdict.result, stage.state
    if not state.returns or not isinstance(result, Paused) or result.position.step == state.returns:
        return None
    step = stage.cls.get_step(result.position.step)
    known = str(result.position) in state.drafts
    return result.position if known and step.method is None and stage.may_run(step) else None


def _answered(stage: Stage, step: Step[Any, Any], draft: Mapping[str, Any]) -> AnyForm | None:
    """Answer a page as before; ``None`` where that is no valid answer any more."""
    shown = forms.refill(build_form(stage, step), restored(draft))
    passed = passed_of(stage, step.page_of(type(shown)))
    try:
        again = Input(values=forms.initial_values(prepared(shown, passed)))
        form = prepared(build_form(stage, step, again), passed, again)
    except MalformedRequest:
        return None
    return form if form.is_valid() else None
