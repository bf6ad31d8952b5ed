"""Files as text."""

from __future__ import annotations

import uuid

import pytest

from wfapp.uploads import DataUrl, KeptUpload, parse_data_url, reference_url

ID = uuid.UUID("0f8b6f0e-3f0c-4a0a-8f69-5f8f3b1c0a11")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("data:application/pdf;name=a%20b.pdf;base64,aGVsbG8=", DataUrl("application/pdf", "a b.pdf", b"hello")),
        ("DATA:image/png;BASE64,aGVs bG8", DataUrl("image/png", "file", b"hello")),
        ("data:;base64,aGVsbG8%3D", DataUrl("text/plain", "file", b"hello")),
        ("data:,hello%20you", DataUrl("text/plain", "file", b"hello you")),
        ("data:nonsense;name=..%2F..%2Fx,", DataUrl("application/octet-stream", "x", b"")),
        (f"data:text/plain;upload={ID};base64,", DataUrl("text/plain", "file", b"", ID)),
    ],
)
def test_a_data_url(text: str, url: DataUrl) -> None:
    """It has a type, a name and data; the id of a file that is here already, in place of data."""
    assert parse_data_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "hello", "data:", "data:text/plain", "http://a/,", "data:;base64,a", "data:;base64,ä", "data:;base64,a-_b",
     "data:;upload=x,", "data:" + "x" * 5000 + ","],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    """The error repeats nothing of it."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the type is what is promised
        parse_data_url(text)
    assert not text or text not in str(caught.value)


def test_a_file_is_named_by_a_url_without_data() -> None:
    """Read again, it names the same file."""
    kept = KeptUpload(str(ID), "Süd, 1;2.pdf", 5, "application/pdf")
    text = reference_url(kept)
    assert text == f"data:application/pdf;name=S%C3%BCd%2C%201%3B2.pdf;size=5;upload={ID};base64,"
    assert parse_data_url(text) == DataUrl("application/pdf", "Süd, 1;2.pdf", b"", ID)


def test_no_repr_has_data_or_a_name() -> None:
    """They may stand in a log."""
    assert "hello" not in repr(parse_data_url("data:,hello"))
    assert "secret" not in repr(KeptUpload(str(ID), "secret.pdf", 5, "text/plain"))
