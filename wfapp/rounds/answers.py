"""The validated input of earlier pages, kept to go back, to review and to read in later steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from wfapp.declaration.steps import AnyForm
from wfapp.declaration.workflow import Workflow
from wfapp.forms import is_secret

__all__ = ["Answers", "kept"]


def kept(form: AnyForm) -> dict[str, Any]:
    """Give what may be kept of a valid form as JSON values: never a password or a one-time code.

    A model's instance is kept as its primary key.
    """
    cleaned: Mapping[str, Any] = getattr(form, "cleaned_data", {})
    fields = getattr(form, "fields", {})
    return {
        name: msgspec.to_builtins(_plain(cleaned[name]), enc_hook=str)
        for name, field in fields.items()
        if name in cleaned and not is_secret(field) and not isinstance(field, forms.FileField)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, QuerySet):
        return [item.pk for item in value]
    return value


class Answers(Mapping[str, Mapping[str, Any]]):
    """Read the kept answers of a flow by step and field, as the form's field makes them of what was stored."""

    def __init__(self, workflow: type[Workflow[Any]], stored: Mapping[str, Mapping[str, Any]]) -> None:
        self._workflow = workflow
        self._stored = stored

    def __getitem__(self, step: str) -> Mapping[str, Any]:
        forms_of = self._workflow.get_step(step).form_classes if step in self._workflow.structure.steps else ()
        fields = getattr(forms_of[0], "base_fields", {}) if len(forms_of) == 1 else {}
        return {name: _cleaned(fields.get(name), value) for name, value in self._stored[step].items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __repr__(self) -> str:
        return f"<Answers of {', '.join(self._stored) or 'no step'}>"


def _cleaned(field: forms.Field | None, value: Any) -> Any:
    if field is None or value is None:
        return value
    try:
        return field.to_python(value)
    except (ValidationError, TypeError, ValueError):
        return value
