"""Check your answers: list what was answered on earlier pages, with a way to change each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import BaseFormSet, Field
from django.utils.translation import gettext as _

from wfapp import forms
from wfapp.declaration.steps import Step
from wfapp.engine.expansion import around, path_of
from wfapp.rounds.answer import AnswersView
from wfapp.rounds.answers import looked_up, restored
from wfapp.rounds.moves import CHANGE, changeable
from wfapp.rounds.stage import Stage

__all__ = ["reviewed"]


def reviewed(stage: Stage, label: Callable[[str], str]) -> tuple[AnswersView, ...]:
    """List the kept answers page by page, in the order they were given; nothing where the step does not ask for it."""
    if not stage.step().answers:
        return ()
    state, open_, path = stage.state, changeable(stage), path_of(stage.name)
    return tuple(
        AnswersView(
            step=name,
            label=label(name),
            rows=_rows(step, state.answers[name]),
            change=f"{CHANGE}{name}" if name in open_ else "",
        )
        for name in state.done
        # A sub-flow lists its own answers, and those of the workflows that it includes.
        if name in state.answers and name != stage.name and path in around(path_of(name))
        if (step := stage.step_at(name)) is not None
    )


def _rows(step: Step[Any, Any], stored: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Pair the label of each field with its value in words; a hidden field is no answer of the person's."""
    if len(step.form_classes) != 1:
        return ()
    fields, values = forms.base_fields(step.form_classes[0]), restored(stored)
    if not issubclass(step.form_classes[0], BaseFormSet):
        return _in_words(fields, values)
    return tuple(
        (_("Entry %(number)s, %(label)s") % {"number": number, "label": label}, words)
        for rows in values.values()
        for number, row in enumerate(rows, start=1)
        for label, words in _in_words(fields, row)
    )


def _in_words(fields: Mapping[str, Field], values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (forms.label_of(name, field), forms.words_of(field, looked_up(field, values[name])))
        for name, field in fields.items()
        if name in values and not field.widget.is_hidden
    )
