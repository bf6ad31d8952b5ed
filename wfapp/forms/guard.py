"""What no form may be asked to clean, for Django's own fields answer it with an exception.

A JSONField raises RecursionError on deep nesting and ValueError on 4,301 digits; the step of an IntegerField or of a
DecimalField raises OverflowError or ValueError on what no float holds; a ModelMultipleChoiceField raises OverflowError
on a key that no column of SQLite holds. PostgreSQL refuses NUL, every encoding a lone surrogate.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, DecimalException
from typing import Any

from django.core.files.base import File
from django.db import models
from django.forms import (
    BaseForm,
    BaseFormSet,
    ComboField,
    Field,
    IntegerField,
    JSONField,
    ModelChoiceField,
    MultiValueField,
)
from django.utils import formats
from django.utils.translation import gettext as _

from wfapp.declaration.steps import AnyForm
from wfapp.errors import MalformedRequest
from wfapp.forms.management import WORD, guard_counts, guard_keys

__all__ = ["guard", "screened"]

DEPTH = 32
"""How deep a JSON value may nest."""

MAGNITUDE = 300
"""How many digits a number may have before or behind its point: a float holds 308."""

_UNCLEAN = re.compile("[\x00\ud800-\udfff]")


def guard(form: AnyForm) -> None:
    """Refuse the data of a bound form where a field would raise anything but a ValidationError on it.

    ``fill`` calls it; a form that is bound to what a browser posted needs it too, before it is validated. Raises
    MalformedRequest, which names the field and not the value.
    """
    if not isinstance(form, BaseFormSet):
        _guard(form)
        return
    guard_counts(form)
    for index, row in enumerate(form.forms):
        _guard(row, f"{form.prefix}.{index}.")
    guard_keys(form)


def _guard(form: BaseForm, path: str = "") -> None:
    for name, field in form.fields.items():
        if field.disabled:
            continue  # Django takes its initial value, whatever was posted
        raw = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        if not all(_is_fit(part, text) for part, text in _texts(field, raw)):
            raise MalformedRequest(_("%(field)s: this value cannot be used.") % {"field": path + name})


def screened(value: object, depth: int = DEPTH) -> bool:
    """Tell whether a JSON value can be used: clean text, numbers that a float holds, not nested too deep."""
    match value:
        case str():
            return not _UNCLEAN.search(value)
        case bool() | None | File():
            return True
        case int():
            return value.bit_length() <= MAGNITUDE * 3
        case float():
            return math.isfinite(value)
        case Mapping():
            return depth > 0 and all(screened(key) and screened(item, depth - 1) for key, item in value.items())
        case list() | tuple():
            return depth > 0 and all(screened(item, depth - 1) for item in value)
    return False


def _texts(field: Field, raw: Any) -> Iterator[tuple[Field, str]]:
    """Take a posted value apart into the texts that fields will read."""
    if isinstance(raw, str):
        yield field, raw
        if isinstance(field, ComboField):
            for part in field.fields:
                yield from _texts(part, raw)
    elif isinstance(raw, list | tuple):
        parts = field.fields if isinstance(field, MultiValueField) else [field] * len(raw)
        for part, text in zip(parts, raw, strict=False):
            yield from _texts(part, text)


def _is_fit(field: Field, text: str) -> bool:
    if isinstance(field, IntegerField):
        return _is_of_sane_size(formats.sanitize_separators(text) if field.localize else text)
    if isinstance(field, JSONField):
        return _is_sane_json(text)
    if isinstance(field, ModelChoiceField):
        return _is_sane_key(field, text)
    return True


def _is_of_sane_size(text: str) -> bool:
    if len(text) > 2 * MAGNITUDE:
        return False
    try:
        number = Decimal(text)
    except DecimalException:
        return True  # no number: the field says so in its own words
    return not number.is_snan() and (not number.is_finite() or abs(number.adjusted()) <= MAGNITUDE)


def _is_sane_json(text: str) -> bool:
    try:
        return screened(json.loads(text))
    except json.JSONDecodeError:
        return True  # no JSON: the field says so in its own words
    except (RecursionError, ValueError):
        return False


def _is_sane_key(field: ModelChoiceField[Any], text: str) -> bool:
    meta = field.queryset.model._meta  # type: ignore[union-attr]  # a field without a queryset has no choices to send
    column: Any = meta.pk if field.to_field_name in {None, "pk"} else meta.get_field(str(field.to_field_name))
    while column.remote_field:
        column = column.target_field
    if not isinstance(column, models.IntegerField):
        return True
    if len(text) > MAGNITUDE:
        return False
    try:
        return int(text).bit_length() < WORD
    except ValueError:
        return True  # no key: the field says so in its own words
