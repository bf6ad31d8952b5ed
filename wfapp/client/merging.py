"""A payload with its view laid over, as ``wfapp.forms.merge`` does on the server, which needs Django's forms."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, cast

from wfapp.client.wire import Json, Payload

__all__ = ["merge"]


def merge(payload: Mapping[str, Any], view: Mapping[str, Any]) -> Payload:
    """Lay ``view["fields"]`` and ``view["order"]`` over a payload: a form renderer draws the result unchanged."""
    schema, ui = deepcopy(payload["schema"]), deepcopy(payload["ui"])
    properties, required = schema["properties"], set(schema.pop("required", ()))
    for name, entry in view.get("fields", {}).items():
        if entry is None:
            properties.pop(name, None)
            ui.pop(name, None)
            required.discard(name)
            continue
        properties[name] = _patched(properties.get(name, {}), entry.get("schema", {}))
        ui[name] = _patched(ui.get(name, {}), entry.get("ui", {}))
        if not ui[name]:
            del ui[name]
        (required.add if entry.get("required", name in required) else required.discard)(name)
    usual = [name for name in ui["ui:order"] if name in properties]
    order = view.get("order") or usual + [name for name in properties if name not in usual]
    ui["ui:order"] = order
    schema["properties"] = {name: properties[name] for name in order}
    if required:
        schema["required"] = [name for name in order if name in required]
    return cast(Payload, {**payload, "schema": schema, "ui": ui})


def _patched(old: Json, patch: Json) -> Json:
    """Apply a JSON merge patch (RFC 7396) to a copy."""
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            before = new.get(key)
            new[key] = _patched(before if isinstance(before, dict) else {}, value)
        else:
            new[key] = deepcopy(value)
    return new
