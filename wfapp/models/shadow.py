"""What a shadow field takes from the context, and what it refuses."""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from wfapp.declaration.values import MISSING, at_path

if TYPE_CHECKING:
    from wfapp.declaration.context import Context
    from wfapp.models.flow import AbstractFlow

__all__ = ["forgotten_values_of", "problems_of", "values_of"]

LONGEST = timedelta(microseconds=2**63 - 1)
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Between these a time can be moved to any zone."""

EXACT: dict[type[models.Field[Any, Any]], type] = {models.BinaryField: bytes, models.DateTimeField: datetime}
"""Fields whose own conversion lets another type through, or warns about it."""

logger = logging.getLogger("wfapp.models")


def values_of(model: type[AbstractFlow], context: Context) -> dict[str, Any]:
    """Return what a store writes into the shadow fields, by column; a column that keeps its value is left out."""
    values: dict[str, Any] = {}
    for column, (field, path) in model.shadow_fields().items():
        found = at_path(context, path)
        if found is MISSING or found is None:
            if not _has_default(field):
                values[column] = None
            continue
        try:
            values[column] = _accepted(field, found)
        except (ValidationError, TypeError, ValueError, ArithmeticError):
            _report(f"{model._meta.label}.{field.name}", path, type(found).__name__)
            if field.null:
                values[column] = None
    return values


def forgotten_values_of(model: type[AbstractFlow]) -> dict[str, Any]:
    """Return what the end of a flow writes into the shadow fields that it forgets, by column."""
    return {
        column: None if field.null else field.get_default()
        for column, (field, _path) in model.shadow_fields().items()
        if field.name in model.forget_shadows
    }


def problems_of(model: type[AbstractFlow]) -> Iterator[checks.CheckMessage]:
    """Yield what is wrong with a flow model, with the bad value and the legal ones."""
    if model._meta.proxy:
        return
    if model._meta.parents:
        parent = next(iter(model._meta.parents))._meta.label
        yield _error(301, model, f"derives from {parent}: a flow would stand in two tables", "derive from AbstractFlow")
    elif "cancel" not in model._meta.default_permissions:
        yield _error(302, model, "lacks the indexes and permissions of a flow", "write class Meta(AbstractFlow.Meta)")
    fields = [field for field, _path in model.shadow_fields().values()]
    names = [field.name for field in fields]
    legal = f"its shadow fields are: {', '.join(names) or 'none'}"
    for setting in ("shadows", "forget_shadows"):
        for name in getattr(model, setting):
            if name not in names:
                yield _error(303, model, f"has no shadow field {name!r}, which its {setting} names", legal)
    for field in fields:
        if not field.null and not _has_default(field):
            yield _error(304, field, "has no value until a step sets one", "give it null=True or a default")
        if field.unique:
            yield _error(
                305, field, "is unique: a second flow of the same value would be lost", "give it db_index=True"
            )


def _error(number: int, where: Any, problem: str, cure: str) -> checks.Error:
    label = f"{where.model._meta.label}.{where.name}" if isinstance(where, models.Field) else where._meta.label
    return checks.Error(f"{label} {problem}.", hint=f"{cure[0].upper()}{cure[1:]}.", obj=where, id=f"wfapp.E{number}")


def _has_default(field: models.Field[Any, Any]) -> bool:
    return field.has_default() or field.has_db_default()


def _accepted(field: models.Field[Any, Any], value: Any) -> Any:
    """Return what the column stores for a value; raises for a wrong type and for what the column refuses.

    A type is right when the field's own conversion keeps it; an integer may also stand in a column of wider numbers.
    """
    if isinstance(value, Enum):
        value = value.value
    if not all(isinstance(value, right) for kind, right in EXACT.items() if isinstance(field, kind)):
        raise TypeError
    converted = field.to_python(value)
    widened = type(value) is int and isinstance(converted, float | Decimal) and converted == value
    if type(converted) is not type(value) and not widened:
        raise TypeError
    _refuse_unstorable(converted)
    # A form must be filled in, a column need not: `blank` is no reason to drop an empty text.
    return converted if converted in field.empty_values else field.clean(converted, None)


def _refuse_unstorable(value: Any) -> None:
    """Raise ValueError for what a field's validators let through and some database refuses."""
    match value:
        case str():
            value.encode()
            refused = "\0" in value
        case float():
            refused = not math.isfinite(value)
        case datetime():
            refused = timezone.is_aware(value) is not settings.USE_TZ or not FIRST < value.replace(tzinfo=UTC) < LAST
        case time():
            refused = value.tzinfo is not None
        case timedelta():
            refused = abs(value) > LONGEST
        case uuid.UUID():  # MariaDB's own type takes all but these, of which none is in use
            refused = value.bytes[6] >= 0x80 and 0 < value.bytes[8] <= 0x80
        case _:
            refused = False
            for item in _items(value):
                _refuse_unstorable(item)
    if refused:
        raise ValueError


def _items(value: Any) -> Iterable[Any]:
    """Return what stands inside a value of a JSON column, keys included."""
    if isinstance(value, dict):
        return (*value, *value.values())
    return value if isinstance(value, list) else ()


@cache
def _report(field: str, path: str, found: str) -> None:
    """Log a refusal once per field; the value stays out of it."""
    logger.warning("The shadow field %s took no value: it refuses the %s at %r of the context.", field, found, path)
