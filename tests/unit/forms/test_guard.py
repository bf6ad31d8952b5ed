"""What Django's fields answer with an exception is refused before they see it."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict
from django.utils import translation

from tests.unit.forms.everything import PhoneField
from tests.unit.forms.filling import form_of
from wfapp.errors import MalformedRequest
from wfapp.forms import guard
from wfapp.forms.guard import screened


def bound(field: forms.Field, *texts: str, name: str = "x") -> forms.Form:
    """Bind a form of the one field ``x`` to what a browser posted."""
    data = QueryDict(mutable=True)
    data.setlist(name, list(texts))
    return form_of(x=field)(data)


HOSTILE = [
    bound(forms.IntegerField(step_size=2), "1" * 400),
    bound(forms.IntegerField(), "1" * 5000),
    bound(forms.DecimalField(step_size=2), "1e400"),
    bound(forms.DecimalField(), "1e-999999"),
    bound(forms.DecimalField(), "sNaN"),
    bound(forms.JSONField(), "[" * 100_000),
    bound(forms.JSONField(), "1" * 5000),
    bound(forms.JSONField(), '{"a": "\\u0000"}'),
    bound(forms.JSONField(), '{"\\ud800": 1}'),
    bound(forms.JSONField(), "[" * 33 + "]" * 33),
    bound(forms.JSONField(), "NaN"),
    bound(forms.ComboField(fields=[forms.CharField(), forms.JSONField()]), "1" * 5000),
    bound(PhoneField(), "1" * 5000, name="x_number"),
    bound(forms.ModelChoiceField(ContentType.objects), "9" * 19),
    bound(forms.ModelMultipleChoiceField(ContentType.objects), "1", "99999999999999999999"),
    bound(forms.ModelMultipleChoiceField(ContentType.objects), " 9_999_999_999_999_999_999_999 "),
    bound(forms.ModelMultipleChoiceField(ContentType.objects), "1" * 5000),
]


@pytest.mark.parametrize("form", HOSTILE)
def test_hostile_values_are_refused(form: forms.Form) -> None:
    """The text names the field and nothing else."""
    with pytest.raises(MalformedRequest) as caught:
        guard(form)
    assert str(caught.value) == "x: this value cannot be used."


@pytest.mark.parametrize(
    "form",
    [
        bound(forms.IntegerField(), "many"),
        bound(forms.IntegerField(), "9" * 300),
        bound(forms.FloatField(), "NaN"),
        bound(forms.FloatField(), "Infinity"),
        bound(forms.DecimalField(), "0"),
        bound(forms.CharField(), "1" * 5000),
        bound(forms.JSONField(), "{"),
        bound(forms.JSONField(), "[" * 32 + "]" * 32),
        bound(forms.ModelChoiceField(ContentType.objects), "9223372036854775807"),
        bound(forms.ModelChoiceField(ContentType.objects), "many"),
        bound(forms.ModelChoiceField(ContentType.objects, to_field_name="model"), "9" * 40),
        bound(forms.BooleanField(), "on"),
    ],
)
def test_other_values_are_left_to_the_fields(form: forms.Form) -> None:
    """Their own errors are friendlier."""
    guard(form)


def test_localised_numbers_are_read_as_the_field_reads_them() -> None:
    """A German comma must not smuggle an exponent past the guard."""
    with translation.override("de"), pytest.raises(MalformedRequest):
        guard(bound(forms.DecimalField(localize=True), "1,0e999999"))


@pytest.mark.parametrize(
    ("value", "fit"),
    [
        *[("a", True), ("\x00", False), ("\udfff", False), (None, True), (True, True), (10**200, True)],
        *[(10**301, False), (-(10**301), False), (1.5, True), (float("inf"), False), ({"a": [1]}, True)],
        *[({"a": ["\x00"]}, False), ({"\x00": 1}, False), (object(), False), (b"a", False)],
    ],
)
def test_screened(value: object, fit: bool) -> None:
    """Only JSON that every database and encoding takes."""
    assert screened(value) is fit
