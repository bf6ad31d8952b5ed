"""Kept answers: what is kept of a form, and what later steps read of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from wfapp import Context, Workflow, step
from wfapp.errors import NotStorable
from wfapp.rounds.answers import Answers, kept, looked_up
from wfapp.testing import isolated_registry


class TypedForm(forms.Form):
    """Ask for values that JSON has no type for."""

    text = forms.CharField()
    number = forms.IntegerField()
    price = forms.DecimalField()
    flag = forms.BooleanField(required=False)
    day = forms.DateField()
    clock = forms.TimeField()
    moment = forms.DateTimeField()
    span = forms.DurationField()
    key = forms.UUIDField()
    colours = forms.MultipleChoiceField(choices=[("r", "Red"), ("b", "Blue")])
    data = forms.JSONField()
    own_day = forms.DateField(input_formats=["%d.%m.%Y"])
    rating = forms.TypedChoiceField(choices=[(1, "One"), (2, "Two")], coerce=int)
    ratings = forms.TypedMultipleChoiceField(choices=[(1, "One"), (2, "Two")], coerce=int)
    both = forms.SplitDateTimeField()


TYPED = {
    "text": "  Ada ",
    "number": "7",
    "price": "9.50",
    "flag": "on",
    "day": "2026-05-01",
    "clock": "23:59",
    "moment": "2026-05-01 12:30:00",
    "span": "2 03:30:00",
    "key": "00000000-0000-0000-0000-000000000007",
    "colours": ["r", "b"],
    "data": '{"a": [1, null], "$": "date"}',
    "own_day": "31.12.2026",
    "rating": "2",
    "ratings": ["1", "2"],
    "both_0": "2026-05-01",
    "both_1": "12:30",
}
READ = {
    "text": "Ada",
    "number": 7,
    "price": Decimal("9.50"),
    "flag": True,
    "day": date(2026, 5, 1),
    "clock": time(23, 59),
    "moment": datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
    "span": timedelta(days=2, hours=3, minutes=30),
    "key": UUID(int=7),
    "colours": ["r", "b"],
    "data": {"a": [1, None], "$": "date"},
    "own_day": date(2026, 12, 31),
    "rating": 2,
    "ratings": [1, 2],
    "both": datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
}


class GroupForm(forms.Form):
    """Ask for rows."""

    team = forms.ModelChoiceField(Group.objects.all(), required=False)
    teams = forms.ModelMultipleChoiceField(Group.objects.all(), required=False)


class SecretForm(forms.Form):
    """Ask for what is never kept."""

    name = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)
    code = forms.CharField(widget=forms.TextInput({"autocomplete": "section-a one-time-code"}))
    new = forms.CharField(widget=forms.TextInput({"autocomplete": "new-password"}))
    scan = forms.FileField()


class AddingForm(forms.Form):
    """Put more into its data than it asks for."""

    name = forms.CharField()

    def clean(self) -> dict[str, Any]:
        """Add what no JSON holds."""
        return {**self.cleaned_data, "user": object()}


def valid(form: Any) -> Any:
    """Validate a form."""
    assert form.is_valid(), form.errors
    return form


@pytest.fixture
def workflow() -> Iterator[type[Workflow[Any]]]:
    """Declare pages whose answers are kept."""
    with isolated_registry():

        class Sample(Workflow[Context]):
            typed: Any = step(form=TypedForm)
            groups: Any = step(form=GroupForm)
            either: Any = step(form="pick", forms=[TypedForm, GroupForm])

            def pick(self) -> type[forms.Form]:
                return TypedForm

        yield Sample


def read(workflow: type[Workflow[Any]], step: str, form: Any) -> Any:
    """Keep a form, store it, and read it as a later step does."""
    return Answers(workflow, json.loads(json.dumps({step: kept(valid(form))})))[step]


# What is kept


def test_passwords_codes_and_files_are_never_kept() -> None:
    """By the kind of their input, whatever they are called."""
    files = MultiValueDict({"scan": [SimpleUploadedFile("a.txt", b"x")]})
    form = SecretForm(data={"name": "Ada", "password": "s3cret", "code": "123456", "new": "s3cret"}, files=files)
    assert kept(valid(form)) == {"name": "Ada"}


def test_what_is_kept_is_json() -> None:
    """What JSON has no type for stands with the name of its type."""
    found = kept(valid(TypedForm(data=TYPED)))
    assert found["price"] == {"$": "decimal", "value": "9.50"}
    assert found["moment"] == {"$": "datetime", "value": "2026-05-01T12:30:00Z"}
    assert found["data"] == {"$": "dict", "value": {"a": [1, None], "$": "date"}}
    assert (found["text"], found["number"], found["flag"], found["colours"]) == ("Ada", 7, True, ["r", "b"])
    assert json.loads(json.dumps(found)) == found


def test_what_a_form_adds_to_its_data_is_not_kept() -> None:
    """Fields are kept; what ``clean`` puts beside them may be anything."""
    form = AddingForm(data={"name": "Ada"})
    assert "user" in valid(form).cleaned_data
    assert kept(form) == {"name": "Ada"}


@pytest.mark.django_db
def test_a_row_is_kept_as_its_key() -> None:
    """Not as what it prints."""
    one, two = Group.objects.create(name="one"), Group.objects.create(name="two")
    form = GroupForm(data={"team": one.pk, "teams": [one.pk, two.pk]})
    assert kept(valid(form)) == {"team": one.pk, "teams": [one.pk, two.pk]}


# What is read


@pytest.mark.parametrize("name", list(READ))
def test_an_answer_comes_back_as_its_field_cleans_it(workflow: type[Workflow[Any]], name: str) -> None:
    """Typed, though it was stored as JSON."""
    found = read(workflow, "typed", TypedForm(data=TYPED))[name]
    assert (found, type(found)) == (READ[name], type(READ[name]))


@pytest.mark.django_db
def test_a_row_comes_back_as_the_row(workflow: type[Workflow[Any]]) -> None:
    """Asked for again, so that it is as it is now."""
    one = Group.objects.create(name="one")
    form = GroupForm(data={"team": one.pk})
    Group.objects.update(name="renamed")
    assert read(workflow, "groups", form)["team"] == one


@pytest.mark.django_db
def test_a_row_that_is_gone_comes_back_as_its_key(workflow: type[Workflow[Any]]) -> None:
    """A later step decides what that means."""
    answers = Answers(workflow, {"groups": {"team": 7, "teams": []}})
    assert answers["groups"]["team"] == 7


@pytest.mark.parametrize("step", ["gone", "either"])
def test_without_one_form_answers_come_back_as_they_were_stored(workflow: type[Workflow[Any]], step: str) -> None:
    """Of a step that a deploy removed, or of one that picks its form."""
    assert Answers(workflow, {step: {"day": "2026-05-01"}})[step] == {"day": "2026-05-01"}


def test_a_value_that_no_longer_fits_its_field_comes_back_as_it_was_stored(workflow: type[Workflow[Any]]) -> None:
    """So does one of a field that was removed, and an empty one."""
    stored = {"number": "seven", "removed": 1, "day": None}
    assert Answers(workflow, {"typed": stored})["typed"] == stored


def test_answers_are_a_mapping_that_prints_no_value(workflow: type[Workflow[Any]]) -> None:
    """Steps ask which pages were answered; a log record must not say what was."""
    answers = Answers(workflow, {"typed": {"text": "Ada"}, "groups": {}})
    assert (list(answers), len(answers), "typed" in answers, "other" in answers) == (
        ["typed", "groups"],
        2,
        True,
        False,
    )
    assert repr(answers) == "<Answers of typed, groups>"
    assert repr(Answers(workflow, {})) == "<Answers of no step>"


class PriceForm(forms.Form):
    """Ask for a number as people of the country write it."""

    price = forms.DecimalField(localize=True)


def test_a_localized_number_is_read_as_it_was_cleaned(settings: Any) -> None:
    """The language of the moment has no say in what was kept."""
    settings.USE_THOUSAND_SEPARATOR = True
    with translation.override("de"), isolated_registry():

        class Priced(Workflow[Context]):
            price: Any = step(form=PriceForm)

        assert read(Priced, "price", PriceForm({"price": "1,500"})) == {"price": Decimal("1.500")}


class OddForm(forms.Form):
    """Clean a field to what no JSON holds."""

    odd = forms.CharField()

    def clean_odd(self) -> object:
        """Give an object."""
        return object()


def test_what_cannot_be_kept_is_refused() -> None:
    """A closed list of types is kept, and the rest refused loudly."""
    with pytest.raises(NotStorable) as refused:
        kept(valid(OddForm({"odd": "x"})))
    assert str(refused.value) == (
        "OddForm.odd: a object cannot be kept; legal are JSON values, date, datetime, decimal, time, timedelta, uuid "
        "and models. Set keep=False, or clean the field to one of these."
    )


@pytest.mark.django_db
def test_a_choice_by_another_field_is_found_again() -> None:
    """``to_field_name`` says what is posted, and so what is kept."""

    class ByName(forms.Form):
        team = forms.ModelChoiceField(Group.objects.all(), to_field_name="name")
        teams = forms.ModelMultipleChoiceField(Group.objects.all(), to_field_name="name")

    red = Group.objects.create(name="red")
    form = ByName({"team": "red", "teams": ["red"]})
    assert form.is_valid()
    assert kept(form) == {"team": "red", "teams": ["red"]}
    assert looked_up(ByName.base_fields["team"], "red") == red
    assert list(looked_up(ByName.base_fields["teams"], ["red"])) == [red]
