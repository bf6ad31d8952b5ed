"""The body of a request, read and decoded."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from wfapp.errors import BodyTooLarge, MalformedRequest, UnsupportedMedia
from wfapp.rest.body import MAX_BODY, decode_json, read_json

NO_JSON = "The body is no JSON in UTF-8."

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Stream(io.BytesIO):
    """Give a few bytes at a time and count them, as a slow connection does."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(min(1_000, size or 0))
        self.given += len(part)
        return part


def posted(body: bytes, content_type: str = "application/json") -> HttpRequest:
    """Make a request with this body."""
    return RequestFactory().generic("POST", "/", body, CONTENT_TYPE=content_type)


def streamed(body: bytes, claimed: str) -> tuple[HttpRequest, Stream]:
    """Make a request whose length is only what the client claims."""
    request, stream = posted(b""), Stream(body)
    request.META["CONTENT_LENGTH"] = claimed
    vars(request)["_stream"] = stream
    return request, stream


def refusal(body: bytes) -> str:
    """Return the message that decoding this body raises."""
    with pytest.raises(MalformedRequest) as caught:
        decode_json(body)
    return str(caught.value)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_is_read(content_type: str) -> None:
    """UTF-8 is the only encoding of JSON; naming it is allowed."""
    assert read_json(posted('{"a": ["é", 1, null]}'.encode(), content_type)) == {"a": ["é", 1, None]}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=hex",
    ],
)
def test_another_content_type_is_refused(content_type: str) -> None:
    """A page of another site can send text and forms without asking, but no JSON."""
    with pytest.raises(UnsupportedMedia):
        read_json(posted(b"{}", content_type))


def test_the_longest_body_is_read() -> None:
    """64 KiB are allowed."""
    body = json.dumps("a" * (MAX_BODY - 2)).encode()
    assert len(body) == MAX_BODY
    assert read_json(posted(body)) == "a" * (MAX_BODY - 2)


def test_a_body_that_claims_to_be_too_large_is_not_read() -> None:
    """The claimed length alone refuses it."""
    request, stream = streamed(b"{}", str(MAX_BODY + 1))
    with pytest.raises(BodyTooLarge):
        read_json(request)
    assert stream.given == 0


@pytest.mark.parametrize("claimed", ["", "2", "-1", "x", "9" * 5_000])
def test_a_body_is_not_read_beyond_the_limit(claimed: str) -> None:
    """Whatever length the client claims, one byte over the limit is the last that is read."""
    request, stream = streamed(b" " * (3 * MAX_BODY), claimed)
    with pytest.raises(BodyTooLarge):
        read_json(request)
    assert stream.given == MAX_BODY + 1


def test_a_body_that_arrives_in_pieces_is_read_whole() -> None:
    """A stream may give less than it was asked for."""
    request, _ = streamed(json.dumps(["a"] * 2_000).encode(), "")
    assert read_json(request) == ["a"] * 2_000


def test_a_connection_that_breaks_is_a_malformed_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes away is no error of the site."""
    request = posted(b"{}")

    def broken(*args: object) -> bytes:
        raise UnreadablePostError("gone")

    monkeypatch.setattr(request, "read", broken)
    with pytest.raises(MalformedRequest) as caught:
        read_json(request)
    assert str(caught.value) == "The connection ended before the body did."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a": 1} x',
        b"\xff",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'"\\ud800"',
        b'"\\udc00x"',
        b'{"\\ud800": 1}',
        b'"\\ud800\\ud800"',
        b'"a\x00b"',
        b'"a\x01b"',
        b"NaN",
        b"Infinity",
        b"1e999",
        b"-1e999",
        b"1" + b"0" * 5_000,
        b"01",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"[" * 30_000 + b"]" * 30_000,
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Syntax, encoding, half surrogate pairs, numbers that no float holds, and bombs of brackets: one answer."""
    assert refusal(body) == NO_JSON


@pytest.mark.parametrize("body", [b'"\\u0000"', b'{"a\\u0000": 1}', b'["x", "\\\\\\u0000"]'])
def test_a_nul_is_refused(body: bytes) -> None:
    """PostgreSQL stores no NUL; it is refused in keys and in strings."""
    assert refusal(body) == "The body holds a NUL character."


def test_a_text_that_only_looks_like_a_nul_is_read() -> None:
    """An escaped backslash before u0000 is a backslash."""
    assert decode_json(b'["\\\\u0000", "\\\\\\\\u0000"]') == ["\\u0000", "\\\\u0000"]


def test_a_surrogate_pair_is_read() -> None:
    """Two halves that belong together are one character."""
    assert decode_json(b'"\\ud83d\\ude00"') == "😀"


def test_the_deepest_body_is_read() -> None:
    """32 levels are allowed."""
    assert decode_json(b"[" * 32 + b"]" * 32)


@pytest.mark.parametrize("body", [b"[" * 33 + b"]" * 33, b'{"a":' * 33 + b"1" + b"}" * 33])
def test_a_deeper_body_is_refused(body: bytes) -> None:
    """33 levels are too many, in lists and in objects."""
    assert refusal(body) == "The body is nested too deeply: at most 32 levels are read."


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 0])
def test_an_integer_of_64_bits_is_read(number: int) -> None:
    """What a database column holds is allowed."""
    assert decode_json(str(number).encode()) == number


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775808", "1" + "0" * 4_000])
def test_a_larger_integer_is_refused(number: str) -> None:
    """No column holds it, and Python refuses to turn much larger ones into text."""
    assert refusal(f'{{"a": [{number}]}}'.encode()) == (
        "The body holds an integer that is too large: send it as a string."
    )


def test_the_last_of_two_equal_keys_counts() -> None:
    """As in every common decoder."""
    assert decode_json(b'{"a": 1, "a": 2}') == {"a": 2}


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_value_or_a_fault(body: bytes) -> None:
    """Whatever arrives, nothing but a fault is raised."""
    with suppress(MalformedRequest):
        read_json(posted(body))


@given(json_values)
def test_any_json_is_a_value_or_a_fault(value: object) -> None:
    """What Python's own encoder writes, NaN and half surrogate pairs included, is read as it is or refused."""
    with suppress(MalformedRequest):
        assert decode_json(json.dumps(value).encode()) == json.loads(json.dumps(value))
