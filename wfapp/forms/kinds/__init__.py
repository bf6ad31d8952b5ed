"""The kinds of form fields: how each looks as JSON Schema, and how its values travel."""

from __future__ import annotations

from wfapp.forms.kinds.base import Json, Kind, WrongType, described, kind_for, kind_of
from wfapp.forms.kinds.choice import Boolean, Choice, Choices
from wfapp.forms.kinds.composite import Combo, Composite
from wfapp.forms.kinds.display import Shown
from wfapp.forms.kinds.moment import Date, DateTime, Time
from wfapp.forms.kinds.number import Number
from wfapp.forms.kinds.text import Duration, JsonText, Text, Uuid
from wfapp.forms.kinds.upload import Upload

__all__ = [
    "Boolean",
    "Choice",
    "Choices",
    "Combo",
    "Composite",
    "Date",
    "DateTime",
    "Duration",
    "Json",
    "JsonText",
    "Kind",
    "Number",
    "Shown",
    "Text",
    "Time",
    "Upload",
    "Uuid",
    "WrongType",
    "described",
    "kind_for",
    "kind_of",
]
