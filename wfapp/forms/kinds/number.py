"""Fields whose value is a number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core import validators
from django.core.exceptions import ValidationError
from django.forms import DecimalField, Field, FloatField, IntegerField, Widget
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, kind_for
from wfapp.forms.limits import highest, json_number, lowest
from wfapp.forms.posting import Posted, post

__all__ = ["Number"]

_WITH_A_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+")


@kind_for(IntegerField)
class Number(Kind):
    """Carry an integer, a float or a decimal; a client may send text instead, such as more digits than a float has."""

    def schema(self, field: Field, widget: Widget) -> Json:
        schema: Json = {"type": "number" if isinstance(field, FloatField | DecimalField) else "integer"}
        if (at_least := highest(field, validators.MinValueValidator)) is not None:
            schema["minimum"] = at_least
        if (at_most := lowest(field, validators.MaxValueValidator)) is not None:
            schema["maximum"] = at_most
        if step := _whole_step(field):
            schema["multipleOf"] = step
        return schema

    def option(self, field: Field, value: Any) -> object:
        try:
            return json_number(field.to_python(value))
        except ValidationError:
            return None

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        try:
            number = field.to_python(value)
        except ValidationError:
            return str(value)
        exact = json_number(number)
        if isinstance(number, Decimal) and exact is not None and Decimal(repr(exact)) != number:
            return str(number)
        return exact

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if isinstance(value, bool) or not isinstance(value, int | float | str | None):
            raise WrongType(_("a number"))
        text = _digits(value)
        if field.localize and _WITH_A_POINT.fullmatch(text):
            # The wire knows no locale: "1.234" is no thousand, as it would be in German.
            text = text.replace(".", formats.get_format("DECIMAL_SEPARATOR"))
        return post(field, widget, name, text)


def _digits(value: int | float | str | None) -> str:
    """Write a number without an exponent, which an IntegerField would not read."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _whole_step(field: Field) -> int | None:
    """Give the step between integers where it counts from zero, as JSON Schema does.

    A step of a fraction is left to the server: 0.07 is no multiple of 0.01 for a validator that divides floats.
    """
    for item in field.validators:
        if isinstance(item, validators.StepValueValidator):
            step, start = item.limit_value, item.offset or 0
            return step if isinstance(step, int) and step > 0 and start % step == 0 else None
    return None
