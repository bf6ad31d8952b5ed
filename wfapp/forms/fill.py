"""JSON values as the data of a bound form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.forms import BaseForm, Field, FileField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from wfapp.errors import MalformedRequest
from wfapp.forms.guard import guard, screened
from wfapp.forms.kinds import WrongType, kind_of
from wfapp.forms.values import is_secret

__all__ = ["fill", "fill_absent", "text_size", "unknown_keys"]

SHOWN = 64
"""How many characters of an unknown key are repeated."""


def fill(
    data: MultiValueDict[str, str], form: BaseForm, values: Mapping[str, object], *, before_prepare: bool = False
) -> None:
    """Write JSON values into ``data`` as a browser would have posted them, under the form's prefix.

    The form is bound to ``data`` already, so that it is made once. Fields of absent keys stay absent, unknown keys and
    those of disabled fields are left out, filling twice changes nothing. Raises MalformedRequest, which names the field
    and not the value. ``before_prepare`` leaves out what does not fit a field, for ``prepare`` may put another kind of
    field in its place: then the values are filled in once more.
    """
    for name, field in form.fields.items():
        if name not in values or (field.disabled and not before_prepare):
            continue
        if not screened(values[name]):
            raise MalformedRequest(_("%(field)s: this value cannot be used.") % {"field": name})
        try:
            posted = kind_of(field, field.widget).decode(field, field.widget, form.add_prefix(name), values[name])
        except WrongType as error:
            if before_prepare:
                continue
            words = {"field": f"{name}{error.path}", "type": error.expected}
            raise MalformedRequest(_("%(field)s: expected %(type)s.") % words) from None
        for key, texts in posted.items():
            _write(data, form.files, key, texts)
    guard(form)


def fill_absent(form: BaseForm, values: Mapping[str, object], *, json: bool) -> None:
    """Write into a bound form what those fields start with that ``values`` says nothing of, such as one that appeared.

    For a form that is only drawn: an answer that leaves a field out does not mean its initial value.
    """
    found: dict[str, object] = {}
    fields: dict[str, Field] = getattr(form, "fields", {})  # the rows of a formset are there already
    for name, field in fields.items():
        if field.disabled or is_secret(field) or isinstance(field, FileField):
            continue
        html_name = form.add_prefix(name)
        if name not in values if json else field.widget.value_omitted_from_data(values, {}, html_name):
            kind = kind_of(field, field.widget)
            initial = kind.prepare(field, form.get_initial_for_field(field, name))
            found[name] = kind.encode(field, field.widget, initial)
    data: MultiValueDict[str, str] = cast("MultiValueDict[str, str]", form.data).copy()
    form.data = data
    fill(data, form, {name: value for name, value in found.items() if value is not None}, before_prepare=True)


def text_size(data: MultiValueDict[str, str]) -> int:
    """Count the characters that a form is bound to: files are elsewhere."""
    return sum(len(key) + sum(map(len, texts)) for key, texts in data.lists())


def _write(data: MultiValueDict[str, Any], files: MultiValueDict[str, Any], key: str, items: Sequence[object]) -> None:
    """Put text where a browser puts text, and files where it puts files."""
    target = data if items and isinstance(items[0], str) else files
    if items:
        target.setlist(key, list(items))
    for place in (data, files):
        if key in place and (place is not target or not items):
            place.pop(key, None)


def unknown_keys(form: BaseForm, values: Mapping[str, object]) -> list[str]:
    """List the keys that no field of the form has, cut short and free of what cannot be written."""
    return sorted(key[:SHOWN].encode(errors="replace").decode() for key in values if key not in form.fields)
