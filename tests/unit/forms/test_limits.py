"""The limits in a schema are those that the validators keep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core import validators
from django.db.models import IntegerChoices

from wfapp.forms.kinds import kind_of
from wfapp.forms.limits import json_number


class Level(IntegerChoices):
    """A number with a name."""

    LOW = 1


def schema(field: forms.Field) -> dict[str, Any]:
    """Give the schema of a field alone."""
    return kind_of(field, field.widget).schema(field, field.widget)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (forms.CharField(max_length=5, validators=[validators.MaxLengthValidator(3)]), {"maxLength": 3}),
        (forms.CharField(min_length=1, validators=[validators.MinLengthValidator(2)]), {"minLength": 2}),
        (forms.CharField(validators=[validators.MaxLengthValidator(lambda: 3)]), {}),
        (forms.IntegerField(min_value=-1, max_value=1), {"minimum": -1, "maximum": 1}),
        (forms.IntegerField(step_size=5), {"multipleOf": 5}),
        (forms.IntegerField(step_size=5, min_value=10), {"multipleOf": 5, "minimum": 10}),
        (forms.IntegerField(step_size=5, min_value=1), {"minimum": 1}),
        (forms.FloatField(step_size=0.1), {}),
        (forms.DecimalField(min_value=Decimal("0.10"), max_value=Decimal("2.0")), {"minimum": 0.1, "maximum": 2}),
        (forms.DecimalField(max_value=Decimal("1E+400")), {}),
    ],
)
def test_limits(field: forms.Field, expected: dict[str, Any]) -> None:
    """The strictest wins; what JSON Schema cannot say is left to the server."""
    found = schema(field)
    found.pop("type")
    assert found == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[(1, 1), (1.5, 1.5), (2.0, 2), (Decimal("2.50"), 2.5), (Level.LOW, 1), (float("inf"), None)],
        *[(float("nan"), None), (True, None), ("1", None), (None, None)],
    ],
)
def test_json_number(value: object, expected: float | None) -> None:
    """Only numbers that JSON has."""
    assert json_number(value) == expected
