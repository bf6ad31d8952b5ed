"""What tests of texts share: what is wrong with one, and one that has its own words in each language."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from wfapp.declaration.text_names import unpassed_names

PASSED = ("email", "items", "count")


def problems(text: Any, passed: tuple[str, ...] = PASSED, languages: tuple[str, ...] = ("en", "de")) -> list[str]:
    """Return what is wrong with a text."""
    return unpassed_names(text, passed, languages)


def in_each(**by_language: str) -> Any:
    """Return a text that has its own words in each language, and in none."""
    return lazy(lambda: by_language[get_language() or "own"], str)()


def unpassed(name: str) -> str:
    """Return the sentence about a key that is not passed."""
    key = name.split(".")[1]
    return f'The text reads "{name}", and "{key}" is not passed; the passed keys: email, items, count.'
