"""The limits that a field's validators keep: they are what Django enforces, not the field's attributes."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import BaseValidator
from django.forms import Field

__all__ = ["highest", "json_number", "limits", "lowest"]


def json_number(value: object) -> int | float | None:
    """Turn a number into one of JSON, an integer where it is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number if abs(number) < float("inf") else None


def limits(field: Field, validator_class: type[BaseValidator]) -> list[int | float]:
    """Collect the numbers that validators of a class hold; one that a callable gives is left to the server."""
    found = [item.limit_value for item in field.validators if isinstance(item, validator_class)]
    return [number for number in map(json_number, found) if number is not None]


def highest(field: Field, validator_class: type[BaseValidator]) -> int | float | None:
    """Give the strictest of lower limits."""
    return max(limits(field, validator_class), default=None)


def lowest(field: Field, validator_class: type[BaseValidator]) -> int | float | None:
    """Give the strictest of upper limits."""
    return min(limits(field, validator_class), default=None)
