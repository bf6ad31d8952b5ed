"""A form as JSON Schema and uiSchema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.apps import apps
from django.forms import BaseFormSet, BaseModelFormSet, Field
from django.forms.utils import pretty_name
from django.utils.text import capfirst
from django.utils.translation import get_language

from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import is_internal, model_of, name_of, row_fields
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


_DJANGO = ("django.db.", "django.forms.")
"""Where the classes come from that are bases of every form."""

_static: WeakKeyDictionary[type[AnyForm], dict[str | None, Payload]] = WeakKeyDictionary()


def compile_payload(form: AnyForm, *, static: bool = False) -> Payload:
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


def _compile(form: AnyForm) -> Payload:
    description = describe(form)
    canonical = json.dumps([description.schema, description.ui], sort_keys=True, separators=(",", ":")).encode()
    version = hashlib.sha256(canonical).hexdigest()[:8]
    return Payload(id=_id(type(form)), version=version, schema=description.schema, ui=description.ui)


def describe(form: AnyForm, *, evaluate: bool = False) -> Description:
    """Describe a form as it stands; ``evaluate`` reads choices from querysets and callables too.

    Labels are taken from the fields: a ``BoundField`` keeps the one it was made with, whatever ``prepare`` changes. The
    rows of a formset are a list under its prefix; all are described by what a new one looks like.
    """
    if isinstance(form, BaseFormSet):
        return _rows_described(form, evaluate=evaluate)
    return _described(form.fields, evaluate=evaluate)


def _rows_described(formset: BaseFormSet[Any], *, evaluate: bool) -> Description:
    row = _described(row_fields(formset), evaluate=evaluate)
    # A row to be deleted stays in the list: no client may refuse to send it.
    at_most = formset.max_num if formset.validate_max and not formset.can_delete else formset.absolute_max
    at_least = formset.min_num if formset.validate_min else 0
    limits = ({"minItems": at_least} if at_least else {}) | {"maxItems": at_most}
    name = name_of(formset)
    rows = {"type": "array", "title": _title(formset), **limits, "items": row.schema}
    required = {"required": [name]} if at_least else {}
    ui: dict[str, Any] = {"items": row.ui}
    if isinstance(formset, BaseModelFormSet):
        ui["ui:options"] = {"orderable": False}  # the rows that have a key stand before those that have none
    schema = {"type": "object", **required, "properties": {name: rows}}
    return Description(schema, {"ui:order": [name], name: ui})


def _title(formset: BaseFormSet[Any]) -> str:
    if isinstance(formset, BaseModelFormSet):
        return plain(capfirst(model_of(formset)._meta.verbose_name_plural))
    return pretty_name(name_of(formset))


def _described(fields: Mapping[str, Field], *, evaluate: bool) -> Description:
    fields = {name: field for name, field in fields.items() if not is_internal(field)}
    properties: dict[str, Any] = {}
    ui: dict[str, Any] = {"ui:order": list(fields)}
    required = []
    for name, field in fields.items():
        label = plain(pretty_name(name) if field.label is None else field.label)
        properties[name], field_ui = described(field, field.widget, label, evaluate=evaluate)
        if field_ui:
            ui[name] = field_ui
        if field.required and not field.disabled:
            required.append(name)
    return Description({"type": "object", **({"required": required} if required else {}), "properties": properties}, ui)


def _id(form_class: type[AnyForm]) -> str:
    """Name a form class by its app, or by the root of its module outside any app.

    One that a factory of Django's made belongs where the form of its rows comes from, or else its model.
    """
    classes = [*form_class.__mro__, *getattr(form_class, "form", object).__mro__]
    own = (cls.__module__ for cls in classes if cls is not object and not cls.__module__.startswith(_DJANGO))
    module = next(own, "")
    model = getattr(form_class, "model", None)
    if not module and model is not None:
        return f"{model._meta.app_label}.{form_class.__name__}"
    module = module or form_class.__module__
    app = apps.get_containing_app_config(module)
    return f"{app.label if app else module.partition('.')[0]}.{form_class.__name__}"
