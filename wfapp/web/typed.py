"""Put what a person typed back into a form that was not validated."""

from __future__ import annotations

from django.forms import BaseForm, BaseFormSet
from django.utils.datastructures import MultiValueDict

from wfapp.rounds.answer import Input

__all__ = ["keep_typed"]


def keep_typed(form: BaseForm | BaseFormSet[BaseForm], given: Input) -> None:
    """Show the posted values as initial ones, so that a post which could not be looked at loses nothing.

    The form stays unbound: a bound one would be validated when it is drawn, and some forms check passwords then.
    Password inputs stay empty and files have to be chosen again, as after any rejection.
    """
    if isinstance(form, BaseFormSet) or not isinstance(given.values, MultiValueDict):
        return
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if (
            field.disabled
            or field.widget.needs_multipart_form
            or field.widget.value_omitted_from_data(given.values, {}, key)
        ):
            continue
        form.initial[name] = field.bound_data(field.widget.value_from_datadict(given.values, {}, key), None)
