"""Fields that only show: a client draws their description, and sends nothing."""

from __future__ import annotations

from typing import Any

from django.forms import Field, Widget

from wfapp.declaration.display import Display
from wfapp.forms.kinds.base import Json, Kind, kind_for
from wfapp.forms.plain import plain, plain_html
from wfapp.forms.posting import Posted

__all__ = ["Shown"]


@kind_for(Display)
class Shown(Kind):
    """Describe a text: of type null, which react-jsonschema-form draws as a title with its description and no input."""

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "null"}

    def describe(self, field: Field, widget: Widget, label: str, *, evaluate: bool) -> tuple[Json, Json]:
        assert isinstance(field, Display)  # noqa: S101  the kind of these alone
        text = plain(field.shown if evaluate else field.text_of({}))
        drawing = field.drawing if evaluate else {}
        schema = self.schema(field, widget) | ({"description": text} if text else {})
        ui: Json = {"ui:options": {"display": field.name, **drawing}}
        if field.help_text:
            ui["ui:help"] = plain_html(field.help_text)
        return schema, ui

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        return None

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        return {}
