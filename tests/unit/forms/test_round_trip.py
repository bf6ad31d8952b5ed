"""Every kind of field takes JSON in and gives it back, in every language, localised or not."""

from __future__ import annotations

import pytest
from django.conf import global_settings
from django.test import override_settings
from django.utils import translation

from tests.unit.forms.everything import SAMPLES, VALID, EverythingForm
from tests.unit.forms.filling import filled
from wfapp.forms import initial_values

CLEANED = {name: cleaned for name, (_sent, cleaned) in SAMPLES.items()}
LANGUAGES = [code for code, _name in global_settings.LANGUAGES]


@pytest.mark.parametrize("localize", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_field_cleans_what_json_says(language: str, grouped: bool, localize: bool) -> None:
    """A number or a date on the wire means the same in every language."""
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=grouped):
        form = filled(EverythingForm, VALID, localize=localize)
        assert form.errors == {}
        assert {name: form.cleaned_data[name] for name in CLEANED} == CLEANED


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("localize", [False, True])
def test_typed_values_come_back_as_they_were_sent(language: str, localize: bool) -> None:
    """A client is shown again what it sent, secrets excepted."""
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=True):
        shown = initial_values(filled(EverythingForm, VALID, localize=localize))
    assert shown == {name: value for name, value in VALID.items() if name not in {"password", "pin"}}


@pytest.mark.parametrize("localize", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_and_numbers_are_read_in_every_language_of_django(language: str, localize: bool) -> None:
    """ISO 8601 and the decimal point work where people write neither."""
    names = ["date", "date_select", "time", "datetime", "split_datetime", "decimal", "float"]
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=True):
        form = filled(EverythingForm, {name: VALID[name] for name in names}, localize=localize)
        assert set(form.errors).isdisjoint(names)
        assert {name: form.cleaned_data[name] for name in names} == {name: CLEANED[name] for name in names}
