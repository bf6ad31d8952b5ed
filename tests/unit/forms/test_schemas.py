"""Every payload compiles in a strict validator, as draft-07 and as 2020-12, and says what the form says."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core import validators
from django.test import override_settings
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.forms.everything import INVALID, VALID, EverythingForm
from wfapp.fields import Paragraph
from wfapp.forms import compile_payload, describe, merge, view_fields

NODE = shutil.which("node")
FOLDER = Path(__file__).parents[2] / "node"


def complaints(cases: list[dict[str, Any]]) -> list[list[str]]:
    """Compile and validate with Ajv, all in one process."""
    if NODE is None or not (FOLDER / "node_modules" / "ajv").is_dir():
        pytest.skip("needs Node.js and its packages: npm ci --prefix tests/node")
    command = [NODE, str(FOLDER / "check.mjs")]
    run = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=120)
    found: list[list[str]] = json.loads(run.stdout)
    return found


class ShowForm(forms.Form):
    """Show and ask nothing."""

    text = Paragraph(text="Read this")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
CHOICES = st.lists(st.tuples(st.one_of(TEXT, st.integers(), st.none(), st.booleans()), TEXT), max_size=5)
GROUPS = st.lists(st.tuples(TEXT, st.one_of(TEXT, CHOICES)), max_size=3)
LIMIT = st.one_of(st.none(), st.integers(0, 50))
COMMON = {
    "required": st.booleans(),
    "label": st.one_of(st.none(), TEXT),
    "help_text": TEXT,
    "disabled": st.booleans(),
    "localize": st.booleans(),
}
TEXT_WIDGETS = st.sampled_from(
    [
        *(forms.TextInput, forms.Textarea, forms.PasswordInput, forms.HiddenInput, forms.EmailInput, forms.URLInput),
        *(forms.NumberInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.SelectDateWidget),
    ]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["autocomplete", "placeholder", "autofocus", "readonly", "inputmode", "rows", "data-x", "class"]),
    st.one_of(TEXT, st.booleans(), st.integers()),
)
WIDGETS = st.builds(lambda widget, attrs: widget(attrs=attrs), TEXT_WIDGETS, ATTRIBUTES)
VALIDATORS = st.lists(
    st.sampled_from([validators.validate_email, validators.validate_slug, validators.URLValidator()]), max_size=2
)
CHOICE_WIDGETS = st.sampled_from([forms.Select, forms.RadioSelect, forms.HiddenInput])
SOME_WIDGETS = st.sampled_from([forms.SelectMultiple, forms.CheckboxSelectMultiple, forms.MultipleHiddenInput])
NUMBER = {"min_value": LIMIT, "max_value": LIMIT, "step_size": st.one_of(st.none(), st.integers(1, 9))}
FIELDS = st.one_of(
    st.builds(forms.CharField, max_length=LIMIT, min_length=LIMIT, widget=WIDGETS, validators=VALIDATORS, **COMMON),
    st.builds(forms.IntegerField, widget=WIDGETS, **NUMBER, **COMMON),
    st.builds(forms.FloatField, **NUMBER, **COMMON),
    st.builds(forms.DecimalField, min_value=st.decimals(-9, 9), widget=WIDGETS, **COMMON),
    st.builds(forms.BooleanField, **COMMON),
    st.builds(forms.BooleanField, widget=st.builds(forms.Select, choices=CHOICES), **COMMON),
    st.builds(forms.NullBooleanField, **COMMON),
    st.builds(forms.DateField, widget=WIDGETS, **COMMON),
    st.builds(forms.TimeField, widget=WIDGETS, **COMMON),
    st.builds(forms.DateTimeField, widget=WIDGETS, **COMMON),
    st.builds(forms.SplitDateTimeField, **COMMON),
    st.builds(forms.JSONField, widget=WIDGETS, **COMMON),
    st.builds(forms.ChoiceField, choices=GROUPS, widget=CHOICE_WIDGETS, **COMMON),
    st.builds(forms.IntegerField, widget=st.builds(forms.Select, choices=CHOICES), **COMMON),
    st.builds(forms.MultipleChoiceField, choices=GROUPS, widget=SOME_WIDGETS, **COMMON),
)
FORMS = st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), FIELDS, max_size=4)


def generated_schemas() -> list[dict[str, Any]]:
    """Make the schemas of a hundred forms that nobody would think of."""
    found = []

    @settings(max_examples=100)
    @given(fields=FORMS)
    def collect(fields: dict[str, forms.Field]) -> None:
        found.append(describe(type("Form", (forms.Form,), fields)()).schema)

    collect()
    return found


@pytest.mark.django_db
def test_every_schema_is_strict() -> None:
    """Ajv compiles the payload of every core field and of generated forms, accepts good samples, refuses bad ones."""
    form = EverythingForm()
    payload = compile_payload(form)
    merged = merge(asdict(payload), {"fields": view_fields(payload, form)})
    invalid = [{**VALID, name: value} for name, values in INVALID.items() for value in values]
    missing = [{key: value for key, value in VALID.items() if key != name} for name in payload.schema["required"]]
    with override_settings(USE_TZ=False), translation.override("de"):
        naive = describe(EverythingForm()).schema
    cases = [
        {"schema": payload.schema, "valid": [VALID], "invalid": invalid + missing},
        {"schema": merged["schema"], "valid": [VALID], "invalid": [{**VALID, "called_choice": "x"}]},
        {"schema": naive, "valid": [{**VALID, "datetime": "2026-10-25T14:30:59"}]},
        {"schema": describe(ShowForm()).schema, "valid": [{}, {"text": None}], "invalid": [{"text": "x"}]},
        *({"schema": schema} for schema in generated_schemas()),
    ]
    found = {number: texts for number, texts in enumerate(complaints(cases)) if texts}
    assert found == {}, [cases[number] for number in found]
