"""Django forms as data: JSON Schema and uiSchema out, JSON values in."""

from __future__ import annotations

from wfapp.forms.display import has_displays, ignore_displays, show
from wfapp.forms.fill import fill, fill_absent, text_size, unknown_keys
from wfapp.forms.guard import guard
from wfapp.forms.multiple import MultipleFileField, MultipleFileInput
from wfapp.forms.payload import Description, Payload, compile_payload, describe
from wfapp.forms.refill import refill
from wfapp.forms.rejection import form_errors
from wfapp.forms.values import initial_values, is_secret, typed
from wfapp.forms.view import has_dynamic_choices, merge, view_fields, view_order
from wfapp.forms.words import label_of, words_of

__all__ = [
    "Description",
    "MultipleFileField",
    "MultipleFileInput",
    "Payload",
    "compile_payload",
    "describe",
    "fill",
    "fill_absent",
    "form_errors",
    "guard",
    "has_displays",
    "has_dynamic_choices",
    "ignore_displays",
    "initial_values",
    "is_secret",
    "label_of",
    "merge",
    "refill",
    "show",
    "text_size",
    "typed",
    "unknown_keys",
    "view_fields",
    "view_order",
    "words_of",
]
