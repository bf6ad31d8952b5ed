"""Let a form change its fields before it is drawn or validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import BaseFormSet

from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import blank_row
from wfapp.forms.values import typed

__all__ = ["has_prepare", "prepare"]


def has_prepare(form: AnyForm) -> bool:
    """Tell whether a form, a formset or the form of its rows has a method ``prepare``."""
    return hasattr(form, "prepare") or (isinstance(form, BaseFormSet) and hasattr(form.form, "prepare"))


def prepare(form: Any, passed: Mapping[str, Any]) -> None:
    """Call ``prepare(passed, data)`` with the passed keys and what was typed: of a form, of a formset, of each row.

    A new row is prepared too, for it stands for all rows where they are described.
    """
    if hasattr(form, "prepare"):
        form.prepare(passed, typed(form))
    if isinstance(form, BaseFormSet) and hasattr(form.form, "prepare"):
        for row in [*form.forms, blank_row(form)]:
            row.prepare(passed, typed(row))
