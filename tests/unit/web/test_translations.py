"""The German catalogue: complete, and compiled from what it says."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

import wfapp

ROOT = Path(wfapp.__file__).parent
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES"
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(r"\bn?gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")


def marked() -> Iterator[str]:
    """Find every text of wfapp that is marked for translation."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                text = ast.literal_eval(node.args[0])
                assert isinstance(text, str), f"{path}: {ast.dump(node.args[0])}"
                yield text
    for path in ROOT.rglob("templates/**/*.html"):
        yield from map(ast.literal_eval, IN_TEMPLATE.findall(templatize(path.read_text())))


def compiled() -> dict[str, str]:
    """Read the compiled catalogue, the first form of each text."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    entries = translations._catalog.items()  # type: ignore[attr-defined]
    firsts = ((key, text) for key, text in entries if not isinstance(key, tuple) or key[1] == 0)
    return {key[0] if isinstance(key, tuple) else key: text for key, text in firsts}


def source() -> dict[str, str]:
    """Read the catalogue's source, the first form of each text."""
    text = (CATALOGUE / "django.po").read_text().replace('"\n"', "")
    pairs = re.findall(r'^msgid (".*")\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? (".*")$', text, re.MULTILINE)
    return {ast.literal_eval(key): ast.literal_eval(value) for key, value in pairs}


def test_every_text_is_translated() -> None:
    """What a person may read is German where the site is."""
    assert sorted(set(marked()) - compiled().keys()) == []


def test_nothing_is_left_over() -> None:
    """A translation of a text that is gone only misleads."""
    assert sorted(compiled().keys() - set(marked()) - {""}) == []


def test_compiled_catalogue_is_the_source() -> None:
    """The file that Django reads was made from the one that people edit."""
    assert {key: text for key, text in compiled().items() if key} == {
        key: text for key, text in source().items() if key
    }


def test_no_translation_is_a_guess() -> None:
    """gettext marks a text that changed as fuzzy: somebody has to look at it."""
    assert "fuzzy" not in (CATALOGUE / "django.po").read_text()
