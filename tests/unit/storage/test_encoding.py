"""One spelling of each token."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp.errors import InvalidToken
from wfapp.storage.encoding import b64decode, b64encode, utf8

SEVEN = b"\xfb\xff\xbf\x00\x01\x02\x03"


@given(st.binary())
def test_what_was_encoded_decodes(data: bytes) -> None:
    """Every byte string survives, the empty one included."""
    assert b64decode(b64encode(data)) == data


@given(st.text())
def test_a_text_decodes_only_if_it_is_the_one_spelling(text: str) -> None:
    """Whatever decodes encodes to the very same text."""
    try:
        data = b64decode(text)
    except InvalidToken:
        return
    assert b64encode(data) == text


def test_the_alphabet_fits_a_url() -> None:
    """There is no padding, no plus and no slash."""
    assert b64encode(SEVEN) == "-_-_AAECAw"


@pytest.mark.parametrize(
    "text",
    [
        "-_-_AAECAw==",
        "-_-_AAECAw=",
        "-_-_AAECAw=A",
        "=",
        "+/+/AAECAw",
        "-_-_AAECAx",
        "-_-_AAECA",
        "-_-_A",
        "A",
        " -_-_AAECAw",
        "-_-_AAECAw\n",
        "-_-_ AAECAw",
        "-_-_.AAECAw",
        "-_-_AAECA\N{FULLWIDTH LATIN SMALL LETTER W}",
        "-_-_AAECA\ud800",
        "-_-_\x00AAECAw",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    """Padding, another alphabet, trailing bits, foreign characters and impossible lengths are all refused."""
    with pytest.raises(InvalidToken) as caught:
        b64decode(text)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_every_change_of_the_trailing_bits_is_refused() -> None:
    """One of the 16 letters that end in the same two bits is right."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = []
    for letter in alphabet:
        try:
            accepted.append((letter, b64decode("AA" + "A" + letter + "A" + letter)[:3]))
        except InvalidToken:
            continue
    assert accepted == [(letter, b64decode("AAA" + letter)) for letter in "AQgw"]


def test_the_debug_log_names_the_stage_without_the_value(caplog: pytest.LogCaptureFixture) -> None:
    """A refused text is no part of the record."""
    caplog.set_level(logging.DEBUG, logger="wfapp.storage")
    with pytest.raises(InvalidToken):
        b64decode("s3cret==")
    assert caplog.messages == ["A token was refused: it is not canonical base64url."]


def test_lone_surrogates_have_bytes_of_their_own() -> None:
    """A surrogate pair that came apart is another text than the character."""
    assert utf8("\ud83d\ude00") != utf8("\N{GRINNING FACE}") == "\N{GRINNING FACE}".encode()
