"""Widgets become uiSchema in names that react-jsonschema-form draws."""

from __future__ import annotations

import pytest
from django import forms

from wfapp.forms.kinds import Json, kind_of


def ui(field: forms.Field) -> Json:
    """Give the uiSchema of a field alone."""
    return kind_of(field, field.widget).describe(field, field.widget, "X", evaluate=False)[1]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (forms.CharField(), {}),
        (forms.CharField(widget=forms.Textarea), {"ui:widget": "textarea", "ui:options": {"rows": 10}}),
        (forms.CharField(widget=forms.PasswordInput), {"ui:widget": "password"}),
        (forms.CharField(widget=forms.HiddenInput), {"ui:widget": "hidden"}),
        (forms.CharField(widget=forms.EmailInput), {"ui:widget": "email"}),
        (forms.CharField(widget=forms.URLInput), {"ui:widget": "uri"}),
        (forms.CharField(widget=forms.TextInput({"type": "tel"})), {"ui:options": {"inputType": "tel"}}),
        (forms.CharField(widget=forms.TextInput({"type": "datetime-local"})), {"ui:widget": "datetime"}),
        (forms.EmailField(), {}),
        (forms.URLField(assume_scheme="https"), {}),
        (forms.IntegerField(), {}),
        (forms.IntegerField(widget=forms.PasswordInput), {"ui:options": {"inputType": "password"}}),
        (forms.IntegerField(widget=forms.NumberInput({"type": "range"})), {"ui:widget": "range"}),
        (forms.DecimalField(decimal_places=2), {"ui:attributes": {"step": "0.01"}}),
        (forms.BooleanField(), {}),
        (forms.BooleanField(widget=forms.HiddenInput), {"ui:widget": "hidden"}),
        (forms.DateField(), {}),
        (forms.TimeField(), {"ui:widget": "time"}),
        (forms.DateTimeField(), {}),
        (
            forms.DateField(widget=forms.SelectDateWidget(years=[2026, 2024])),
            {"ui:widget": "alt-date", "ui:options": {"yearsRange": [2024, 2026]}},
        ),
        (forms.SplitDateTimeField(widget=forms.SplitHiddenDateTimeWidget), {"ui:widget": "hidden"}),
        (forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple), {"ui:widget": "checkboxes"}),
        (forms.MultipleChoiceField(widget=forms.MultipleHiddenInput), {"ui:widget": "hidden"}),
    ],
)
def test_the_name_of_a_widget(field: forms.Field, expected: Json) -> None:
    """A name is left out where the type and format say it already."""
    assert ui(field) == expected


def test_attributes() -> None:
    """What a renderer knows has a key of its own, what HTML alone needs stays behind, the rest goes along."""
    widget = forms.TextInput(
        {
            "autocomplete": "username",
            "placeholder": "Name",
            "inputmode": "text",
            "autofocus": True,
            "readonly": False,
            "class": "wide",
            "id": "name",
            "value": "never",
            "aria-label": None,
            "data-live": True,
            "data-size": 3,
        }
    )
    assert ui(forms.CharField(widget=widget, max_length=3)) == {
        "ui:autocomplete": "username",
        "ui:placeholder": "Name",
        "ui:inputmode": "text",
        "ui:autofocus": True,
        "ui:attributes": {"data-live": True, "data-size": "3"},
    }
