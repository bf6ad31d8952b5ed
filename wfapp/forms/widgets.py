"""Widgets as uiSchema, in the names that react-jsonschema-form knows: it refuses to draw any other."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple, RadioSelect, SelectDateWidget, Textarea, Widget
from django.forms.widgets import ChoiceWidget

__all__ = ["ui_of"]

Json = dict[str, Any]

LEGAL = {
    "string": "alt-date color date datetime email hidden password radio select textarea time uri",
    "number": "hidden radio range select",
    "integer": "hidden radio range select",
    "boolean": "hidden radio select",
    "array": "checkboxes hidden select",
    "object": "hidden",
}
"""The widgets that react-jsonschema-form draws for each type, as far as Django has them too."""

_BY_INPUT = {"datetime-local": "datetime", "url": "uri"}
_BY_FORMAT = {"date": "date", "date-time": "datetime", "email": "email", "uri": "uri"}
_PLAIN_INPUTS = {"checkbox", "file", "number", "select", "text"}

_FLAGS = {"autofocus", "readonly"}
_NAMED = {"autocapitalize", "autocomplete", "inputmode", "placeholder"}
_SAID_BY = {
    "max": "maximum",
    "maxlength": "maxLength",
    "min": "minimum",
    "minlength": "minLength",
    "step": "multipleOf",
}
_LEFT_OUT = {"class", "cols", "disabled", "id", "required", "rows", "style", "type", "value"}


def ui_of(widget: Widget, schema: Json, default: str = "") -> Json:
    """Describe a widget for a value of this schema; ``default`` names it where Django's is a plain text input."""
    ui: Json = {}
    options: Json = {}
    name = _name(widget) or default
    if name in LEGAL[schema["type"]].split():
        if name != _BY_FORMAT.get(schema.get("format", "")):
            ui["ui:widget"] = name
    elif name and not isinstance(widget, ChoiceWidget | Textarea):
        options["inputType"] = name  # a password may be a number: it must not be shown in clear for that
    if name == "alt-date" and (years := [int(year) for year in getattr(widget, "years", ())]):
        options["yearsRange"] = [min(years), max(years)]
    if name == "textarea" and str(rows := widget.attrs.get("rows", "")).isdecimal():
        options["rows"] = int(rows)
    ui |= _attributes(widget, schema)
    return ui | ({"ui:options": options} if options else {})


def _name(widget: Widget) -> str:
    """Name what a widget looks like; an empty name stands for the type's ordinary input."""
    match widget:
        case CheckboxSelectMultiple():
            return "checkboxes"
        case RadioSelect():
            return "radio"
        case ChoiceWidget():
            return "select"
        case SelectDateWidget():
            return "alt-date"
        case Textarea():
            return "textarea"
    if widget.is_hidden:
        return "hidden"
    kind = getattr(widget, "input_type", None)
    return "" if kind is None or kind in _PLAIN_INPUTS else _BY_INPUT.get(kind, kind)


def _attributes(widget: Widget, schema: Json) -> Json:
    """Carry the HTML attributes over that nothing else says already; class and style are a matter of the page."""
    ui: Json = {}
    rest: Json = {}
    for name, value in widget.attrs.items():
        if value is None or value is False or name in _LEFT_OUT or (name, value) == ("step", "any"):
            continue
        if _SAID_BY.get(name) in schema:
            continue
        if name in _FLAGS:
            ui[f"ui:{name}"] = True
        elif name in _NAMED:
            ui[f"ui:{name}"] = str(value)
        else:
            rest[name] = True if value is True else str(value)
    return ui | ({"ui:attributes": rest} if rest else {})
