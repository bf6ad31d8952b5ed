"""Display-only fields in a form: what they show, and that they take nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms import BaseForm, BaseFormSet

from wfapp.declaration.display import Display
from wfapp.forms.formsets import blank_row

__all__ = ["has_displays", "ignore_displays", "show"]


def has_displays(form: Any) -> bool:
    """Tell whether a form, or a row of a formset, has a field that only shows."""
    return any(_displays(part) for part in _parts(form))


def show(form: Any, passed: Mapping[str, Any]) -> None:
    """Fill the fields that only show from the passed context; one that has nothing to show is taken out."""
    for part in _parts(form):
        for name, field in _displays(part).items():
            if not field.show(passed):
                del part.fields[name]


def ignore_displays(form: Any) -> None:
    """Keep the fields that only show out of ``cleaned_data``, for the form's own ``clean`` already."""
    for part in _parts(form):
        if names := list(_displays(part)):
            _leave_out(part, names)


def _leave_out(form: Any, names: list[str]) -> None:
    clean = form.clean

    def without_displays() -> Any:
        for name in names:
            form.cleaned_data.pop(name, None)
        return clean()

    form.clean = without_displays


def _parts(form: Any) -> Iterator[BaseForm]:
    return iter((*form.forms, blank_row(form)) if isinstance(form, BaseFormSet) else (form,))


def _displays(form: Any) -> dict[str, Display]:
    return {name: field for name, field in form.fields.items() if isinstance(field, Display)}
