"""JSON values as the data of a bound form."""

from __future__ import annotations

from collections.abc import Mapping

from django.forms import BaseForm
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from wfapp.errors import MalformedRequest
from wfapp.forms.guard import guard, screened
from wfapp.forms.kinds import WrongType, kind_of

__all__ = ["fill", "unknown_keys"]

SHOWN = 64
"""How many characters of an unknown key are repeated."""


def fill(data: MultiValueDict[str, str], form: BaseForm, values: Mapping[str, object]) -> None:
    """Write JSON values into ``data`` as a browser would have posted them, under the form's prefix.

    The form is bound to ``data`` already, so that it is made once. Fields of absent keys stay absent, unknown keys are
    left out, filling twice changes nothing. Raises MalformedRequest, which names the field and not the value.
    """
    for name, field in form.fields.items():
        if name not in values:
            continue
        if not screened(values[name]):
            raise MalformedRequest(_("%(field)s: this value cannot be used.") % {"field": name})
        try:
            posted = kind_of(field, field.widget).decode(field, field.widget, form.add_prefix(name), values[name])
        except WrongType as error:
            words = {"field": f"{name}{error.path}", "type": error.expected}
            raise MalformedRequest(_("%(field)s: expected %(type)s.") % words) from None
        for key, texts in posted.items():
            if texts:
                data.setlist(key, texts)
            else:
                data.pop(key, None)
    guard(form)


def unknown_keys(form: BaseForm, values: Mapping[str, object]) -> list[str]:
    """List the keys that no field of the form has, cut short and free of what cannot be written."""
    return sorted(key[:SHOWN].encode(errors="replace").decode() for key in values if key not in form.fields)
