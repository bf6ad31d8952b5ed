"""The dynamic part of a form: what is evaluated anew in each round, laid over the payload by ``merge``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.forms import BaseFormSet

from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import name_of, row_fields
from wfapp.forms.options import is_dynamic
from wfapp.forms.payload import Description, Payload, describe

__all__ = ["has_dynamic_choices", "merge", "view_fields", "view_order"]

Json = dict[str, Any]


def has_dynamic_choices(form: AnyForm) -> bool:
    """Tell whether choices of a form come from a queryset or a callable, and so are no part of its payload."""
    fields = row_fields(form) if isinstance(form, BaseFormSet) else form.fields
    return any(is_dynamic(field.widget) for field in fields.values())


def view_fields(before: Description | Payload, form: AnyForm) -> dict[str, Json | None]:
    """Tell how a form differs from its payload, or from ``describe(form)`` taken before ``prepare`` ran.

    Each field that differs has an entry ``{"schema": …, "ui": …, "required": …}`` of what is different; schema and ui
    are JSON merge patches (RFC 7396): null removes a key. The entry of a field that is gone is None, that of a new one
    is the whole of it. Choices from a queryset or a callable are evaluated here, so they always differ. A formset has
    one entry, for the list of its rows.
    """
    after = describe(form, evaluate=True)
    old, new = before.schema["properties"], after.schema["properties"]
    fields: dict[str, Json | None] = {}
    for name in {**old, **new}:
        if name not in new:
            fields[name] = None
            continue
        entry: Json = {}
        if schema := _difference(old.get(name, {}), new[name]):
            entry["schema"] = schema
        if ui := _difference(before.ui.get(name, {}), after.ui.get(name, {})):
            entry["ui"] = ui
        is_required = name in after.schema.get("required", ())
        if is_required != (name in before.schema.get("required", ())):
            entry["required"] = is_required
        if entry:
            fields[name] = entry
    return fields


def view_order(before: Description | Payload, form: AnyForm) -> list[str] | None:
    """Give the order of a form's fields where it is not that of its payload with the new ones at the end."""
    order = [name_of(form)] if isinstance(form, BaseFormSet) else list(form.fields)
    usual = before.ui["ui:order"]
    # An object of JavaScript's puts names that are numbers first, whatever their order on the wire.
    has_numbers = any(name.isdecimal() for name in order if name not in usual)
    return order if has_numbers or order != _usual_order(usual, order) else None


def merge(payload: Mapping[str, Any], view: Mapping[str, Any]) -> Json:
    """Lay ``view["fields"]`` and ``view["order"]`` over a payload, as JSON both.

    An existing form renderer draws the result unchanged.
    """
    schema, ui = deepcopy(payload["schema"]), deepcopy(payload["ui"])
    properties, required = schema["properties"], set(schema.get("required", ()))
    for name, entry in view.get("fields", {}).items():
        if entry is None:
            properties.pop(name, None)
            ui.pop(name, None)
            required.discard(name)
            continue
        properties[name] = _patched(properties.get(name, {}), entry.get("schema", {}))
        if field_ui := _patched(ui.get(name, {}), entry.get("ui", {})):
            ui[name] = field_ui
        else:
            ui.pop(name, None)
        if entry.get("required", name in required):
            required.add(name)
        else:
            required.discard(name)
    order = ui["ui:order"] = view.get("order") or _usual_order(ui["ui:order"], properties)
    schema["properties"] = {name: properties[name] for name in order}
    schema.pop("required", None)
    if required:
        schema["required"] = [name for name in order if name in required]
    return {**payload, "schema": schema, "ui": ui}


def _usual_order(before: Iterable[str], names: Collection[str]) -> list[str]:
    kept = [name for name in before if name in names]
    return kept + [name for name in names if name not in kept]


def _difference(old: Json, new: Json) -> Json:
    """Make the merge patch that turns ``old`` into ``new``."""
    patch: Json = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key in old and isinstance(value, dict) and isinstance(old[key], dict):
            if inner := _difference(old[key], value):
                patch[key] = inner
        elif key not in old or old[key] != value:
            patch[key] = value
    return patch


def _patched(old: Json, patch: Json) -> Json:
    """Apply a merge patch to a copy."""
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            new[key] = _patched(new[key] if isinstance(new.get(key), dict) else {}, value)
        else:
            new[key] = deepcopy(value)
    return new
