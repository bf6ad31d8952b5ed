"""JSON values as the data of a bound form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.forms import BaseForm, BaseFormSet, FileField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from wfapp.declaration.steps import AnyForm
from wfapp.errors import MalformedRequest
from wfapp.forms.formsets import is_internal, rows_in
from wfapp.forms.guard import guard, screened
from wfapp.forms.kinds import WrongType, kind_of
from wfapp.forms.management import is_blank, post_rows, take_as_typed
from wfapp.forms.values import is_secret

__all__ = ["fill", "fill_absent", "text_size", "unknown_keys"]

SHOWN = 64
"""How many characters of an unknown key are repeated."""


def fill(
    data: MultiValueDict[str, str], form: AnyForm, values: Mapping[str, object], *, before_prepare: bool = False
) -> None:
    """Write JSON values into ``data`` as a browser would have posted them, under the form's prefix.

    The form is bound to ``data`` already, so that it is made once. Fields of absent keys stay absent, unknown keys and
    those of disabled fields are left out, filling twice changes nothing. The rows of a formset are a list under its
    prefix. Raises MalformedRequest, which names the field and not the value. ``before_prepare`` leaves out what does
    not fit a field, for ``prepare`` may put another kind of field in its place: then the values are filled in once
    more.
    """
    if isinstance(form, BaseFormSet):
        _fill_rows(data, form, values, before_prepare=before_prepare)
    else:
        _fill(data, form, values, before_prepare=before_prepare)
    guard(form)


def _fill_rows(
    data: MultiValueDict[str, str], formset: BaseFormSet[Any], values: Mapping[str, object], *, before_prepare: bool
) -> None:
    rows = rows_in(formset, values)
    post_rows(data, formset, rows)
    # A formset takes no data and no files that are empty yet.
    formset.data, formset.files = data, formset.files or MultiValueDict()
    vars(formset).pop("management_form", None)
    if len(vars(formset).get("forms", rows)) != len(rows):
        del vars(formset)["forms"]
    before = formset.initial_form_count()
    for index, (row, row_values) in enumerate(zip(formset.forms, rows, strict=True)):
        _fill(data, row, row_values, f"{formset.prefix}.{index}.", before_prepare=before_prepare)
        if index >= before:
            take_as_typed(row, row_values)


def _fill(
    data: MultiValueDict[str, str],
    form: BaseForm,
    values: Mapping[str, object],
    path: str = "",
    *,
    before_prepare: bool,
) -> None:
    for name, field in form.fields.items():
        if name not in values or is_internal(field) or (field.disabled and not before_prepare):
            continue
        if not screened(values[name]):
            raise MalformedRequest(_("%(field)s: this value cannot be used.") % {"field": path + name})
        try:
            posted = kind_of(field, field.widget).decode(field, field.widget, form.add_prefix(name), values[name])
        except WrongType as error:
            if before_prepare:
                continue
            words = {"field": f"{path}{name}{error.path}", "type": error.expected}
            raise MalformedRequest(_("%(field)s: expected %(type)s.") % words) from None
        for key, texts in posted.items():
            _write(data, form.files, key, texts)


def fill_absent(form: AnyForm, values: Mapping[str, object], *, json: bool) -> None:
    """Write into a bound form what those fields start with that ``values`` says nothing of, such as one that appeared.

    For a form that is only drawn: an answer that leaves a field out does not mean its initial value. A row that was
    asked for just now starts with all of them.
    """
    data = cast("MultiValueDict[str, str]", form.data).copy()
    form.data = data
    if not isinstance(form, BaseFormSet):
        _fill_absent(data, form, values, json=json)
    else:
        rows = rows_in(form, values) if json else _posted_rows(form, values)
        for row, row_values in zip(form.forms, rows, strict=True):
            row.data = data
            _fill_absent(data, row, row_values, json=json or not row_values)
    guard(form)


def _posted_rows(formset: BaseFormSet[Any], values: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Give each row what was posted, and one that nothing was posted for nothing."""
    start = f"{formset.prefix}-"
    posted = {key.removeprefix(start).partition("-")[0] for key in values if key.startswith(start)}
    return [values if str(index) in posted else {} for index in range(len(formset.forms))]


def _fill_absent(data: MultiValueDict[str, str], form: BaseForm, values: Mapping[str, object], *, json: bool) -> None:
    found: dict[str, object] = {}
    for name, field in form.fields.items():
        if field.disabled or is_secret(field) or isinstance(field, FileField):
            continue
        html_name = form.add_prefix(name)
        if name not in values if json else field.widget.value_omitted_from_data(values, {}, html_name):
            kind = kind_of(field, field.widget)
            initial = kind.prepare(field, form.get_initial_for_field(field, name))
            found[name] = kind.encode(field, field.widget, initial)
    given = {name: value for name, value in found.items() if value is not None}
    _fill(data, form, given, before_prepare=True)


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


def unknown_keys(form: AnyForm, values: Mapping[str, object], *, filled: bool = False) -> list[str]:
    """List the keys that no field of the form has, cut short and free of what cannot be written.

    Those of a row come with its path, as ``lines.1.colour``. ``filled`` leaves out those that hold nothing.
    """
    given = {key: value for key, value in values.items() if not (filled and is_blank(value))}
    if not isinstance(form, BaseFormSet):
        return sorted(_shown(key) for key in given if key not in form.fields or is_internal(form.fields[key]))
    unknown = [_shown(key) for key in given if key != form.prefix]
    for index, (row, row_values) in enumerate(zip(form.forms, rows_in(form, values), strict=False)):
        unknown += [f"{form.prefix}.{index}.{key}" for key in unknown_keys(row, row_values, filled=filled)]
    return sorted(unknown)


def _shown(key: str) -> str:
    return key[:SHOWN].encode(errors="replace").decode()
