"""The text of a token: one spelling each, and everything else is one and the same refusal."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp.errors import InvalidToken
from wfapp.storage.tokens import Token, flow_key

SECRET = "2YcU" + "a" * 40 + "-_9"

MALFORMED = [
    "",
    ".",
    "..",
    SECRET,
    f"database.{SECRET}",
    f"database.{SECRET}.",
    f"database.{SECRET}.1.",
    f"database.{SECRET}.1.2",
    f".{SECRET}.1",
    "database..1",
    f"database.{SECRET[:15]}.1",
    f"database.{'a' * 90_001}.1",
    f"Database.{SECRET}.1",
    f"1base.{SECRET}.1",
    f"_base.{SECRET}.1",
    f"data-base.{SECRET}.1",
    f"{'d' * 32}.{SECRET}.1",
    f"database.{SECRET}=.1",
    f"database.{SECRET}+.1",
    f"database.{SECRET}/.1",
    f"database.{SECRET}\N{LATIN SMALL LETTER E WITH ACUTE}.1",
    f"database.{SECRET}\ud800.1",
    f"database.{SECRET}\x00.1",
    f"database.{SECRET}.-1",
    f"database.{SECRET}.+1",
    f"database.{SECRET}.01",
    f"database.{SECRET}.00",
    f"database.{SECRET}.1_0",
    f"database.{SECRET}.1.0",
    f"database.{SECRET}.1e3",
    f"database.{SECRET}.0x1",
    f"database.{SECRET}.1234567890",
    f"database.{SECRET}.None",
    f"database.{SECRET}.\N{ARABIC-INDIC DIGIT ONE}",
    f"database.{SECRET}.\N{SUPERSCRIPT ONE}",
    f" database.{SECRET}.1",
    f"database.{SECRET}.1 ",
    f"database.{SECRET}.1\n",
    f"database.{SECRET}.1\r\n",
    f"\ufeffdatabase.{SECRET}.1",
    f"database,{SECRET},1",
]


@pytest.mark.parametrize("storage", ["database", "token", "d", "a1_", "d" * 31])
@pytest.mark.parametrize("secret", [SECRET, "a" * 16, "a" * 90_000], ids=len)
@pytest.mark.parametrize("revision", [0, 1, 999_999_999])
def test_a_token_is_read_as_it_was_written(storage: str, secret: str, revision: int) -> None:
    """Storage, secret and revision come back."""
    token = Token(storage, secret, revision)
    assert Token.parse(str(token)) == token
    assert Token.from_cookie(token.without_revision, revision) == token


@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: ascii(text)[-30:])
def test_another_spelling_is_invalid(text: str) -> None:
    """Signs, leading zeros, foreign digits, spaces, other alphabets, too short and too long."""
    with pytest.raises(InvalidToken) as refused:
        Token.parse(text)
    assert (refused.value.args, refused.value.__cause__) == (InvalidToken().args, None)


@given(st.text(alphabet=st.sampled_from("database.tokn_-019aZ= \n\u0661"), max_size=60) | st.text())
def test_whatever_is_read_is_written_the_same(text: str) -> None:
    """A token that is compared, counted or revoked as text has one text."""
    try:
        token = Token.parse(text)
    except InvalidToken:
        return
    assert str(token) == text


@pytest.mark.parametrize(
    "text",
    ["", SECRET, f"database.{SECRET}.1", f"database.{SECRET}.", f"database.{SECRET}\n", "database.short", "a.b.c"],
)
def test_a_cookie_that_holds_something_else_is_invalid(text: str) -> None:
    """The revision stands in the page: a cookie that has one is none of ours."""
    with pytest.raises(InvalidToken):
        Token.from_cookie(text, 1)


def test_a_page_that_is_opened_from_its_cookie_names_no_revision() -> None:
    """It wants the current page."""
    assert Token.from_cookie(f"token.{SECRET}", None) == Token("token", SECRET, None)


def test_the_same_token_at_another_revision() -> None:
    """The secret stays."""
    assert Token("database", SECRET, 1).at(2) == Token("database", SECRET, 2)


def test_a_printed_token_opens_nothing() -> None:
    """Its ``repr`` ends in logs and error pages."""
    assert repr(Token("database", SECRET, 3)) == "<Token database revision 3>"


def test_the_public_key_of_a_flow_follows_from_its_id() -> None:
    """Eight characters, in every process the same."""
    assert flow_key(uuid.UUID(int=7)) == flow_key(uuid.UUID(int=7)) != flow_key(uuid.UUID(int=8))
    assert flow_key(uuid.UUID(int=7)) == "587a4fe7"
