"""An unfinished form: only what came is validated, so that it can be saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm, BaseFormSet, Field

from wfapp.declaration.display import Display
from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import MARKS, rows_in

__all__ = ["partial"]


def partial(form: AnyForm, values: Mapping[str, Any] | None) -> AnyForm:
    """Leave only the fields that came with a value, and no check across fields.

    ``values`` are those of JSON, ``None`` where a browser posted. Of a formset, rows that hold nothing are no error,
    and neither are too few or too many.
    """
    if not isinstance(form, BaseFormSet):
        _leave(form, values)
        return form
    rows = None if values is None else rows_in(form, values)
    for index, row in enumerate(form.forms):
        _leave(row, None if rows is None else rows[index])
    form.validate_min = form.validate_max = False
    form.clean = lambda: None  # type: ignore[method-assign]
    return form


def _leave(form: BaseForm, values: Mapping[str, Any] | None) -> None:
    # A formset reads its own marks of every row; a field that only shows has no value to save, even where a form
    # renderer sends null for it.
    for name, field in [*form.fields.items()]:
        if name in MARKS:
            continue
        absent = name not in values if values is not None else _is_untouched(form, name)
        if absent or isinstance(field, Display):
            del form.fields[name]
    form.clean = lambda: getattr(form, "cleaned_data", None)  # type: ignore[method-assign]


def _is_untouched(form: BaseForm, name: str) -> bool:
    """Tell whether a browser posted nothing for a field: it posts the empty parts of a time, and no empty box."""
    field: Field = form.fields[name]
    value: Any = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    if value is False:
        return field.required
    return all(part in (None, "") for part in value) if isinstance(value, list) else value in (None, "")
