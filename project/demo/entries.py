"""Write what was filled in for people to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.db.models import QuerySet
from django.forms import BaseForm, BaseFormSet
from django.utils.choices import flatten_choices
from django.utils.formats import localize
from django.utils.translation import gettext as _

from wfapp import Struct

__all__ = ["Entry", "entries_of", "readable"]


class Entry(Struct):
    """Hold one field, or one row of fields, as people read it."""

    field: str
    label: str
    value: str


def entries_of(form: BaseForm | BaseFormSet[Any]) -> list[Entry]:
    """Write what was filled in, without passwords; of rows, each in a line of its own."""
    if isinstance(form, BaseFormSet):
        rows = [row for row in form.forms if row.has_changed() and row not in form.deleted_forms]
        return [
            Entry(
                field=f"{form.prefix}.{index}",
                label=_("Entry %(number)s") % {"number": index + 1},
                value=", ".join(entry.value for entry in entries_of(row) if entry.field != "DELETE"),
            )
            for index, row in enumerate(rows)
        ]
    return [
        Entry(field=bound.name, label=str(bound.label), value=readable(bound.field, value))
        for bound in form.visible_fields()
        if not isinstance(bound.field.widget, forms.PasswordInput)
        and not _is_empty(value := form.cleaned_data.get(bound.name))
    ]


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | QuerySet) and not value)


def readable(field: forms.Field, value: Any) -> str:
    """Write a cleaned value for people: choices by their labels, times and numbers as their language does."""
    if isinstance(value, list | QuerySet):
        return ", ".join(readable(field, item) for item in value)
    if isinstance(value, File):
        return str(value.name)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices: Iterable[tuple[Any, str]] = getattr(field, "choices", ())
    labels = {str(key): str(label) for key, label in flatten_choices(choices)}
    return labels.get(str(value)) or str(localize(value))
