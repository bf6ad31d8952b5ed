"""Fields whose value travels as text."""

from __future__ import annotations

import json
from typing import Any

from django.core import validators
from django.forms import DurationField, Field, JSONField, UUIDField, Widget
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, kind_for
from wfapp.forms.limits import highest, lowest
from wfapp.forms.patterns import pattern_of
from wfapp.forms.posting import Posted, post

__all__ = ["Duration", "JsonText", "Text", "Uuid"]

_FORMATS = (
    (validators.EmailValidator, "email"),
    (validators.URLValidator, "uri"),
)
_FORMATS_BY_FUNCTION = {validators.validate_ipv4_address: "ipv4", validators.validate_ipv6_address: "ipv6"}


@kind_for(Field)
class Text(Kind):
    """Carry text, and whatever a field of a third party makes of it."""

    def schema(self, field: Field, widget: Widget) -> Json:
        schema: Json = {"type": "string"}
        if (at_least := highest(field, validators.MinLengthValidator)) is not None:
            schema["minLength"] = at_least
        if (at_most := lowest(field, validators.MaxLengthValidator)) is not None:
            schema["maxLength"] = at_most
        if pattern := pattern_of(field):
            schema["pattern"] = pattern
        if text_format := _format(field):
            schema["format"] = text_format
        return schema

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        if value is None or isinstance(value, list | tuple | dict):
            return None
        return str(value) or None

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise WrongType(_("text"))
        return post(field, widget, name, value)


@kind_for(DurationField)
class Duration(Text):
    """Carry a duration in the words of Django's field, ``[days] [[hours:]minutes:]seconds``, or of ISO 8601."""

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string"}


@kind_for(UUIDField)
class Uuid(Text):
    """Carry a UUID."""

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string", "format": "uuid"}


@kind_for(JSONField)
class JsonText(Text):
    """Carry JSON as text, which every form renderer can edit; a client may send the value itself instead."""

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is not None and not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        return super().decode(field, widget, name, value)


def _format(field: Field) -> str:
    """Name the format that a field's validators ask for."""
    for validator in field.validators:
        if found := next((name for cls, name in _FORMATS if isinstance(validator, cls)), ""):
            return found
        if found := next((name for check, name in _FORMATS_BY_FUNCTION.items() if validator is check), ""):
            return found
    return ""
