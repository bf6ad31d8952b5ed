"""Values of Python as the wire takes them."""

from __future__ import annotations

import io
import json
import tempfile
from base64 import b64decode
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.utils.duration import duration_string
from hypothesis import given
from hypothesis import strategies as st

from wfapp.client import BadValue, to_wire
from wfapp.uploads.data_urls import parse_data_url


class Size(Enum):
    """A choice."""

    SMALL = "s"


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("Elm Street", "Elm Street"),
        (Size.SMALL, "s"),
        (Decimal("19.90"), "19.90"),
        (date(2026, 10, 25), "2026-10-25"),
        (time(14, 30, 59), "14:30:59"),
        (datetime(2026, 10, 25, 14, 30, 59, tzinfo=UTC), "2026-10-25T14:30:59+00:00"),
        (UUID("8f14e45f-ceea-467f-a8d2-7b3c5e1f9a60"), "8f14e45f-ceea-467f-a8d2-7b3c5e1f9a60"),
        ({"lines": ({"qty": Decimal(1)},)}, {"lines": [{"qty": "1"}]}),
        ({"s"}, ["s"]),
        (("a", "b"), ["a", "b"]),
    ],
)
def test_a_value_has_its_form(value: object, wire: object) -> None:
    """At any depth."""
    assert to_wire(value) == wire
    assert to_wire({"rows": [value]}) == {"rows": [wire]}


@given(st.timedeltas())
def test_a_duration_is_written_as_django_does(value: timedelta) -> None:
    """Which reads it, too."""
    days = "" if value.days else "0 "
    assert to_wire(value) == days + duration_string(value)


class Unfit:
    """Nothing that JSON knows; its repr must be in no message."""

    def __repr__(self) -> str:
        return "hunter2"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Unfit(), "data.rows.0.x is of type Unfit, which the wire has no form for; legal are str, int, float"),
        (1j, "data.rows.0.x is of type complex, which"),
        (float("nan"), "data.rows.0.x is half a character, or no finite number: JSON has no form for it."),
        ("hunter2\ud800", "data.rows.0.x is half a character, or"),
        ({7: "hunter2"}, "A key in data.rows.0.x is of type int; legal is text."),
        (io.StringIO("hunter2"), 'data.rows.0.x is a file that was opened as text: open it with "rb".'),
    ],
)
def test_what_has_no_form_is_named_by_its_place(value: object, message: str) -> None:
    """And never by itself."""
    with pytest.raises(BadValue) as raised:
        to_wire({"rows": [{"x": value}]})
    assert str(raised.value).startswith(message)
    assert "hunter2" not in str(raised.value)
    assert isinstance(raised.value, TypeError)


def test_what_has_no_end_is_refused() -> None:
    """As the server would."""
    rows: list[Any] = []
    rows.append(rows)
    with pytest.raises(BadValue, match="is nested too deeply: the server reads 32 levels"):
        to_wire(rows)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Write a file with a name that has to be quoted."""
    path = tmp_path / "für; Ann.txt"
    path.write_bytes(b"Hi")
    return path


def test_a_file_is_a_data_url(note: Path) -> None:
    """By its path, open, as bytes, with and without a name and a type."""
    with note.open("rb") as opened, tempfile.SpooledTemporaryFile() as spooled:
        spooled.write(b"Hi")
        files = {
            "path": note,
            "open": opened,
            "spooled": spooled,
            "memory": io.BytesIO(b"Hi"),
            "bytes": b"Hi",
            "pair": ("note.pdf", b"Hi"),
            "triple": ("note", b"Hi", "image/png"),
        }
        wire = to_wire(files)
        assert to_wire(files) == wire  # an open file is read from its beginning
    parsed = {key: parse_data_url(url) for key, url in wire.items()}
    assert {key: (url.content_type, url.name, url.data) for key, url in parsed.items()} == {
        "path": ("text/plain", "für; Ann.txt", b"Hi"),
        "open": ("text/plain", "für; Ann.txt", b"Hi"),
        "spooled": ("application/octet-stream", "file", b"Hi"),
        "memory": ("application/octet-stream", "file", b"Hi"),
        "bytes": ("application/octet-stream", "file", b"Hi"),
        "pair": ("application/pdf", "note.pdf", b"Hi"),
        "triple": ("image/png", "note", b"Hi"),
    }


def test_several_files_are_a_list(note: Path) -> None:
    """A pair of a text and a file is one file; a pair of files is two."""
    assert len(to_wire([note, ("a", b"b")])) == 2
    assert len(to_wire((note, b"b"))) == 2
    assert to_wire([("a.txt", b"b")]) == ["data:text/plain;name=a.txt;base64,Yg=="]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.binary(max_size=50))
def test_a_name_and_its_bytes_arrive(name: str, content: bytes) -> None:
    """Whatever the name."""
    head, _comma, body = json.loads(json.dumps(to_wire((name, content)))).partition(",")
    assert unquote(head.partition("name=")[2].removesuffix(";base64")) == name
    assert b64decode(body) == content
