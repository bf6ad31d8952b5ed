"""The rows of a formset: which there are, which fields they have, and where a path leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import BaseForm, BaseFormSet, BaseModelFormSet, Field
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.forms.models import InlineForeignKeyField
from django.utils.translation import gettext as _

from wfapp.errors import MalformedRequest

__all__ = [
    "MARKS",
    "base_fields",
    "begins_with",
    "blank_row",
    "filled_rows",
    "is_deleted",
    "is_internal",
    "model_of",
    "name_of",
    "row_at",
    "row_fields",
    "rows_in",
]

MARKS = frozenset({DELETION_FIELD_NAME, ORDERING_FIELD_NAME})
"""What a formset adds to its rows: a box to delete one, and a number to order them by."""

_BLANK = "_wfapp_blank_row"


def name_of(formset: BaseFormSet[Any]) -> str:
    """Give the key under which the rows of a formset stand, wherever there are values: its prefix."""
    return str(formset.prefix)


def model_of(formset: BaseModelFormSet[Any, Any]) -> Any:
    """Give the model of the rows, and with it the name of their key."""
    return formset.model


def base_fields(form_class: Any) -> dict[str, Field]:
    """Give the fields that a form, or each row of a formset, is declared with."""
    declared: dict[str, Field] = getattr(form_class, "form", form_class).base_fields
    return declared


def rows_in(formset: BaseFormSet[Any], values: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    """Take the rows out of JSON values, where they stand under the formset's prefix; raises MalformedRequest."""
    name = name_of(formset)
    rows = values.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list | tuple):
        raise MalformedRequest(_("%(field)s: expected %(type)s.") % {"field": name, "type": _("a list")})
    if len(rows) > formset.absolute_max:
        words = {"field": name, "number": formset.absolute_max}
        raise MalformedRequest(_("%(field)s: more than %(number)s rows.") % words)
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            words = {"field": f"{name}.{index}", "type": _("an object")}
            raise MalformedRequest(_("%(field)s: expected %(type)s.") % words)
    return rows


def begins_with(formset: BaseFormSet[Any]) -> int:
    """Count the rows that an unbound formset begins with: all but the blank ones that it offers beside them."""
    given = len(formset.initial or ())
    if isinstance(formset, BaseModelFormSet):
        given = formset.initial_form_count() + len(formset.initial_extra or ())
    return min(max(formset.initial_form_count(), formset.min_num, given), len(formset.forms))


def blank_row(formset: BaseFormSet[Any]) -> BaseForm:
    """Give the new row that describes the others: the same one each time, for ``prepare`` changes it, too."""
    known: BaseForm = vars(formset).get(_BLANK) or formset.empty_form
    vars(formset)[_BLANK] = known
    return known


def row_fields(formset: BaseFormSet[Any]) -> dict[str, Field]:
    """Collect the fields of a row: those of a new one, and those that only rows from before have, as to delete one."""
    fields = dict(blank_row(formset).fields)
    for row in formset.initial_forms[:1]:
        fields = {**row.fields, **fields}
    return fields


def is_internal(field: Field) -> bool:
    """Tell whether a field is the server's own affair: an inline row belongs to its parent, whatever is sent."""
    return isinstance(field, InlineForeignKeyField) and not field.pk_field


def is_deleted(formset: BaseFormSet[Any], row: BaseForm) -> bool:
    """Tell whether a row was marked to be deleted: nothing in it is an error then."""
    deletes: Any = formset  # the stubs do not know the method
    return bool(formset.can_delete and hasattr(row, "cleaned_data") and deletes._should_delete_form(row))


def filled_rows(formset: BaseFormSet[Any]) -> list[Any]:
    """List the rows of a valid formset in the order that was asked for, without deleted and blank ones."""
    rows = formset.ordered_forms if formset.can_order else formset.forms
    return [
        row
        for row in rows
        if not is_deleted(formset, row) and (row.has_changed() or not getattr(row, "empty_permitted", False))
    ]


def row_at(formset: BaseFormSet[Any], path: str) -> tuple[BaseForm, str] | None:
    """Find the row and the name of its field that ``1.qty`` means; ``None`` where there is no such row."""
    index, _dot, name = path.partition(".")
    rows = dict(zip(map(str, range(len(formset.forms))), formset.forms, strict=True))
    return (rows[index], name) if index in rows and name else None
