"""JSON values become what a browser would have posted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import override_settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from tests.unit.forms.everything import EverythingForm, PhoneField
from tests.unit.forms.filling import filled, form_of, one
from wfapp.errors import MalformedRequest
from wfapp.forms import fill, unknown_keys


def posted(field: forms.Field, value: Any) -> dict[str, list[str]]:
    """Tell what a browser would have posted."""
    return dict(one(field, value).data.lists())


class DayWidget(forms.MultiWidget):
    """A day in two inputs that posts one text."""

    def __init__(self) -> None:
        super().__init__([forms.NumberInput, forms.NumberInput])

    def decompress(self, value: dt.date | None) -> list[int | None]:
        return [value.day, value.month] if value else [None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        day, month = super().value_from_datadict(data, files, name)
        return f"2026-{month}-{day}"


COLOURS = [("r", "Red"), ("g", "Green")]
YES_NO = forms.RadioSelect(choices=[("1", "Yes"), ("0", "No")])


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (forms.CharField(), "a", {"p-x": ["a"]}),
        (forms.CharField(), None, {"p-x": [""]}),
        (forms.IntegerField(), 3, {"p-x": ["3"]}),
        (forms.IntegerField(), 3.0, {"p-x": ["3"]}),
        (forms.IntegerField(), "3", {"p-x": ["3"]}),
        (forms.IntegerField(), None, {"p-x": [""]}),
        (forms.FloatField(), 1e-7, {"p-x": ["0.0000001"]}),
        (forms.FloatField(), 1e22, {"p-x": ["10000000000000000000000"]}),
        (forms.BooleanField(), True, {"p-x": ["on"]}),
        (forms.BooleanField(), False, {}),
        (forms.BooleanField(widget=forms.HiddenInput), False, {"p-x": ["False"]}),
        (forms.BooleanField(widget=YES_NO), False, {"p-x": ["0"]}),
        (forms.NullBooleanField(), True, {"p-x": ["true"]}),
        (forms.NullBooleanField(), None, {}),
        (forms.ChoiceField(choices=[(1, "One")]), 1, {"p-x": ["1"]}),
        (forms.ChoiceField(choices=COLOURS), None, {"p-x": [""]}),
        (forms.MultipleChoiceField(choices=COLOURS), ["r", "g"], {"p-x": ["r", "g"]}),
        (forms.MultipleChoiceField(choices=COLOURS), [], {}),
        (forms.MultipleChoiceField(choices=COLOURS), None, {}),
        (forms.CharField(widget=forms.MultipleHiddenInput), ["a"], {"p-x": ["a"]}),
        (forms.DateField(), " 2026-10-25 ", {"p-x": ["2026-10-25"]}),
        (forms.DateField(), "soon", {"p-x": ["soon"]}),
        (forms.DateField(input_formats=["%d.%m.%Y"]), "2026-10-25", {"p-x": ["25.10.2026"]}),
        (forms.DateField(input_formats=["%m/%Y"]), "2026-10-25", {"p-x": ["2026-10-25"]}),
        (
            forms.DateField(widget=forms.SelectDateWidget),
            "2026-02-03",
            {"p-x_year": ["2026"], "p-x_month": ["2"], "p-x_day": ["3"]},
        ),
        (forms.DateField(widget=forms.SelectDateWidget), "soon", {"p-x": ["soon"]}),
        (forms.DateField(widget=forms.SelectDateWidget), "2026-02-31", {"p-x": ["2026-02-31"]}),
        (forms.DateField(widget=DayWidget()), "2026-02-03", {"p-x_0": ["3"], "p-x_1": ["2"]}),
        (forms.DateField(widget=DayWidget()), "soon", {"p-x_0": ["soon"]}),
        (forms.TimeField(), "14:30Z", {"p-x": ["14:30:00"]}),
        (forms.TimeField(input_formats=["%H.%M"]), "14:30", {"p-x": ["14.30"]}),
        (forms.SplitDateTimeField(), "2026-10-25T14:30Z", {"p-x_0": ["2026-10-25"], "p-x_1": ["14:30:00"]}),
        (forms.SplitDateTimeField(), "soon", {"p-x_0": ["soon"], "p-x_1": [""]}),
        (forms.JSONField(), '{"a": 1}', {"p-x": ['{"a": 1}']}),
        (forms.JSONField(), {"a": [None, "ä"]}, {"p-x": ['{"a": [null, "ä"]}']}),
        (forms.ComboField(fields=[forms.IntegerField()]), 3, {"p-x": ["3"]}),
        (forms.ComboField(fields=[]), "a", {"p-x": ["a"]}),
        (PhoneField(), {"country": "+49", "number": 1}, {"p-x_country": ["+49"], "p-x_number": ["1"]}),
        (PhoneField(), {"number": 1}, {"p-x_number": ["1"]}),
        (PhoneField(), None, {}),
    ],
)
def test_a_value_is_posted_as_its_widget_would(field: forms.Field, value: Any, expected: dict[str, list[str]]) -> None:
    """Each widget reads its own inputs, and finds them."""
    assert posted(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (forms.CharField(), 12, "x: expected text."),
        (forms.CharField(), {"a": "b"}, "x: expected text."),
        (forms.DateField(), 20261025, "x: expected text."),
        (forms.IntegerField(), True, "x: expected a number."),
        (forms.IntegerField(), [1], "x: expected a number."),
        (forms.BooleanField(), "true", "x: expected true or false."),
        (forms.ChoiceField(choices=COLOURS), ["r"], "x: expected a choice."),
        (forms.MultipleChoiceField(choices=COLOURS), "r", "x: expected a list."),
        (forms.MultipleChoiceField(choices=COLOURS), [["r"]], "x: expected a choice."),
        (PhoneField(), "+49 1", "x: expected an object."),
        (PhoneField(), {"number": []}, "x.number: expected a number."),
        (PhoneField(), {"extension": 1}, "x: expected an object of the keys country, number."),
        (forms.FileField(), "hello", "x: expected a file, as a data URL."),
        (forms.CharField(), "a\x00b", "x: this value cannot be used."),
        (forms.CharField(), "\ud800", "x: this value cannot be used."),
        (forms.JSONField(), {"a": ["\x00"]}, "x: this value cannot be used."),
        (forms.JSONField(), {"\udfff": 1}, "x: this value cannot be used."),
        (forms.IntegerField(), 10**400, "x: this value cannot be used."),
        (forms.FloatField(), float("nan"), "x: this value cannot be used."),
        (forms.FloatField(), float("-inf"), "x: this value cannot be used."),
        (forms.CharField(), object(), "x: this value cannot be used."),
        (forms.DateTimeField(), "0001-01-01T00:00:00+14:00", "x: expected a date that exists in every time zone."),
    ],
)
def test_a_wrong_type_is_a_malformed_request(field: forms.Field, value: Any, message: str) -> None:
    """The text names the field and what it expects, never the value."""
    with pytest.raises(MalformedRequest) as caught:
        one(field, value)
    assert str(caught.value) == message


def test_absent_keys_stay_absent() -> None:
    """A partial answer posts nothing for the fields it leaves out."""
    assert dict(filled(EverythingForm, {"char": "abc"}).data.lists()) == {"p-char": ["abc"]}


def test_unknown_keys_are_left_out() -> None:
    """Nothing but the form's own fields is written."""
    assert dict(filled(form_of(x=forms.CharField()), {"y": object()}).data.lists()) == {}


def test_filling_again_replaces() -> None:
    """A box that is no longer ticked is no longer posted."""
    data = QueryDict(mutable=True)
    form = form_of(x=forms.BooleanField())(data)
    fill(data, form, {"x": True})
    fill(data, form, {"x": False})
    assert dict(data.lists()) == {}


def test_any_multi_value_dict_is_filled() -> None:
    """A QueryDict is not needed."""
    data: MultiValueDict[str, str] = MultiValueDict()
    fill(data, form_of(x=forms.MultipleChoiceField(choices=COLOURS))(data), {"x": ["r", "g"]})
    assert data == MultiValueDict({"x": ["r", "g"]})


def test_no_bound_field_is_made() -> None:
    """A BoundField made before ``prepare`` runs would keep the old label."""
    form = filled(form_of(x=forms.CharField()), {"x": "a"})
    form.fields["x"].label = "New"
    assert form["x"].label == "New"


def test_a_split_moment_is_taken_in_the_active_zone() -> None:
    """The two inputs have no offset of their own."""
    with timezone.override("Europe/Berlin"):
        form = one(forms.SplitDateTimeField(), "2026-07-01T10:00:00Z")
        assert dict(form.data.lists()) == {"p-x_0": ["2026-07-01"], "p-x_1": ["12:00:00"]}
        assert form.is_valid()
        assert form.cleaned_data["x"] == dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)


@override_settings(USE_TZ=False, TIME_ZONE="Europe/Berlin")
def test_without_time_zones_an_offset_is_taken_away() -> None:
    """A database without time zones refuses a moment with an offset; browsers' widgets send one."""
    form = one(forms.DateTimeField(), "2026-07-01T10:00:00Z")
    assert form.is_valid()
    assert form.cleaned_data["x"] == dt.datetime(2026, 7, 1, 12)  # noqa: DTZ001


def test_unknown_keys_are_listed() -> None:
    """They are sorted, cut short and free of what no answer can carry."""
    form = form_of(x=forms.CharField())()
    assert unknown_keys(form, {"x": 1, "y": 1, "a" * 99: 1, "\ud800": 1}) == ["?", "a" * 64, "y"]
