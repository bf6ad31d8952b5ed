"""The values of a form in words, to read them again."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.forms import Field
from django.forms.utils import pretty_name
from django.forms.widgets import ChoiceWidget
from django.utils import formats, timezone
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from wfapp.forms.plain import plain

__all__ = ["label_of", "words_of"]

NOTHING = "\N{EN DASH}"


def label_of(name: str, field: Field) -> str:
    """Give the label of a field as plain text."""
    return plain(pretty_name(name) if field.label is None else field.label)


def words_of(field: Field, value: Any) -> str:
    """Say a cleaned value as the form says it: the label of a choice, a date in the person's format, yes or no."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return _("Yes") if value else _("No")
        case list() | tuple() | set():
            return ", ".join(words_of(field, item) for item in value) or NOTHING
    if isinstance(field.widget, ChoiceWidget) and not isinstance(value, Model):
        flat: list[tuple[Any, Any]] = list(flatten_choices(field.widget.choices))
        labels = {str(key): plain(label) for key, label in flat}
        return labels.get(str(value), str(value))
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, time):
        return formats.time_format(value, "TIME_FORMAT")
    if isinstance(value, int | float | Decimal):
        return formats.number_format(value)
    return plain(value)
