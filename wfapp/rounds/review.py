"""Check your answers: list what was answered on earlier pages, with a way to change each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wfapp import forms
from wfapp.declaration.steps import Step
from wfapp.rounds.answer import AnswersView
from wfapp.rounds.answers import looked_up, restored
from wfapp.rounds.moves import CHANGE, changeable
from wfapp.rounds.stage import Stage

__all__ = ["reviewed"]


def reviewed(stage: Stage, label: Callable[[Step[Any, Any]], str]) -> tuple[AnswersView, ...]:
    """List the kept answers page by page, in the order they were given; nothing where the step does not ask for it."""
    if not stage.step().answers:
        return ()
    state, steps, open_ = stage.state, stage.cls.structure.steps, changeable(stage)
    return tuple(
        AnswersView(
            step=name,
            label=label(steps[name]),
            rows=_rows(steps[name], state.answers[name]),
            change=f"{CHANGE}{name}" if name in open_ else "",
        )
        for name in state.done
        if name in state.answers and name in steps and name != stage.step().name
    )


def _rows(step: Step[Any, Any], stored: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Pair the label of each field with its value in words; a hidden field is no answer of the person's."""
    fields = getattr(step.form_classes[0], "base_fields", {}) if len(step.form_classes) == 1 else {}
    values = restored(stored)
    return tuple(
        (forms.label_of(name, field), forms.words_of(field, looked_up(field, values[name])))
        for name, field in fields.items()
        if name in values and not field.widget.is_hidden
    )
