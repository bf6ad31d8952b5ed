"""A form as JSON Schema and uiSchema."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.apps import apps
from django.forms import BaseForm
from django.forms.utils import pretty_name
from django.utils.translation import get_language

from wfapp.forms.kinds import described
from wfapp.forms.plain import plain

__all__ = ["Description", "Payload", "compile_payload", "describe"]


@dataclass(frozen=True)
class Description:
    """Hold a form as data, at one moment."""

    schema: dict[str, Any]
    """The JSON Schema of its values, within what draft-07 and 2020-12 share."""

    ui: dict[str, Any]
    """The uiSchema: order, widgets, placeholders and what else a renderer needs to draw it."""


@dataclass(frozen=True)
class Payload:
    """Hold what a client needs to draw a form, and may keep as long as ``version`` stays the same."""

    id: str
    """Which form this is: ``accounts.CodeForm``."""

    version: str
    """A hash of schema and ui: eight hexadecimal digits."""

    schema: dict[str, Any]
    """See ``Description``."""

    ui: dict[str, Any]
    """See ``Description``."""


_static: WeakKeyDictionary[type[BaseForm], dict[str | None, Payload]] = WeakKeyDictionary()


def compile_payload(form: BaseForm, *, static: bool = False) -> Payload:
    """Describe a form as it stands before ``prepare``, without choices from a queryset or a callable.

    ``static=True`` remembers the result by the form's class and language, for a form whose constructor looks at nothing
    else. Nobody may change the result; ``merge`` copies it.
    """
    if not static:
        return _compile(form)
    by_language = _static.setdefault(type(form), {})
    language = get_language()
    if language not in by_language:
        by_language[language] = _compile(form)
    return by_language[language]


def _compile(form: BaseForm) -> Payload:
    description = describe(form)
    canonical = json.dumps([description.schema, description.ui], sort_keys=True, separators=(",", ":")).encode()
    version = hashlib.sha256(canonical).hexdigest()[:8]
    return Payload(id=_id(type(form)), version=version, schema=description.schema, ui=description.ui)


def describe(form: BaseForm, *, evaluate: bool = False) -> Description:
    """Describe a form as it stands; ``evaluate`` reads choices from querysets and callables too.

    Labels are taken from the fields: a ``BoundField`` keeps the one it was made with, whatever ``prepare`` changes.
    """
    properties: dict[str, Any] = {}
    ui: dict[str, Any] = {"ui:order": list(form.fields)}
    required = []
    for name, field in form.fields.items():
        label = plain(pretty_name(name) if field.label is None else field.label)
        properties[name], field_ui = described(field, field.widget, label, evaluate=evaluate)
        if field_ui:
            ui[name] = field_ui
        if field.required and not field.disabled:
            required.append(name)
    return Description({"type": "object", **({"required": required} if required else {}), "properties": properties}, ui)


def _id(form_class: type[BaseForm]) -> str:
    """Name a form class by its app, or by the root of its module outside any app."""
    app = apps.get_containing_app_config(form_class.__module__)
    return f"{app.label if app else form_class.__module__.partition('.')[0]}.{form_class.__name__}"
