"""Fields whose value is picked: yes or no, one of several, some of several."""

from __future__ import annotations

from typing import Any

from django.forms import (
    BooleanField,
    CheckboxInput,
    ChoiceField,
    Field,
    ModelChoiceField,
    ModelMultipleChoiceField,
    MultipleChoiceField,
    NullBooleanField,
    Widget,
)
from django.forms.widgets import ChoiceWidget
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, kind_for
from wfapp.forms.kinds.text import Text
from wfapp.forms.posting import Posted, post

__all__ = ["Boolean", "Choice", "Choices"]


@kind_for(BooleanField)
class Boolean(Kind):
    """Carry true or false; a NullBooleanField also nothing."""

    def schema(self, field: Field, widget: Widget) -> Json:
        may_stay_empty = not field.required or isinstance(field, NullBooleanField)
        if may_stay_empty or not isinstance(widget, CheckboxInput):
            return {"type": "boolean"}
        return {"type": "boolean", "enum": [True]}

    def option(self, field: Field, value: Any) -> object:
        return None if value in field.empty_values else field.to_python(value)

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        if isinstance(field, BooleanField):
            found: bool | None = field.to_python(value)
            return found
        return bool(value)

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is None:
            return {name: []}
        if not isinstance(value, bool):
            raise WrongType(_("true or false"))
        if isinstance(widget, CheckboxInput):
            return {name: ["on"] if value else []}
        choices: Any = flatten_choices(widget.choices) if isinstance(widget, ChoiceWidget) else ()
        return {name: [next((str(key) for key, _label in choices if self.option(field, key) is value), str(value))]}


@kind_for(ChoiceField, ModelChoiceField)
class Choice(Text):
    """Carry the value of one choice as the text that stands in HTML; a client may send a number, such as a key."""

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string"}

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        return post(field, widget, name, "" if value is None else _text(value))


@kind_for(MultipleChoiceField, ModelMultipleChoiceField)
class Choices(Kind):
    """Carry the values of some choices as a list of texts."""

    def schema(self, field: Field, widget: Widget) -> Json:
        at_least = {"minItems": 1} if field.required else {}
        return {"type": "array", **at_least, "uniqueItems": True, "items": {"type": "string"}}

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        if value is None:
            return None
        return [str(item) for item in (value if isinstance(value, list | tuple | set) else [value])] or None

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is None:
            return {name: []}
        if not isinstance(value, list | tuple):
            raise WrongType(_("a list"))
        return {name: [_text(item) for item in value]}


def _text(value: object) -> str:
    """Write the value of a choice as HTML does."""
    if not isinstance(value, str | int | float):
        raise WrongType(_("a choice"))
    return str(value)
