"""One text as a browser would post it from a widget."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.forms import Field, MultiWidget, SelectDateWidget, Widget
from django.utils.dateparse import parse_date

__all__ = ["Posted", "inner_widgets", "post"]

Posted = dict[str, Sequence[object]]
"""Names of HTML inputs and what they send, texts or files: an empty list for an input that sends nothing, such
as an empty checkbox."""


def post(field: Field, widget: Widget, name: str, text: str) -> Posted:
    """Spread a text over the inputs of a widget."""
    if isinstance(widget, SelectDateWidget):
        return _post_date(widget, name, text)
    if isinstance(widget, MultiWidget):
        return _post_parts(field, widget, name, text)
    return {name: [text]}


def _post_date(widget: SelectDateWidget, name: str, text: str) -> Posted:
    """Fill the three selects; what is no date goes where the widget looks next, and becomes an error of the form."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        return {name: [text]}
    return {
        widget.year_field % name: [str(day.year)],
        widget.month_field % name: [str(day.month)],
        widget.day_field % name: [str(day.day)],
    }


def _post_parts(field: Field, widget: MultiWidget, name: str, text: str) -> Posted:
    """Take a value apart as its widget does; what is no value goes whole into the first part."""
    try:
        parts = widget.decompress(field.to_python(text))
    except ValidationError:
        parts = [text]
    posted: Posted = {}
    for (suffix, inner), part in zip(inner_widgets(widget), parts or (), strict=False):
        posted |= post(field, inner, name + suffix, "" if part is None else str(part))
    return posted


def inner_widgets(widget: MultiWidget) -> list[tuple[str, Widget]]:
    """Pair the widgets of a MultiWidget with what they append to its HTML name."""
    suffixes: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # documented, missing in the stubs
    return list(zip(suffixes, widget.widgets, strict=False))
