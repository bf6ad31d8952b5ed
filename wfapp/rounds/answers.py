"""The validated input of earlier pages, kept to go back, to review and to read in later steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseFormSet
from django.utils.functional import Promise

from wfapp.declaration.steps import AnyForm
from wfapp.declaration.workflow import Workflow
from wfapp.engine.expansion import local_of, path_of
from wfapp.errors import NotStorable
from wfapp.forms import MARKS, base_fields, filled_rows, is_internal, is_secret, name_of
from wfapp.uploads import Desk, KeptUpload, StoredUpload

__all__ = ["Answers", "kept", "looked_up", "restored"]

_TAG = "$"
_FILE = "file"
_TYPES: dict[str, type[Any]] = {
    "date": date,
    "datetime": datetime,
    "decimal": Decimal,
    "time": time,
    "timedelta": timedelta,
    "uuid": UUID,
}
"""What JSON has no type for is kept with the name of its type: to read it through its field again would depend on the
language and the formats of the moment."""

_NAMES = {kind: name for name, kind in _TYPES.items()}


def kept(form: AnyForm) -> dict[str, Any]:
    """Give what may be kept of a valid form as JSON values: never a password or a one-time code.

    A model's instance is kept as its primary key. The rows of a formset are a list under its prefix, in their order and
    without those that were deleted or left blank. Raises NotStorable for a value of any other type.
    """
    if isinstance(form, BaseFormSet):
        return {name_of(form): [_kept_row(row) for row in filled_rows(form)]}
    cleaned: Mapping[str, Any] = getattr(form, "cleaned_data", {})
    fields: Mapping[str, forms.Field] = getattr(form, "fields", {})
    return {
        name: _encoded(f"{type(form).__name__}.{name}", _key(field, cleaned[name]))
        for name, field in fields.items()
        if name in cleaned and not is_secret(field) and _is_kept(field, cleaned[name])
    }


def _key(field: forms.Field, value: Any) -> Any:
    """Give what a model's choice is posted as, which is not its primary key where the field has a ``to_field_name``."""
    return field.prepare_value(value) if isinstance(field, forms.ModelChoiceField) else value


def _kept_row(row: Any) -> dict[str, Any]:
    """Keep a row with the key of its object, also of one that the step has saved just now."""
    own = {name for name, field in row.fields.items() if name not in MARKS and not is_internal(field)}
    values = {name: value for name, value in kept(row).items() if name in own}
    key = row.instance._meta.pk.name if isinstance(row, forms.BaseModelForm) else ""
    if key in values and values[key] is None:
        del values[key]
        if not row.instance._state.adding:
            values[key] = _encoded(key, row.instance.pk)
    return values


class Answers(Mapping[str, Mapping[str, Any]]):
    """Read the kept answers of a flow by step and field, as they were cleaned; a model's choice is looked up.

    ``stored`` holds them by qualified name: of these, the ones of the workflow at ``path``, by its own names. Files are
    found among ``uploads``.
    """

    def __init__(
        self,
        workflow: type[Workflow[Any]],
        stored: Mapping[str, Mapping[str, Any]],
        path: str = "",
        uploads: Desk | None = None,
    ) -> None:
        self._workflow = workflow
        self._stored = {local_of(name): values for name, values in stored.items() if path_of(name) == path}
        self._uploads = uploads

    def __getitem__(self, step: str) -> Mapping[str, Any]:
        stored = self._stored[step]
        forms_of = self._workflow.get_step(step).form_classes if step in self._workflow.structure.steps else ()
        values = restored(stored)
        fields = base_fields(forms_of[0]) if len(forms_of) == 1 else {}
        if len(forms_of) == 1 and issubclass(forms_of[0], BaseFormSet):
            return {name: [self._found(fields, row) for row in rows] for name, rows in values.items()}
        return self._found(fields, values)

    def _found(self, fields: Mapping[str, forms.Field], values: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: looked_up(fields.get(name), value) for name, value in values.items()}
        return {name: _fetched(self._uploads, value) for name, value in found.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __repr__(self) -> str:
        return f"<Answers of {', '.join(self._stored) or 'no step'}>"


def _is_kept(field: forms.Field, value: Any) -> bool:
    """Tell whether an answer is kept: of a file field, the files of the flow, and not what an author made of them."""
    files = value if isinstance(value, list) else [value]
    return not isinstance(field, forms.FileField) or all(isinstance(file, StoredUpload) or not file for file in files)


def _fetched(uploads: Desk | None, value: Any) -> Any:
    """Find the files that answers name; None in the place of one that is gone."""
    if isinstance(value, list):
        return [_fetched(uploads, item) for item in value]
    if not isinstance(value, KeptUpload):
        return value
    return uploads.find(value.id) if uploads is not None else None


def _encoded(where: str, value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str() | Promise():
            return str.__str__(str(value))
        case StoredUpload():
            return {_TAG: _FILE, "value": KeptUpload.of(value).stored()}
        case Model():
            return _encoded(where, value.pk)
        case QuerySet() | list() | tuple() | set() | frozenset():
            return [_encoded(where, item) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            encoded = {key: _encoded(where, item) for key, item in value.items()}
            return {_TAG: "dict", "value": encoded} if _TAG in encoded else encoded
    name = _NAMES.get(type(value))
    if name is None:
        raise NotStorable(
            f"{where}: a {type(value).__name__} cannot be kept; legal are JSON values, {', '.join(_TYPES)} and models. "
            f"Set keep=False, or clean the field to one of these."
        )
    return {_TAG: name, "value": msgspec.to_builtins(value)}


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG not in value:
        return {key: _decoded(item) for key, item in value.items()}
    if value[_TAG] == "dict":
        return {key: _decoded(item) for key, item in value["value"].items()}
    if value[_TAG] == _FILE:
        return msgspec.convert(value["value"], KeptUpload)
    return msgspec.convert(value["value"], _TYPES[value[_TAG]], strict=False)


def restored(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Give kept answers as they were cleaned; a model's choice as its primary key."""
    return {name: _decoded(value) for name, value in stored.items()}


def looked_up(field: forms.Field | None, value: Any) -> Any:
    """Find the rows of a model's choice; one that is gone by now stays its primary key."""
    if not isinstance(field, forms.ModelChoiceField) or value is None:
        return value
    try:
        return field.to_python(value)
    except ValidationError:
        return value
