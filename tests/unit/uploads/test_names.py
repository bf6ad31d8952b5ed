"""What a client says about a file, made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp.uploads import clean_name, clean_type


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("scan.pdf", "scan.pdf"),
        ("Straße nach Süden.pdf", "Straße nach Süden.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\scan.pdf", "scan.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("\ud800.pdf", "?.pdf"),
        ("x" * 10_000 + ".pdf", "x" * 146 + ".pdf"),
        ("x." + "y" * 10_000, "x." + "y" * 148),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("a/", "file"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_names(name: object, clean: str) -> None:
    """No folder, nothing invisible, 150 characters at most."""
    assert clean_name(name) == clean


@given(st.text())
def test_any_text_becomes_a_name(name: str) -> None:
    """One that Django takes, too."""
    clean = clean_name(name)
    assert 0 < len(clean) <= 150
    assert clean not in {".", ".."}
    assert not set(clean) & set("/\\\x00")
    assert clean_name(clean) == clean


@pytest.mark.parametrize(
    ("content_type", "clean"),
    [
        ("image/PNG", "image/png"),
        ("text/html; charset=utf-8", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("a/" + "b" * 500, "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_types(content_type: object, clean: str) -> None:
    """A media type without its parameters, or none at all."""
    assert clean_type(content_type) == clean
