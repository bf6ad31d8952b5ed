"""The translated patterns judge as the originals do."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator, UnicodeUsernameValidator
from django.core import validators
from hypothesis import given
from hypothesis import strategies as st

from wfapp.forms.patterns import PATTERNS, pattern_of


@pytest.mark.parametrize(
    ("field", "pattern"),
    [
        (forms.SlugField(), "^[-a-zA-Z0-9_]+$"),
        (forms.SlugField(allow_unicode=True), ""),
        (forms.CharField(validators=[validators.validate_comma_separated_integer_list]), "^[0-9]+(?:,[0-9]+)*$"),
        (forms.CharField(validators=[validators.int_list_validator(allow_negative=True)]), "^-?[0-9]+(?:,-?[0-9]+)*$"),
        (forms.CharField(validators=[ASCIIUsernameValidator()]), "^[a-zA-Z0-9_.@+-]+$"),
        (forms.CharField(validators=[UnicodeUsernameValidator()]), ""),
        (forms.RegexField(validators.validate_slug.regex), "^[-a-zA-Z0-9_]+$"),
        (forms.RegexField(r"^a+$"), ""),
        (forms.CharField(validators=[validators.RegexValidator(r"^[-a-zA-Z0-9_]+\Z", inverse_match=True)]), ""),
        (forms.CharField(), ""),
    ],
)
def test_only_what_is_in_the_table_is_translated(field: forms.Field, pattern: str) -> None:
    """An author's own expression never leaves the server."""
    assert pattern_of(field) == pattern


@pytest.mark.parametrize(("original", "translated"), [(key[0], text) for key, text in PATTERNS.items()])
def test_the_table_agrees_with_the_originals(original: str, translated: str) -> None:
    """For ASCII text, and with "$" as JavaScript reads it."""
    in_javascript = re.compile(translated.removesuffix("$") + r"\Z", re.ASCII)

    @given(st.from_regex(re.compile(original, re.ASCII)) | st.text("-_,.@+ a1Z\n"))
    def agree(text: str) -> None:
        assert bool(re.search(original, text, re.ASCII)) == bool(in_javascript.search(text))

    agree()
