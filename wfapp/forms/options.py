"""The choices of a select, a group of radio buttons or of checkboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.forms import Field, MultiWidget, RadioSelect, Widget
from django.forms.widgets import ChoiceWidget
from django.utils.choices import BaseChoiceIterator, BlankChoiceIterator

from wfapp.forms.plain import plain

__all__ = ["Options", "is_dynamic", "options_of"]


@dataclass
class Options:
    """Hold choices as a client gets them."""

    values: list[object] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    """The optgroups: ``{"label": …, "values": […]}``; choices outside any group are in none."""
    placeholder: str = ""
    """The label of the empty choice, which is no value: a client shows it and sends nothing."""

    @property
    def ui(self) -> dict[str, Any]:
        """Give the part of the uiSchema that labels the choices."""
        parts = {"ui:enumNames": self.labels, "ui:groups": self.groups, "ui:placeholder": self.placeholder}
        return {key: part for key, part in parts.items() if part}


def is_dynamic(widget: Widget) -> bool:
    """Tell whether a widget's choices come from a queryset or a callable, and so change from one round to the next."""
    if isinstance(widget, MultiWidget):
        return any(map(is_dynamic, widget.widgets))
    choices: object = getattr(widget, "choices", None)
    while isinstance(choices, BlankChoiceIterator):  # what a model field puts around its own choices
        choices = choices.choices
    return isinstance(choices, BaseChoiceIterator)


def options_of(field: Field, widget: Widget, option: Callable[[Field, Any], object], *, evaluate: bool) -> Options:
    """Collect a widget's choices, dynamic ones only where told to ``evaluate``; ``option`` turns a value into JSON."""
    options = Options()
    if not isinstance(widget, ChoiceWidget) or (is_dynamic(widget) and not evaluate):
        return options
    keeps_empty = widget.allow_multiple_selected or (isinstance(widget, RadioSelect) and not field.required)
    for outer, inner in widget.choices:
        grouped = isinstance(inner, list | tuple)
        members: list[object] = []
        for raw, label in inner if grouped else [(outer, inner)]:
            value = option(field, raw)
            if value is None or (value == "" and not keeps_empty):
                options.placeholder = plain(label)
            elif value not in options.values:
                options.values.append(value)
                options.labels.append(plain(label))
                members.append(value)
        if grouped and members:
            options.groups.append({"label": plain(outer), "values": members})
    return options
