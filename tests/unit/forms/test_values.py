"""The values in a form travel, secrets do not."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.test import override_settings
from django.utils import timezone, translation

from tests.unit.forms.everything import ID, PhoneField
from tests.unit.forms.filling import form_of
from wfapp.forms import initial_values, is_secret, typed

COLOURS = [("r", "Red"), ("g", "Green")]
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def initial(field: forms.Field, value: Any) -> Any:
    """Give the JSON of an initial value; "absent" where there is none."""
    return initial_values(form_of(x=field)(initial={"x": value})).get("x", "absent")


def after_post(field: forms.Field, query: str) -> Any:
    """Give the JSON of what a browser posted."""
    return initial_values(form_of(x=field)(QueryDict(query))).get("x", "absent")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (forms.CharField(), "a", "a"),
        (forms.CharField(), "", "absent"),
        (forms.CharField(), None, "absent"),
        (forms.CharField(), ["a"], "absent"),
        (forms.CharField(), lambda: "called", "called"),
        (forms.IntegerField(), 3, 3),
        (forms.IntegerField(), 0, 0),
        (forms.IntegerField(), "many", "many"),
        (forms.FloatField(), 1.5, 1.5),
        (forms.DecimalField(), Decimal("19.90"), 19.9),
        (forms.DecimalField(), Decimal("0.12345678901234567890"), "0.12345678901234567890"),
        (forms.BooleanField(), True, True),
        (forms.BooleanField(), None, False),
        (forms.CharField(widget=forms.CheckboxInput), "yes", True),
        (forms.NullBooleanField(), None, "absent"),
        (forms.NullBooleanField(), False, False),
        (forms.DateField(), dt.date(2026, 7, 1), "2026-07-01"),
        (forms.DateField(), "2026-07-01", "2026-07-01"),
        (forms.DateField(), "soon", "soon"),
        (forms.TimeField(), dt.time(14, 30), "14:30:00"),
        (forms.DateTimeField(), NOON, "2026-07-01T14:00:00+02:00"),
        (forms.SplitDateTimeField(), NOON, "2026-07-01T14:00:00+02:00"),
        (forms.DurationField(), dt.timedelta(days=1, seconds=5), "1 00:00:05"),
        (forms.UUIDField(), uuid.UUID(ID), ID),
        (forms.ChoiceField(choices=[(1, "One")]), 1, "1"),
        (forms.MultipleChoiceField(choices=COLOURS), ["r"], ["r"]),
        (forms.MultipleChoiceField(choices=COLOURS), "r", ["r"]),
        (forms.MultipleChoiceField(choices=COLOURS), [], "absent"),
        (forms.MultipleChoiceField(choices=COLOURS), None, "absent"),
        (forms.JSONField(), {"a": "ä"}, '{"a": "ä"}'),
        (PhoneField(), "+49 123", {"country": "+49", "number": 123}),
        (PhoneField(), None, "absent"),
        (forms.ComboField(fields=[forms.IntegerField()]), 3, 3),
        (forms.FileField(), ContentFile(b"a", "secret-name.txt"), "absent"),
    ],
)
def test_initial_values(field: forms.Field, value: Any, expected: Any) -> None:
    """They are JSON, in the terms of the field's schema."""
    with timezone.override("Europe/Berlin"):
        assert initial(field, value) == expected


@pytest.mark.parametrize(
    ("field", "query", "expected"),
    [
        (forms.CharField(), "x=a", "a"),
        (forms.CharField(), "", "absent"),
        (forms.IntegerField(), "x=3", 3),
        (forms.IntegerField(), "x=many", "many"),
        (forms.DecimalField(localize=True), "x=1.234,5", 1234.5),
        (forms.BooleanField(), "", False),
        (forms.BooleanField(), "x=on", True),
        (forms.DateField(), "x=1.7.2026", "2026-07-01"),
        (forms.DateTimeField(), "x=1.7.2026 14:00", "2026-07-01T14:00:00+02:00"),
        (forms.DateTimeField(), "x=0001-01-01T00:00:00%2B14:00", "0001-01-01T00:00:00+14:00"),
        (forms.SplitDateTimeField(), "x_0=1.7.2026&x_1=14:00", "2026-07-01T14:00:00+02:00"),
        (forms.SplitDateTimeField(), "x_0=soon&x_1=", "soon"),
        (forms.SplitDateTimeField(), "x_0=&x_1=", "absent"),
        (forms.DateField(widget=forms.SelectDateWidget), "x_year=2026&x_month=7&x_day=1", "2026-07-01"),
        (forms.JSONField(), "x={", "{"),
        (PhoneField(), "x_country=%2B49&x_number=12", {"country": "+49", "number": 12}),
    ],
)
def test_typed_values_as_json(field: forms.Field, query: str, expected: Any) -> None:
    """What people type in their language is JSON again where it can be read, else their text."""
    with timezone.override("Europe/Berlin"), translation.override("de"), override_settings(USE_THOUSAND_SEPARATOR=True):
        assert after_post(field, query) == expected


SECRETS = [
    forms.CharField(widget=forms.PasswordInput(render_value=True)),
    forms.CharField(widget=forms.TextInput({"type": "password"})),
    forms.CharField(widget=forms.TextInput({"autocomplete": "one-time-code"})),
    forms.CharField(widget=forms.TextInput({"autocomplete": "section-a Current-Password"})),
    forms.CharField(widget=forms.TextInput({"autocomplete": "new-password"})),
    forms.CharField(widget=forms.MultiWidget([forms.TextInput, forms.PasswordInput])),
]


@pytest.mark.parametrize("field", SECRETS)
def test_a_secret_is_in_no_values(field: forms.Field) -> None:
    """Neither what was typed nor what it started with."""
    assert is_secret(field)
    form_class = form_of(x=field)
    for form in [form_class(QueryDict("x=hunter2")), form_class(initial={"x": "hunter2"})]:
        assert initial_values(form) == typed(form) == {}


def test_an_ordinary_field_is_no_secret() -> None:
    """A user name may be shown again."""
    assert not is_secret(forms.CharField(widget=forms.TextInput({"autocomplete": "username"})))


def test_a_hidden_field_is_sent_unless_it_is_disabled() -> None:
    """A client posts a hidden value back; one that is ignored anyway stays on the server."""
    hidden = forms.CharField(widget=forms.HiddenInput, initial="a")
    disabled = forms.CharField(widget=forms.HiddenInput, initial="b", disabled=True)
    shown = forms.CharField(initial="c", disabled=True)
    assert initial_values(form_of(hidden=hidden, disabled=disabled, shown=shown)()) == {"hidden": "a", "shown": "c"}


def test_the_posted_value_of_a_disabled_field_is_ignored() -> None:
    """As Django ignores it."""
    form = form_of(x=forms.CharField(initial="a", disabled=True))(QueryDict("x=b"))
    assert initial_values(form) == typed(form) == {"x": "a"}


def test_typed_reads_what_the_widgets_read() -> None:
    """Texts and ``prepare`` get the raw values, before any validation."""
    form_class = form_of(
        a=forms.IntegerField(),
        b=forms.MultipleChoiceField(choices=COLOURS),
        c=forms.BooleanField(),
        d=forms.FileField(),
    )
    assert typed(form_class(QueryDict("p-a=many&p-b=r&p-b=x"), prefix="p")) == {
        "a": "many",
        "b": ["r", "x"],
        "c": False,
    }


def test_typed_gives_what_an_unbound_form_starts_with() -> None:
    """So that texts can read ``data`` before anything was typed."""
    form_class = form_of(a=forms.IntegerField(initial=3), b=forms.CharField())
    assert typed(form_class(initial={"b": "x"})) == {"a": 3, "b": "x"}


def test_no_bound_field_is_made() -> None:
    """A BoundField made before ``prepare`` runs would keep the old label."""
    form = form_of(x=forms.CharField())()
    typed(form)
    initial_values(form)
    form.fields["x"].label = "New"
    assert form["x"].label == "New"
