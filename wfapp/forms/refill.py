"""Earlier answers as the initial values of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.forms import BaseFormSet, BaseModelFormSet, Field

from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import model_of, name_of, row_fields
from wfapp.forms.values import is_secret

__all__ = ["refill"]

F = TypeVar("F", bound=AnyForm)

Row = dict[str, Any]


def refill(form: F, values: Mapping[str, Any]) -> F:
    """Let an unbound form start with what was answered before; never a password or a one-time code.

    The rows of a formset take the place of those it would start with. A row of a model formset keeps its object, one
    whose object is gone by now is left out.
    """
    if not isinstance(form, BaseFormSet):
        form.initial = {**form.initial, **_known(form.fields, values)}
        return form
    fields = row_fields(form)
    for cached in ("forms", "management_form"):
        vars(form).pop(cached, None)
    rows = [_known(fields, row) for row in values.get(name_of(form), ())]
    if isinstance(form, BaseModelFormSet):
        _refill_objects(form, rows)
    else:
        _refill_rows(form, rows)
    return form


def _known(fields: Mapping[str, Field], values: Mapping[str, Any]) -> Row:
    return {name: value for name, value in values.items() if name in fields and not is_secret(fields[name])}


def _refill_rows(formset: BaseFormSet[Any], rows: list[Row]) -> None:
    """Put the rows into ``initial``; more of them than it had stay new ones, which may be emptied again."""
    before = min(formset.initial_form_count(), len(rows))
    formset.initial = rows
    formset.initial_form_count = lambda: before  # type: ignore[method-assign]
    _make_room(formset, len(rows))


def _refill_objects(formset: BaseModelFormSet[Any, Any], rows: list[Row]) -> None:
    key = str(model_of(formset)._meta.pk.name)
    by_key = {str(row[key]): row for row in rows if row.get(key) is not None}
    objects = list(formset.get_queryset())
    formset.initial = [by_key.pop(str(item.pk), {}) for item in objects]
    is_authors = key in formset.form.base_fields
    formset.initial_extra = [row for row in rows if row.get(key) is None or (is_authors and str(row[key]) in by_key)]
    _make_room(formset, len(objects) + len(formset.initial_extra))


def _make_room(formset: BaseFormSet[Any], count: int) -> None:
    """Offer as many blank rows as ever beside ``count`` filled ones."""
    least = max(formset.initial_form_count(), formset.min_num)
    formset.extra += max(count - least, 0)
