"""Forms bound to JSON values, as a round does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from wfapp.forms import fill


def form_of(**fields: forms.Field) -> type[forms.Form]:
    """Make a form class of some fields."""
    return type("SomeForm", (forms.Form,), fields)


def filled(form_class: type[forms.BaseForm], values: dict[str, Any], *, localize: bool = False) -> Any:
    """Make a form once, bound to no data yet, and fill it; all its fields localised where asked."""
    data = QueryDict(mutable=True)
    form = form_class(data, prefix="p")
    for field in form.fields.values() if localize else ():
        for part in [field, *getattr(field, "fields", ())]:
            part.localize = part.widget.is_localized = True
    fill(data, form, values)
    return form


def one(field: forms.Field, value: Any) -> Any:
    """Fill a form of the one field ``x``."""
    return filled(form_of(x=field), {"x": value})
