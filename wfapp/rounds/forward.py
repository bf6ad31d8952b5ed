"""Come straight back to the page that lists the answers, once one of them was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfapp import forms
from wfapp.engine.expansion import path_of
from wfapp.engine.machine import Paused
from wfapp.engine.state import Visit
from wfapp.errors import MalformedRequest, NotAvailable
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
    return Visit(state.position, state.context, state.context_version, answers, clean, state.scopes)


def forward(stage: Stage, verdict: Verdict) -> Verdict:
    """Pass the pages whose answers still hold, on the way back to the page that lists the answers."""
    while (position := _to_pass(stage, verdict)) is not None:
        name = position.step
        with stage.looking_at(name):
            form = _answered(stage, stage.step(), position)
            if form is None:
                return verdict
            own, was = kept(form), stage.keep(stage.state, name)
            answers: Mapping[str, dict[str, Any]] = {**(verdict.answers or {}), name: own}
            stage.here.answers = Answers(type(stage.here), answers, path_of(name), stage.uploads)
        ran = len(stage.machine.ran)
        result = stage.machine.go_on(position)
        clean = len(stage.machine.ran) == ran
        visit = Visit(position, was.context, was.context_version, own, clean, was.scopes)
        answers = stage.still_answered(answers)
        verdict = replace(verdict, result=result, answers=answers, passed=(*verdict.passed, visit))
    return verdict


def _to_pass(stage: Stage, verdict: Verdict) -> Position | None:
    """Name the next page, where its earlier answer may stand for a new one: no method would see that."""
    result, state = verdict.result, stage.state
    if not state.returns or not isinstance(result, Paused) or result.position.step == state.returns:
        return None
    name, step = result.position.step, stage.step_at(result.position.step)
    known = step is not None and step.method is None and str(result.position) in state.drafts
    return result.position if known and stage.may_run_at(name) else None


def _answered(stage: Stage, step: Step[Any, Any], position: Position) -> AnyForm | None:
    """Answer a page as before; ``None`` where that is no valid answer any more.

    Nor can it be told of a form that needs the request, behind a step that runs without one.
    """
    try:
        shown = forms.refill(build_form(stage, step), restored(stage.state.drafts[str(position)]))
        passed = passed_of(stage, step.page_of(type(shown)))
        again = Input(values=forms.initial_values(prepared(shown, passed)))
        form = prepared(build_form(stage, step, again, at=position), passed, again)
    except (MalformedRequest, NotAvailable):
        return None
    return form if form.is_valid() else None
