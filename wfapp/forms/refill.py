"""Earlier answers as the initial values of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.forms import BaseForm

from wfapp.forms.values import is_secret

__all__ = ["refill"]

F = TypeVar("F", bound=BaseForm)


def refill(form: F, values: Mapping[str, Any]) -> F:
    """Let an unbound form start with what was answered before; never a password or a one-time code."""
    known = {name: value for name, value in values.items() if name in form.fields and not is_secret(form.fields[name])}
    form.initial = {**form.initial, **known}
    return form
