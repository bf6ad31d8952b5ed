"""Fields made of fields: a MultiValueField travels as an object with a key for each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.forms import ComboField, Field, MultiValueField, MultiWidget, Widget
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, described, kind_for, kind_of
from wfapp.forms.plain import plain
from wfapp.forms.posting import Posted, inner_widgets

__all__ = ["Combo", "Composite", "Part"]


class Part(NamedTuple):
    """Hold one part of a field: its key on the wire, the suffix of its HTML name, its field and widget."""

    key: str
    suffix: str
    field: Field
    widget: Widget


@kind_for(MultiValueField)
class Composite(Kind):
    """Carry an object; its keys are the names that the widget gives its parts, or their numbers."""

    def describe(self, field: Field, widget: Widget, label: str, *, evaluate: bool) -> tuple[Json, Json]:
        properties: Json = {}
        ui: Json = {}
        required = []
        for number, part in enumerate(_parts(field, widget), start=1):
            own = plain(part.field.label or f"{label} {number}")
            properties[part.key], part_ui = described(part.field, part.widget, own, evaluate=evaluate)
            if part_ui:
                ui[part.key] = part_ui
            if field.required and (part.field.required or getattr(field, "require_all_fields", False)):
                required.append(part.key)
        schema: Json = {"type": "object", **({"required": required} if required else {}), "properties": properties}
        return schema, {"ui:order": list(properties), **({"ui:widget": "hidden"} if widget.is_hidden else {}), **ui}

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        values: Any = value
        if isinstance(widget, MultiWidget) and not isinstance(value, list | tuple):
            values = widget.decompress(value)
        encoded = {
            part.key: kind_of(part.field, part.widget).encode(part.field, part.widget, part_value)
            for part, part_value in zip(_parts(field, widget), values, strict=False)
        }
        return {key: found for key, found in encoded.items() if found is not None} or None

    def prepare(self, field: Field, initial: Any) -> Any:
        return initial

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise WrongType(_("an object"))
        posted: Posted = {}
        parts = {part.key: part for part in _parts(field, widget)}
        for key, part_value in value.items():
            if key not in parts:
                raise WrongType(_("an object of the keys %(keys)s") % {"keys": ", ".join(parts)})
            part = parts[key]
            kind = kind_of(part.field, part.widget)
            try:
                posted |= kind.decode(part.field, part.widget, name + part.suffix, part_value)
            except WrongType as error:
                raise WrongType(error.expected, f".{key}{error.path}") from error
        return posted


@kind_for(ComboField)
class Combo(Kind):
    """Carry one value that several fields check, in the type of the first of them."""

    def schema(self, field: Field, widget: Widget) -> Json:
        first, *others = _checks(field)
        schema = kind_of(first, widget).schema(first, widget)
        for other in others:
            more = kind_of(other, widget).schema(other, widget)
            if more["type"] == schema["type"]:
                schema = more | schema
        return schema

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        first, *_rest = _checks(field)
        return kind_of(first, widget).encode(first, widget, value)

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        first, *_rest = _checks(field)
        return kind_of(first, widget).decode(first, widget, name, value)


def _checks(field: Field) -> list[Field]:
    return list(getattr(field, "fields", ())) or [Field()]


def _parts(field: Field, widget: Widget) -> Iterator[Part]:
    """Pair the fields of a MultiValueField with the widgets of its MultiWidget."""
    if isinstance(field, MultiValueField) and isinstance(widget, MultiWidget):
        for number, (part, (suffix, inner)) in enumerate(zip(field.fields, inner_widgets(widget), strict=False)):
            yield Part(suffix.removeprefix("_") or str(number), suffix, part, inner)
