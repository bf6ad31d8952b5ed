"""The errors of a form: as a client gets them, as a step adds them, as they are shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseFormSet
from django.forms.utils import ErrorDict

from wfapp.declaration.steps import AnyForm
from wfapp.forms.formsets import is_deleted, row_at
from wfapp.forms.plain import plain

__all__ = ["FORM", "add_error", "form_errors", "unvalidated"]

FORM = "__form"
"""The path of an error that concerns a form, or a row, as a whole."""


def form_errors(form: AnyForm) -> dict[str, str]:
    """Give the first error of each field by its path, and that of the form as a whole as ``__form``.

    A field in a row has the path ``lines.1.qty``, counted from 0, the row as a whole ``lines.1.__form``.
    """
    if not isinstance(form, BaseFormSet):
        first = {name: plain(errors[0]) for name, errors in form.errors.items() if errors}
        return {FORM if name == NON_FIELD_ERRORS else name: text for name, text in first.items()}
    whole = form.non_form_errors()
    found = {FORM: plain(whole[0])} if whole else {}
    for index, row in enumerate(form.forms):
        errors = {} if is_deleted(form, row) else form_errors(row)
        found |= {f"{form.prefix}.{index}.{name}": text for name, text in errors.items()}
    return found


def add_error(form: AnyForm, error: ValidationError) -> None:
    """Add a step's ValidationError to the form; one for a field that the form has not stands over the whole.

    Of a formset, ``{"1.qty": …}`` means a field and ``{"1.__form": …}`` a row, counted from 0: its prefix is left out.
    """
    if not hasattr(error, "error_dict"):
        _add_to_whole(form, error)
        return
    for path, errors in error.error_dict.items():
        target, name = (row_at(form, path) or (form, "")) if isinstance(form, BaseFormSet) else (form, path)
        if isinstance(target, BaseFormSet) or (isinstance(form, BaseFormSet) and is_deleted(form, target)):
            _add_to_whole(form, ValidationError(errors))
        else:
            target.add_error(name if name in target.fields else None, ValidationError(errors))


def _add_to_whole(form: AnyForm, error: ValidationError) -> None:
    if isinstance(form, BaseFormSet):
        form.non_form_errors().extend(error.error_list)
    else:
        form.add_error(None, error)


def unvalidated(form: AnyForm, errors: Mapping[str, str] | None = None) -> AnyForm:
    """Show what was typed with errors that are known already, by path, and validate nothing.

    Validation may count an attempt, or check a password.
    """
    if isinstance(form, BaseFormSet):
        _rows_unvalidated(form, errors or {})
    else:
        _form_unvalidated(form, errors or {})
    return form


def _form_unvalidated(form: Any, errors: Mapping[str, str]) -> None:
    known = ErrorDict()
    for name, text in errors.items():
        known[NON_FIELD_ERRORS if name == FORM else name] = form.error_class([text])
    form._errors, form.cleaned_data = known, {}


def _rows_unvalidated(formset: Any, errors: Mapping[str, str]) -> None:
    whole = [errors[FORM]] if FORM in errors else []
    formset._errors = []
    formset._non_form_errors = formset.error_class(whole, error_class="nonform", renderer=formset.renderer)
    for index, row in enumerate(formset.forms):
        path = f"{formset.prefix}.{index}."
        _form_unvalidated(row, {key.removeprefix(path): text for key, text in errors.items() if key.startswith(path)})
