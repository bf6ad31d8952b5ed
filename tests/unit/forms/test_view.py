"""What differs from the payload is told, and laid over it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict
from functools import partial
from typing import Any

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.forms.everything import EverythingForm
from wfapp.fields import Paragraph
from wfapp.forms import compile_payload, describe, merge, view_fields, view_order


class AddressForm(forms.Form):
    """Two fields that ``prepare`` may change."""

    country = forms.ChoiceField(choices=[("de", "Germany"), ("us", "United States")])
    state = forms.CharField(required=False, widget=forms.TextInput({"placeholder": "Any"}), help_text="If any")


def changed(change: Any) -> tuple[dict[str, Any], forms.Form]:
    """Describe, change as ``prepare`` does, and tell the difference."""
    form = AddressForm()
    payload = compile_payload(form)
    change(form)
    return view_fields(payload, form), form


def test_nothing_changed() -> None:
    """Nothing is told."""
    assert changed(lambda form: None)[0] == {}


def test_what_prepare_changed() -> None:
    """Each kind of change is told, and nothing else."""

    def change(form: forms.Form) -> None:
        field = form.fields["state"]
        field.label, field.help_text, field.required = "State", "", True
        field.widget.attrs["placeholder"] = "Texas"

    assert changed(change)[0] == {
        "state": {
            "schema": {"description": None},
            "ui": {"ui:placeholder": "Texas"},
            "required": True,
        }
    }


def test_new_choices() -> None:
    """They replace the old ones."""

    def change(form: Any) -> None:
        form.fields["country"].choices = [("fr", "France")]

    assert changed(change)[0] == {"country": {"schema": {"enum": ["fr"]}, "ui": {"ui:enumNames": ["France"]}}}


def test_disabled_and_hidden() -> None:
    """A disabled field is no longer required; a hidden one keeps its place."""

    def change(form: forms.Form) -> None:
        form.fields["country"].disabled = True
        form.fields["state"].widget = forms.HiddenInput()

    assert changed(change)[0] == {
        "country": {"ui": {"ui:disabled": True}, "required": False},
        "state": {"ui": {"ui:placeholder": None, "ui:widget": "hidden"}},
    }


def test_a_deleted_field_is_null() -> None:
    """The merged payload has no trace of it."""

    def change(form: forms.Form) -> None:
        del form.fields["country"]

    fields, _form = changed(change)
    assert fields == {"country": None}
    assert merge(asdict(compile_payload(AddressForm())), {"fields": fields}) | {"id": "", "version": ""} == {
        "id": "",
        "version": "",
        "schema": {
            "type": "object",
            "properties": {"state": {"type": "string", "title": "State", "description": "If any"}},
        },
        "ui": {"ui:order": ["state"], "state": {"ui:placeholder": "Any"}},
    }


def test_a_new_field_comes_whole_and_last() -> None:
    """A client that never saw it can draw it."""

    def change(form: forms.Form) -> None:
        form.fields["city"] = forms.CharField(max_length=9)

    fields, form = changed(change)
    assert fields == {"city": {"schema": {"type": "string", "title": "City", "maxLength": 9}, "required": True}}
    merged = merge(asdict(compile_payload(AddressForm())), {"fields": fields})
    assert merged["ui"]["ui:order"] == ["country", "state", "city"]
    assert merged["schema"]["required"] == ["country", "city"]
    assert merged["schema"] == describe(form).schema


@pytest.mark.django_db
def test_dynamic_choices_are_told_each_time() -> None:
    """The payload has none, so the merged one has them from the view."""
    form = EverythingForm()
    payload = compile_payload(form)
    fields = view_fields(payload, form)
    assert sorted(fields) == ["called_choice", "model", "models"]
    keys = [str(key) for key in ContentType.objects.order_by("pk").values_list("pk", flat=True)]
    assert fields["models"] is not None
    assert fields["models"]["schema"] == {"items": {"enum": keys}}
    assert merge(asdict(payload), {"fields": fields})["schema"] == describe(form, evaluate=True).schema


def test_merge_changes_nothing_but_its_result() -> None:
    """A static payload is shared by all."""

    def change(form: Any) -> None:
        form.fields["country"].choices = [("fr", "France")]
        form.fields["state"].required = True

    fields, _form = changed(change)
    payload, view = asdict(compile_payload(AddressForm())), {"fields": fields}
    before = deepcopy((payload, view))
    merged = merge(payload, view)
    merged["schema"]["properties"]["country"]["enum"].append("it")
    assert (payload, view) == before


def test_merge_keeps_the_name_of_the_payload() -> None:
    """A view without fields leaves all as it is."""
    payload = asdict(compile_payload(AddressForm()))
    assert merge(payload, {}) == payload


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["A", "B"]),
        "help_text": st.sampled_from(["", "Help"]),
        "required": st.booleans(),
        "disabled": st.booleans(),
        "widget": st.sampled_from([forms.TextInput(), forms.HiddenInput(), forms.Select(choices=[("a", "A")])]),
        "initial": st.sampled_from(["a", 1]),
        "choices": st.lists(st.tuples(st.text("ab", max_size=1), st.text("ab", max_size=1)), max_size=3),
    },
)
FIELDS = st.sampled_from(
    [
        *(forms.CharField, forms.ChoiceField, forms.IntegerField, forms.MultipleChoiceField),
        *(forms.BooleanField, forms.SplitDateTimeField, partial(Paragraph, text="Read this")),
    ]
)
EDITS = st.dictionaries(st.sampled_from(["country", "state", "city"]), st.one_of(st.none(), st.tuples(FIELDS, CHANGES)))


@given(edits=EDITS, order=st.permutations(["country", "state", "city"]))
def test_the_merged_payload_is_the_form_as_it_stands(edits: dict[str, Any], order: list[str]) -> None:
    """Whatever ``prepare`` does to fields, a client draws what Django would, in that order."""
    form = AddressForm()
    payload = compile_payload(form)
    for name, edit in edits.items():
        form.fields.pop(name, None)
        if edit is not None:
            field = form.fields[name] = edit[0]()
            for key, value in edit[1].items():
                setattr(field, key, value)
    form.order_fields(order)
    view = {"fields": view_fields(payload, form), "order": view_order(payload, form)}
    merged = merge(asdict(payload), {key: part for key, part in view.items() if part is not None})
    now = describe(form, evaluate=True)
    assert (merged["schema"], merged["ui"]) == (now.schema, now.ui)
    assert list(merged["schema"]["properties"]) == list(form.fields)


def test_an_order_is_told_where_it_differs() -> None:
    """New fields at the end need no order."""
    form = AddressForm()
    payload = compile_payload(form)
    form.fields["city"] = forms.CharField()
    assert view_order(payload, form) is None
    form.order_fields(["city"])
    assert view_order(payload, form) == ["city", "country", "state"]
    del form.fields["city"]
    assert view_order(payload, form) is None


def test_an_order_is_told_where_new_names_are_numbers() -> None:
    """JavaScript would put 5 before 17."""
    form = AddressForm()
    payload = compile_payload(form)
    form.fields |= {"17": forms.CharField(), "5": forms.CharField()}
    assert view_order(payload, form) == ["country", "state", "17", "5"]
