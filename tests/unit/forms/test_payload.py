"""A form becomes JSON Schema and uiSchema, and only what is the same in each round."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from tests.unit.forms.filling import form_of
from wfapp.forms import Payload, compile_payload, describe


class CodeForm(forms.Form):
    """The form of the wire's example."""

    code = forms.CharField(min_length=6, max_length=6, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))


def described(field: forms.Field) -> tuple[dict[str, Any], dict[str, Any]]:
    """Describe a form of the one field ``x``."""
    description = describe(form_of(x=field)())
    return description.schema["properties"]["x"], description.ui.get("x", {})


def test_the_example_of_the_wire() -> None:
    """Schema and ui are those of the design."""
    assert compile_payload(CodeForm()) == Payload(
        id="tests.CodeForm",
        version="66b2afd8",
        schema={
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "title": "Code", "minLength": 6, "maxLength": 6}},
        },
        ui={"ui:order": ["code"], "code": {"ui:autocomplete": "one-time-code"}},
    )


def test_a_form_of_an_app_is_named_by_the_apps_label() -> None:
    """Not by its module."""
    assert compile_payload(AuthenticationForm()).id == "auth.AuthenticationForm"


def test_the_version_follows_the_content() -> None:
    """Two instances that look the same have one version; another label makes another."""
    one, same, other = CodeForm(), CodeForm(), CodeForm()
    other.fields["code"].label = "PIN"
    assert compile_payload(one).version == compile_payload(same).version != compile_payload(other).version


def test_nothing_dynamic_is_in_it() -> None:
    """Initial values, typed values and what a callable gives change nothing."""
    form_class = form_of(x=forms.ChoiceField(choices=lambda: [("a", "A")]))
    first = compile_payload(form_class())
    assert first == compile_payload(form_class({"x": "a"}, initial={"x": "a"}, prefix="p"))
    assert first.schema["properties"]["x"] == {"type": "string", "title": "X"}


def test_a_static_payload_is_remembered_by_class_and_language() -> None:
    """A second instance is not looked at."""

    class GreetingForm(forms.Form):
        name = forms.CharField(label=_("Yes"))

    other = GreetingForm()
    other.fields["name"].label = "Other"
    with translation.override("en"):
        first = compile_payload(GreetingForm(), static=True)
        assert compile_payload(other, static=True) is first
    with translation.override("de"):
        assert compile_payload(GreetingForm(), static=True).schema["properties"]["name"]["title"] == "Ja"


def test_labels_are_in_the_active_language() -> None:
    """A lazy label is evaluated when it is described."""
    field = forms.BooleanField(label=_("Yes"))
    with translation.override("de"):
        assert described(field)[0]["title"] == "Ja"


def test_labels_and_help_texts_are_plain_text() -> None:
    """Markup of a safe label and of any help text stays behind."""
    field = forms.CharField(label=mark_safe("<b>A</b> &amp; B"), help_text="<ul><li>One</li><li>Two &lt; 3</li></ul>")
    assert described(field)[0] == {"type": "string", "title": "A & B", "description": "One Two < 3"}


def test_a_label_that_is_not_marked_safe_is_taken_literally() -> None:
    """HTML would escape it."""
    assert described(forms.CharField(label="a <b> c"))[0]["title"] == "a <b> c"


def test_a_label_that_is_empty_stays_empty() -> None:
    """A renderer that puts the name of the property in the place of an empty title draws a space."""
    schema, ui = described(forms.CharField(label=""))
    assert (schema["title"], ui["ui:title"]) == ("", " ")
    assert "ui:title" not in described(forms.CharField())[1]


def test_a_disabled_field_is_not_required() -> None:
    """Its posted value is ignored, so a client need not have one."""
    description = describe(form_of(x=forms.CharField(disabled=True))())
    assert "required" not in description.schema
    assert description.ui["x"] == {"ui:disabled": True}


def test_a_form_without_fields() -> None:
    """It is an object of nothing."""
    description = describe(form_of()())
    assert description.schema == {"type": "object", "properties": {}}
    assert description.ui == {"ui:order": []}


def test_a_field_of_a_third_party_is_text() -> None:
    """Whatever it makes of it."""

    class ColourField(forms.Field):
        pass

    assert described(ColourField())[0] == {"type": "string", "title": "X"}


def test_a_multi_value_field_without_parts_is_text() -> None:
    """Only a MultiWidget has inputs for the parts."""
    field = forms.MultiValueField([forms.CharField()], widget=forms.TextInput)
    assert described(field)[0] == {"type": "string", "title": "X"}


def test_a_file_is_a_data_url() -> None:
    """As the wire's contract says."""
    assert described(forms.FileField())[0] == {"type": "string", "title": "X", "format": "data-url"}


@pytest.mark.parametrize(
    ("require_all", "required"), [(True, ["0", "1"]), (False, ["0"])], ids=["all parts", "some parts"]
)
def test_the_parts_of_a_multi_value_field(require_all: bool, required: list[str]) -> None:
    """Parts without names are numbered, without labels too; hidden ones are hidden."""
    field = forms.MultiValueField(
        [forms.CharField(), forms.IntegerField(required=False, label="Number")],
        widget=forms.MultiWidget([forms.HiddenInput, forms.HiddenInput]),
        require_all_fields=require_all,
    )
    assert described(field) == (
        {
            "type": "object",
            "title": "X",
            "required": required,
            "properties": {"0": {"type": "string", "title": "X 1"}, "1": {"type": "integer", "title": "Number"}},
        },
        {
            "ui:order": ["0", "1"],
            "ui:widget": "hidden",
            "0": {"ui:widget": "hidden"},
            "1": {"ui:widget": "hidden"},
        },
    )
