"""The errors of a form, as a client gets them."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm

from wfapp.forms.plain import plain

__all__ = ["FORM", "form_errors"]

FORM = "__form"
"""The path of an error that concerns a form as a whole."""


def form_errors(form: BaseForm) -> dict[str, str]:
    """Give the first error of each field by its path, and that of the form as a whole as ``__form``."""
    first = {name: plain(errors[0]) for name, errors in form.errors.items() if errors}
    return {FORM if name == NON_FIELD_ERRORS else name: text for name, text in first.items()}
