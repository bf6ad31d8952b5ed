"""Whatever is sent, a form answers with errors of its own or the request is malformed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import override_settings
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.forms.everything import EverythingForm
from wfapp.errors import MalformedRequest
from wfapp.forms import fill, form_errors, guard, initial_values, typed, unknown_keys

pytestmark = pytest.mark.django_db

NASTY = st.sampled_from(
    [
        *(
            "",
            "0",
            "-1",
            "1.5",
            "12,5",
            "1.234",
            "\uff11\uff12",
            "NaN",
            "sNaN",
            "Infinity",
            "1e400",
            "-1e-400",
            "1e999999999",
        ),
        *("1" * 400, "1" * 5000, "9" * 19, "-" + "9" * 20, " 9_9 ", "2026-10-25", "0000-00-00", "9999-12-31", "12:00"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "P1D", "P99999999999D", "99999999999 00:00:00"),
        *("::1", "http://[", "[" * 5000, '{"a": "\\u0000"}', '"\\ud800"', "null", "True", "on", "\ud800", "a\x00b"),
    ]
)
TEXT = st.text(st.characters(exclude_categories=[])) | NASTY
NUMBER = st.integers() | st.integers(10**18, 10**400) | st.floats()
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.sampled_from(["country", "number"]), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(sorted(EverythingForm.base_fields))
INPUTS = NAMES | st.sampled_from(
    [f"split_datetime_{part}" for part in (0, 1)]
    + [f"date_select_{part}" for part in ("year", "month", "day")]
    + [f"phone_{part}" for part in ("country", "number")]
)
POSTED = st.dictionaries(INPUTS, st.lists(TEXT.filter(lambda text: "\ud800" not in text), max_size=3), max_size=8)
LANGUAGES = st.sampled_from(["en", "de", "fr"])
HARD = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def survives(form: forms.Form, load: Callable[[], None]) -> None:
    """Do with a form all that a round does."""
    try:
        load()
    except MalformedRequest as error:
        str(error).encode()
        return
    form.is_valid()
    form.has_changed()
    json.dumps([form_errors(form), initial_values(form)], allow_nan=False)
    typed(form)
    for field in form:
        field.field.widget.get_context(field.html_name, field.value(), {})


@HARD
@given(
    values=st.dictionaries(NAMES | TEXT, JSON, max_size=8),
    language=LANGUAGES,
    zones=st.booleans(),
    grouped=st.booleans(),
)
def test_json(values: dict[str, Any], language: str, zones: bool, grouped: bool) -> None:
    """No JSON value makes a form raise."""
    with translation.override(language), override_settings(USE_TZ=zones, USE_THOUSAND_SEPARATOR=grouped):
        data = QueryDict(mutable=True)
        form = EverythingForm(data, prefix="p")
        "".join(unknown_keys(form, values)).encode()
        survives(form, lambda: fill(data, form, values))


@HARD
@given(values=POSTED, language=LANGUAGES)
def test_a_posted_form(values: dict[str, list[str]], language: str) -> None:
    """Nothing a browser can post makes a guarded form raise."""
    with translation.override(language):
        form = EverythingForm(MultiValueDict(values))
        survives(form, lambda: guard(form))
