"""Choices become an enum with names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.choices import BlankChoiceIterator

from wfapp.forms.kinds import Json, kind_of
from wfapp.forms.options import is_dynamic

COLOURS = [("r", "Red"), ("g", "Green")]


def described(field: forms.Field, *, evaluate: bool = False) -> tuple[Json, Json]:
    """Describe a field alone."""
    return kind_of(field, field.widget).describe(field, field.widget, "X", evaluate=evaluate)


@pytest.mark.parametrize(
    ("field", "values", "ui"),
    [
        (
            forms.ChoiceField(choices=[("", "Pick one"), *COLOURS], required=False),
            ["r", "g"],
            {"ui:widget": "select", "ui:enumNames": ["Red", "Green"], "ui:placeholder": "Pick one"},
        ),
        (
            forms.ChoiceField(choices=[(None, "Pick one"), *COLOURS]),
            ["r", "g"],
            {"ui:widget": "select", "ui:enumNames": ["Red", "Green"], "ui:placeholder": "Pick one"},
        ),
        (
            forms.ChoiceField(choices=[("", "None"), ("r", "Red")], required=False, widget=forms.RadioSelect),
            ["", "r"],
            {"ui:widget": "radio", "ui:enumNames": ["None", "Red"]},
        ),
        (
            forms.ChoiceField(choices=[("", "None"), ("r", "Red")], widget=forms.RadioSelect),
            ["r"],
            {"ui:widget": "radio", "ui:enumNames": ["Red"], "ui:placeholder": "None"},
        ),
        (
            forms.ChoiceField(choices=[("Warm", [("r", "Red")]), ("Cold", []), ("g", "Green")]),
            ["r", "g"],
            {
                "ui:widget": "select",
                "ui:enumNames": ["Red", "Green"],
                "ui:groups": [{"label": "Warm", "values": ["r"]}],
            },
        ),
        (
            forms.ChoiceField(choices=[(1, "One"), ("1", "Uno"), (True, "Yes")]),
            ["1", "True"],
            {"ui:widget": "select", "ui:enumNames": ["One", "Yes"]},
        ),
        (
            forms.IntegerField(widget=forms.Select(choices=[("", "Year"), (2026, "2026"), ("x", "Never")])),
            [2026],
            {"ui:widget": "select", "ui:enumNames": ["2026"], "ui:placeholder": "Never"},
        ),
        (
            forms.NullBooleanField(),
            [True, False],
            {"ui:widget": "select", "ui:enumNames": ["Yes", "No"], "ui:placeholder": "Unknown"},
        ),
    ],
)
def test_choices(field: forms.Field, values: list[Any], ui: Json) -> None:
    """The empty choice is a select's placeholder, and one of the buttons of a group that may stay empty."""
    schema, found = described(field)
    assert (schema["enum"], found) == (values, ui)


def test_the_choices_of_many_stand_in_the_items() -> None:
    """Where react-jsonschema-form looks for them."""
    assert described(forms.MultipleChoiceField(choices=COLOURS)) == (
        {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "enum": ["r", "g"]}},
        {"ui:widget": "select", "ui:enumNames": ["Red", "Green"]},
    )


def test_no_choices_make_no_enum() -> None:
    """An empty enum is no JSON Schema."""
    assert described(forms.ChoiceField(choices=[])) == ({"type": "string"}, {"ui:widget": "select"})


def test_called_choices_are_evaluated_only_when_asked() -> None:
    """A payload may be kept; what a callable gives may not."""

    def choices() -> Iterator[tuple[str, str]]:
        yield from COLOURS

    field = forms.ChoiceField(choices=choices)
    assert "enum" not in described(field)[0]
    assert described(field, evaluate=True)[0]["enum"] == ["r", "g"]


@pytest.mark.django_db
def test_choices_of_a_queryset() -> None:
    """Keys travel as text."""
    kind = ContentType.objects.get_for_model(ContentType)
    field = forms.ModelChoiceField(ContentType.objects.filter(pk=kind.pk), empty_label="Any", required=False)
    assert described(field) == ({"type": "string"}, {"ui:widget": "select"})
    assert described(field, evaluate=True) == (
        {"type": "string", "enum": [str(kind.pk)]},
        {"ui:widget": "select", "ui:enumNames": [str(kind)], "ui:placeholder": "Any"},
    )


def test_a_queryset_without_a_select_is_never_read() -> None:
    """A hidden input needs no list of choices; the test has no database."""
    field = forms.ModelChoiceField(ContentType.objects.all(), widget=forms.HiddenInput)
    assert described(field, evaluate=True) == ({"type": "string"}, {"ui:widget": "hidden"})


def test_the_choices_of_a_model_field_are_static() -> None:
    """Django wraps them in an iterator, only to put the blank choice in front."""
    field: Any = models.CharField(choices=COLOURS, blank=True).formfield()
    assert not is_dynamic(field.widget)
    field.choices = BlankChoiceIterator(COLOURS, [("", "-")])
    assert described(field)[0]["enum"] == ["r", "g"]
