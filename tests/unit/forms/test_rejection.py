"""The errors of a form are one text per field."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation
from django.utils.safestring import mark_safe

from tests.unit.forms.filling import form_of
from wfapp.forms import form_errors


def test_the_first_error_of_each_field() -> None:
    """In the active language."""
    form = form_of(
        a=forms.CharField(),
        b=forms.SlugField(max_length=1, error_messages={"invalid": "First.", "max_length": "Second."}),
        c=forms.CharField(),
    )(QueryDict("b=a b&c=c"))
    with translation.override("de"):
        assert form_errors(form) == {
            "a": "Dieses Feld ist zwingend erforderlich.",
            "b": "First.",
        }


def test_an_error_of_the_whole_form() -> None:
    """It has a path that no field can have."""

    class PairForm(forms.Form):
        def clean(self) -> None:
            raise ValidationError("They do not match.")

    assert form_errors(PairForm(QueryDict(""))) == {"__form": "They do not match."}


def test_errors_are_plain_text() -> None:
    """Markup of a safe message stays behind."""
    form = form_of(a=forms.CharField(required=False))(QueryDict(""))
    form.add_error("a", mark_safe("Not <b>this</b> one"))
    assert form_errors(form) == {"a": "Not this one"}


def test_no_errors() -> None:
    """A valid form has none, an unbound one neither."""
    assert form_errors(form_of()(QueryDict(""))) == form_errors(form_of(a=forms.CharField())()) == {}
