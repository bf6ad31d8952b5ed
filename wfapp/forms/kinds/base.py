"""What a kind of field is, and which kind a field is of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.forms import BooleanField, CheckboxInput, Field, MultipleChoiceField, MultiValueField, MultiWidget, Widget
from django.forms.widgets import ChoiceWidget, MultipleHiddenInput

from wfapp.forms.options import options_of
from wfapp.forms.plain import plain_html
from wfapp.forms.posting import Posted
from wfapp.forms.widgets import ui_of

__all__ = ["Json", "Kind", "WrongType", "described", "kind_for", "kind_of"]

Json = dict[str, Any]


class WrongType(Exception):
    """Tell what a field expects, and where inside the field something else stands."""

    def __init__(self, expected: object, path: str = "") -> None:
        self.expected = expected
        self.path = path
        super().__init__(expected)


class Kind:
    """Say how one sort of field looks as JSON Schema and uiSchema, and how its values travel.

    A kind holds no state. The widget is handed in beside the field, for a ``MultiWidget`` holds those of its parts.
    """

    widget = ""
    """The name of the widget where Django draws a plain text input and the schema does not say it."""

    def schema(self, field: Field, widget: Widget) -> Json:
        """Give the JSON Schema of a value, without its choices."""
        raise NotImplementedError

    def describe(self, field: Field, widget: Widget, label: str, *, evaluate: bool) -> tuple[Json, Json]:
        """Give JSON Schema and uiSchema; choices from a queryset or a callable only where told to ``evaluate``."""
        schema = self.schema(field, widget)
        options = options_of(field, widget, self.option, evaluate=evaluate)
        if options.values:
            # An enum and its names, not oneOf: react-jsonschema-form takes the first const of a oneOf as the default.
            schema.get("items", schema)["enum"] = options.values
        return schema, ui_of(widget, schema, self.widget) | options.ui

    def option(self, field: Field, value: Any) -> object:
        """Turn the value of a choice into JSON; None is the empty choice."""
        return "" if value is None else str(value)

    def prepare(self, field: Field, initial: Any) -> Any:
        """Turn an initial value into what ``encode`` takes."""
        return field.prepare_value(initial)

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        """Turn a value, or the text that was typed for one, into JSON; None where there is nothing."""
        raise NotImplementedError

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        """Turn a JSON value into what a browser would post for it. Raises WrongType."""
        raise NotImplementedError


KINDS: dict[type[Field], Kind] = {}

K = TypeVar("K", bound=type[Kind])


def kind_for(*fields: type[Field]) -> Callable[[K], K]:
    """Make a kind the one of these form fields and of their subclasses."""

    def register(kind: K) -> K:
        KINDS.update(dict.fromkeys(fields, kind()))
        return kind

    return register


def kind_of(field: Field, widget: Widget) -> Kind:
    """Find the kind of a field: by what its widget posts where that differs from the ordinary, else by its class."""
    if isinstance(widget, CheckboxInput):
        return KINDS[BooleanField]
    if isinstance(widget, MultipleHiddenInput) or (isinstance(widget, ChoiceWidget) and widget.allow_multiple_selected):
        return KINDS[MultipleChoiceField]
    if isinstance(field, MultiValueField) and not isinstance(widget, MultiWidget):
        return KINDS[Field]
    return next(KINDS[base] for base in type(field).__mro__ if base in KINDS)


def described(field: Field, widget: Widget, label: str, *, evaluate: bool) -> tuple[Json, Json]:
    """Describe one field, its label and help text included, as JSON Schema and uiSchema."""
    schema, ui = kind_of(field, widget).describe(field, widget, label, evaluate=evaluate)
    words = {"title": label}
    if not label:
        ui["ui:title"] = " "  # react-jsonschema-form draws the name of a property whose title is empty
    if schema["type"] == "null":  # it only shows: its description is what it shows, and it is neither on nor off
        return {"type": schema.pop("type"), **words, **schema}, ui
    if field.help_text:
        words["description"] = plain_html(field.help_text)
    if field.disabled:
        ui["ui:disabled"] = True
    return {"type": schema.pop("type"), **words, **schema}, ui
