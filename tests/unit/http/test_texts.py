"""The words of the element: the keys that its scripts read, and their translations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

import wfapp
from wfapp.http import texts
from wfapp.http.texts import element_texts, texts_attribute

SCRIPTS = Path(wfapp.__file__).parent / "static/wfapp"


def own_words() -> dict[str, str]:
    """Read the English texts out of the element's and the client's scripts."""
    found: dict[str, str] = {}
    for name in ("form/texts.js", "client.js"):
        block = re.search(r"const TEXTS = \{(.*?)\n\};", (SCRIPTS / name).read_text(encoding="utf-8"), re.DOTALL)
        assert block is not None, f"{name} has no TEXTS"
        found |= {key: json.loads(text) for key, text in re.findall(r'^  (\w+): (".*"),$', block[1], re.MULTILINE)}
    return found


def test_keys_and_english_are_those_of_the_scripts() -> None:
    """A text that one side does not know is never translated, or never seen."""
    with translation.override("en"):
        assert element_texts() == own_words()


def test_nothing_is_sent_where_the_words_are_the_elements_own() -> None:
    """A page in English is no longer for it."""
    with translation.override("en"):
        assert texts_attribute() == ""


def test_german_words_are_sent() -> None:
    """A translated text keeps its places."""
    with translation.override("de"):
        sent = json.loads(texts_attribute())
    assert sent["submit"] == "Weiter"
    assert "{duration}" in sent["again"]
    assert sent == {key: text for key, text in element_texts_in("de").items() if text != own_words()[key]}


def element_texts_in(language: str) -> dict[str, Any]:
    """Give all of the words in a language."""
    with translation.override(language):
        return element_texts()


def test_a_text_that_counts_is_sent_by_category(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each category has the form of a number that is in it: Russian tells 1, 3 and 11 apart."""
    forms = {1: "%(count)d остался", 3: "%(count)d осталось"}
    monkeypatch.setattr(texts, "ngettext", lambda one, many, number: forms.get(number, "%(count)d осталось много"))
    assert element_texts()["left"] == {
        "one": "{count} остался",
        "few": "{count} осталось",
        "other": "{count} осталось много",
    }
