"""What Django's formsets read beside the fields: how many rows were posted, and which rows these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import BaseForm, BaseFormSet, BaseModelFormSet, ModelChoiceField
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from wfapp.errors import MalformedRequest
from wfapp.forms.formsets import MARKS, model_of, rows_in

__all__ = ["WORD", "guard_counts", "guard_keys", "is_blank", "open_data", "post_rows", "take_as_typed"]


WORD = 64
"""How many bits the integers of a database have."""


def open_data(form_class: type[Any], kwargs: Mapping[str, Any], values: Mapping[str, object]) -> QueryDict:
    """Give the data that a form is to be bound to, before it is filled.

    For a formset it says already which rows there are, for its constructor may look at them. Raises MalformedRequest.
    """
    data = QueryDict(mutable=True)
    if issubclass(form_class, BaseFormSet):
        formset = form_class(**kwargs)
        post_rows(data, formset, rows_in(formset, values))
    return data


def post_rows(data: MultiValueDict[str, str], formset: BaseFormSet[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how many rows there are, how many of them were there before, and which these are."""
    total = f"{formset.prefix}-{TOTAL_FORM_COUNT}"
    if data.get(total) == str(len(rows)):
        return
    data[total] = str(len(rows))
    data[f"{formset.prefix}-{INITIAL_FORM_COUNT}"] = str(_from_before(formset, rows))
    if isinstance(formset, BaseModelFormSet):
        name = _key_name(formset)
        for index, row in enumerate(rows):
            if _is_key(row.get(name)):
                data[f"{formset.add_prefix(index)}-{name}"] = str(row[name])


def _from_before(formset: BaseFormSet[Any], rows: Sequence[Mapping[str, Any]]) -> int:
    """Count the rows that were there before: by their place in ``initial``, those of a model by their key.

    Django takes the first ones for these, and saves no other row of theirs.
    """
    if not isinstance(formset, BaseModelFormSet):
        return min(len(rows), len(formset.initial or ()) if formset.is_bound else formset.initial_form_count())
    name = _key_name(formset)
    known = {str(item.pk) for item in formset.get_queryset()} if _is_authors(formset) else None
    keyed = [_is_key(row.get(name)) and (known is None or str(row[name]) in known) for row in rows]
    count = sum(keyed)
    if not all(keyed[:count]):
        path = f"{formset.prefix}.{keyed.index(False)}"
        raise MalformedRequest(_("%(field)s: rows with a key come first, new rows after them.") % {"field": path})
    return count


def take_as_typed(row: BaseForm, values: Mapping[str, Any]) -> None:
    """Let a new row of JSON count as filled in exactly where it holds a value, be it the one a new row begins with."""
    names = [name for name in row.fields if not is_blank(values.get(name))]
    vars(row)["changed_data"] = names
    if not MARKS.issuperset(names):
        row.empty_permitted = False


def is_blank(value: object) -> bool:
    """Tell whether a JSON value holds nothing; a box that is not ticked holds nothing."""
    return value is None or value is False or value in ("", [], {})


def guard_counts(formset: BaseFormSet[Any]) -> None:
    """Refuse what would draw more rows than a formset ever has, or less than none; raises MalformedRequest."""
    counts: dict[str, Any] = formset.management_form.cleaned_data
    if not 0 <= counts[TOTAL_FORM_COUNT] <= formset.absolute_max:
        words = {"field": formset.prefix, "number": formset.absolute_max}
        raise MalformedRequest(_("%(field)s: more than %(number)s rows.") % words)
    if counts[INITIAL_FORM_COUNT] < 0:
        raise MalformedRequest


def guard_keys(formset: BaseFormSet[Any]) -> None:
    """Let a row name no row of the table but one of the formset's own queryset, and each once.

    Django looks for the key in the whole table, and ignores the row when it saves; an author who reads the key would
    hold somebody else's row.
    """
    if not isinstance(formset, BaseModelFormSet) or _is_authors(formset):
        return
    seen = set()
    for row in formset.forms:
        field = row.fields.get(_key_name(formset))
        if isinstance(field, ModelChoiceField) and (row.instance._state.adding or row.instance.pk in seen):
            field.queryset = model_of(formset)._default_manager.none()
        seen.add(row.instance.pk)


def _key_name(formset: BaseModelFormSet[Any, Any]) -> str:
    return str(model_of(formset)._meta.pk.name)


def _is_authors(formset: BaseModelFormSet[Any, Any]) -> bool:
    """Tell whether the key is a field of the author's form, which new rows have too."""
    return _key_name(formset) in formset.form.base_fields


def _is_key(value: object) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() <= WORD
    return isinstance(value, str) and value != ""
