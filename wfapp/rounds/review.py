"""Check your answers: list what was answered on earlier pages, with a way to change each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.forms import BaseFormSet, Field
from django.utils.translation import gettext as _

from wfapp import forms
from wfapp.declaration.steps import Step
from wfapp.engine.expansion import around, path_of
from wfapp.engine.state import State
from wfapp.rounds.answer import AnswersView
from wfapp.rounds.answers import looked_up, restored
from wfapp.rounds.moves import CHANGE, changeable
from wfapp.rounds.stage import Stage
from wfapp.uploads import KeptUpload, StoredUpload

__all__ = ["reviewed"]


def reviewed(stage: Stage, label: Callable[[str], str]) -> tuple[AnswersView, ...]:
    """List the kept answers page by page, in the order they were given; nothing where the step does not ask for it.

    Whoever a link handed the flow to sees none that were given before, and the person none of those of staff.
    """
    if not stage.step().answers:
        return ()
    path = path_of(stage.name)
    # A sub-flow lists its own answers, and those of the workflows that it includes.
    given = [
        (key, name, own)
        for key, name, own in _given(stage.state)
        if name != stage.name and path in around(path_of(name)) and stage.may_return_to(name)
    ]
    turns = Counter(name for _key, name, _own in given)
    open_ = {} if stage.caller.deputy else changeable(stage)
    seen: Counter[str] = Counter()
    listed = []
    for key, name, own in given:
        seen[name] += 1
        if (step := stage.step_at(name)) is not None:
            words = f"{label(name)} {seen[name]}" if turns[name] > 1 else label(name)
            change = f"{CHANGE}{key}" if key in open_ else ""
            files = tuple(_files(stage, restored(own)))
            listed.append(AnswersView(step=name, label=words, rows=_rows(step, own), change=change, files=files))
    return tuple(listed)


def _files(stage: Stage, value: Any) -> Iterator[StoredUpload]:
    """Find the files that answers name, at any depth; one that is gone is left out."""
    if isinstance(value, KeptUpload):
        if (found := stage.uploads.find(value.id)) is not None:
            yield found
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _files(stage, item)


def _given(state: State) -> list[tuple[str, str, dict[str, Any]]]:
    """List position, step and answers of the pages that were passed, each turn of a loop by itself.

    What was answered before the flow came to a storage that keeps history is known by its step alone.
    """
    visits = [(str(visit.position), visit.position.step, visit.answers) for visit in state.history[state.others or 0 :]]
    if state.others is not None:
        return [(key, name, own) for key, name, own in visits if own is not None]
    visited = {name for _key, name, _own in visits}
    before = [(name, name, own) for name, own in state.answers.items() if name not in visited and name in state.done]
    return [*before, *((key, name, own) for key, name, own in visits if own is not None)]


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
