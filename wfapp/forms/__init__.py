"""Django forms as data: JSON Schema and uiSchema out, JSON values in."""

from __future__ import annotations

from wfapp.forms.display import has_displays, ignore_displays, show
from wfapp.forms.fill import fill, fill_absent, text_size, unknown_keys
from wfapp.forms.formsets import MARKS, base_fields, filled_rows, is_internal, name_of
from wfapp.forms.guard import guard
from wfapp.forms.management import open_data
from wfapp.forms.multiple import MultipleFileField, MultipleFileInput
from wfapp.forms.partial import partial
from wfapp.forms.payload import Description, Payload, compile_payload, describe
from wfapp.forms.prepare import has_prepare, prepare
from wfapp.forms.refill import refill
from wfapp.forms.rejection import add_error, form_errors, unvalidated
from wfapp.forms.values import initial_values, is_secret, typed
from wfapp.forms.view import has_dynamic_choices, merge, view_fields, view_order
from wfapp.forms.words import label_of, words_of

__all__ = [
    "MARKS",
    "Description",
    "MultipleFileField",
    "MultipleFileInput",
    "Payload",
    "add_error",
    "base_fields",
    "compile_payload",
    "describe",
    "fill",
    "fill_absent",
    "filled_rows",
    "form_errors",
    "guard",
    "has_displays",
    "has_dynamic_choices",
    "has_prepare",
    "ignore_displays",
    "initial_values",
    "is_internal",
    "is_secret",
    "label_of",
    "merge",
    "name_of",
    "open_data",
    "partial",
    "prepare",
    "refill",
    "show",
    "text_size",
    "typed",
    "unknown_keys",
    "unvalidated",
    "view_fields",
    "view_order",
    "words_of",
]
