"""The entries of the error summary: each rejected field by label, with the id that a link to it jumps to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.forms import BaseFormSet, BoundField, MultiWidget
from django.utils.translation import gettext as _

from wfapp.declaration.steps import AnyForm

__all__ = ["Problem", "problems_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Hold one error; ``field_id`` is the id of the input to go to, empty where the whole form is meant."""

    text: str
    label: str = ""
    field_id: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


def problems_of(form: AnyForm, errors: Mapping[str, str]) -> list[Problem]:
    """Find label and input of each error; ``errors`` maps a path such as ``qty`` or ``lines.1.qty`` to one text."""
    return [_problem(form, path, text) for path, text in errors.items()]


def _problem(form: AnyForm, path: str, text: str) -> Problem:
    if isinstance(form, BaseFormSet):
        index, _dot, name = path.removeprefix(f"{form.prefix}.").partition(".")
        if not index.isdecimal() or int(index) >= len(form.forms):
            return Problem(text=text)
        entry = _("Entry %(number)s") % {"number": int(index) + 1}
        row = form.forms[int(index)]
        problem = _problem(row, name, text)
        label = f"{entry}, {problem.label}" if problem.label else entry
        return replace(problem, label=label, field_id=problem.field_id or f"wf-{row.prefix}")
    if path not in form.fields or form[path].is_hidden:
        return Problem(text=text)
    field = form[path]
    return Problem(text=text, label=str(field.label or ""), field_id=_input_id(field))


def _input_id(field: BoundField) -> str:
    """Give the id of the input to go to: of several, such as a date and a time or radio buttons, the first."""
    widget = field.field.widget
    if isinstance(widget, MultiWidget):
        return f"{widget.attrs.get('id') or field.auto_id}_0"
    if field.id_for_label:
        return field.id_for_label
    return (field.subwidgets[0].id_for_label if len(field.subwidgets) else "") or ""
