"""The values in a form: what stands in it at first, and what was typed."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm, BaseFormSet, Field, FileField, MultiWidget, Widget

from wfapp.declaration.display import Display
from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import begins_with, is_internal, name_of
from wfapp.forms.kinds import kind_of

__all__ = ["initial_values", "is_secret", "typed"]

_SECRETS = {"current-password", "new-password", "one-time-code"}


def is_secret(field: Field) -> bool:
    """Tell whether a field takes a password or a one-time code, which is neither kept nor sent back."""
    return _hides(field.widget)


def _hides(widget: Widget) -> bool:
    if isinstance(widget, MultiWidget) and any(map(_hides, widget.widgets)):
        return True
    if getattr(widget, "input_type", None) == "password":
        return True
    purposes = widget.attrs.get("autocomplete")
    return bool(purposes) and not _SECRETS.isdisjoint(str(purposes).lower().split())


def initial_values(form: AnyForm) -> dict[str, object]:
    """Give what stands in a form as JSON, by field: what was typed into a bound one, else what it starts with.

    Left out are empty fields, passwords, one-time codes, and what is both hidden and disabled, for nobody sees or sends
    it. A file of the flow is a data URL that names it, without its data. A formset has the list of its rows under its
    prefix, without the blank ones that it offers at first.
    """
    if isinstance(form, BaseFormSet):
        rows = form.forms if form.is_bound else form.forms[: begins_with(form)]
        return {name_of(form): [initial_values(row) for row in rows]}
    values = {}
    for name, field in form.fields.items():
        if is_secret(field) or is_internal(field) or (field.disabled and field.widget.is_hidden):
            continue
        kind = kind_of(field, field.widget)
        # What is posted for a file is never shown; the files that the flow holds are its initial value.
        posted = _is_open(form, field) and not isinstance(field, FileField)
        value = _typed(form, name, field) if posted else kind.prepare(field, _initial(form, name, field))
        encoded = kind.encode(field, field.widget, value)
        if encoded is not None:
            values[name] = encoded
    return values


def typed(form: AnyForm) -> dict[str, object]:
    """Give what was typed into a form, by field, as its widgets read it; what it starts with where it is not bound.

    This is the ``data`` of texts and of ``prepare``. Passwords, one-time codes, files and what only shows are left out.
    A formset has the list of its rows under its prefix.
    """
    if isinstance(form, BaseFormSet):
        return {name_of(form): [typed(row) for row in form.forms]}
    return {
        name: _typed(form, name, field) if _is_open(form, field) else _initial(form, name, field)
        for name, field in form.fields.items()
        if not (is_secret(field) or is_internal(field) or isinstance(field, Display | FileField))
    }


def _is_open(form: BaseForm, field: Field) -> bool:
    """Tell whether a field takes what was posted: Django ignores the posted value of a disabled one."""
    return form.is_bound and not field.disabled


def _typed(form: BaseForm, name: str, field: Field) -> Any:
    # Not form[name].data: a BoundField made before prepare runs would keep the old label and field.
    return field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))


def _initial(form: BaseForm, name: str, field: Field) -> Any:
    return form.get_initial_for_field(field, name)
