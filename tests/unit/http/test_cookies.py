"""The cookies that hold the tokens of a browser's flows."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from wfapp.errors import ContextTooLarge, InvalidToken
from wfapp.http.cookies import cookies_are_secure, read_token, set_token
from wfapp.storage.tokens import Token, flow_key

FLOW = uuid.UUID(int=7)
KEY = flow_key(FLOW)
TOKEN = Token("database", "h" * 43, 3)


@pytest.fixture(autouse=True)
def secure(settings: Settings) -> None:
    """Let cookies have their full names."""
    settings.WFAPP = {**settings.WFAPP, "COOKIE_SECURE": True}


def request_with(cookies: dict[str, str]) -> HttpRequest:
    """Make a request that carries these cookies, whatever they hold."""
    request = RequestFactory().post("/")
    request.COOKIES = cookies
    return request


def set_on_response(cookies: dict[str, str], token: Token = TOKEN) -> SimpleCookie:
    """Set a token beside these cookies and return what the response sets."""
    response = HttpResponse()
    set_token(request_with(cookies), response, KEY, token)
    return response.cookies


def tokens(count: int, length: int = 63) -> dict[str, str]:
    """Make token cookies; the first one is the oldest."""
    return {f"__Host-wftoken-{n:08x}": f"{1_000 + n}.token.".ljust(length, "x") for n in range(count)}


def test_a_token_that_was_set_is_read_at_the_revision_of_the_page() -> None:
    """The cookie holds the secret, the page the revision."""
    cookies = {name: morsel.value for name, morsel in set_on_response({}).items()}
    assert read_token(request_with(cookies), KEY, 5) == TOKEN.at(5)


def test_a_token_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    """The cookie is HttpOnly, Lax, Secure, for this host alone, and names the time it was set."""
    morsel = set_on_response({})[f"__Host-wftoken-{KEY}"]
    stamp, _, token = morsel.value.partition(".")
    assert token == f"database.{'h' * 43}"
    assert abs(int(stamp) - time.time()) < 5
    assert {name: value for name, value in morsel.items() if value and name != "expires"} == {
        "httponly": True,
        "max-age": 30 * 24 * 3600,
        "path": "/",
        "samesite": "Lax",
        "secure": True,
    }


def test_the_end_of_a_flow_may_shorten_its_cookies_life() -> None:
    """A caller says how long the browser keeps the token."""
    response = HttpResponse()
    set_token(request_with({}), response, KEY, TOKEN, max_age=timedelta(minutes=10))
    assert response.cookies[f"__Host-wftoken-{KEY}"]["max-age"] == 600


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1700000000",
        f"database.{'h' * 43}",
        f"١٢٣.database.{'h' * 43}",
        f"1700000000.database.{'h' * 43}.2",
        f"1700000000.database.{'h' * 43}\n",
        "1700000000.database.\x00",
    ],
)
def test_a_malformed_cookie_is_an_invalid_token(value: str) -> None:
    """Whatever stands in the cookie, the answer is the one for a bad token."""
    with pytest.raises(InvalidToken):
        read_token(request_with({f"__Host-wftoken-{KEY}": value}), KEY, 1)


@pytest.mark.parametrize("key", ["", "0" * 8, "0" * 9, KEY.upper() + "x", "\x00", "../x"])
def test_an_unknown_key_is_an_invalid_token(key: str) -> None:
    """A key without a cookie opens nothing."""
    with pytest.raises(InvalidToken):
        read_token(request_with({f"__Host-wftoken-{KEY}": f"1.{TOKEN.without_revision}"}), key, 1)


def test_a_cookie_without_the_prefix_counts_for_nothing() -> None:
    """A subdomain can set a cookie of the plain name, but none with the prefix."""
    with pytest.raises(InvalidToken):
        read_token(request_with({f"wftoken-{KEY}": f"1.{TOKEN.without_revision}"}), KEY, 1)


def test_a_token_longer_than_a_cookie_is_refused() -> None:
    """The refusal names the length, the limit and the cure."""
    with pytest.raises(ContextTooLarge) as caught:
        set_on_response({}, Token("token", "s" * 1_795, 1))
    assert str(caught.value) == (
        "The token of this flow has 1801 characters and a cookie holds at most 1800: "
        'keep less in the context, or call self.store_in("database") before the flow pauses.'
    )


def test_the_longest_token_fits() -> None:
    """1,800 characters are allowed."""
    assert list(set_on_response({}, Token("token", "s" * 1_794, 1))) == [f"__Host-wftoken-{KEY}"]


def test_twenty_tokens_are_kept() -> None:
    """The twentieth cookie takes nothing from the browser."""
    assert list(set_on_response(tokens(19))) == [f"__Host-wftoken-{KEY}"]


def test_the_oldest_of_more_than_twenty_tokens_go() -> None:
    """Beyond twenty the browser loses the tokens that were answered longest ago."""
    cookies = set_on_response(tokens(21))
    assert {name for name, morsel in cookies.items() if morsel["max-age"] == 0} == {
        "__Host-wftoken-00000000",
        "__Host-wftoken-00000001",
    }
    assert cookies["__Host-wftoken-00000000"]["secure"] is True


def test_the_oldest_tokens_go_where_all_together_are_too_long() -> None:
    """More than 5,000 characters of names and values are never kept."""
    cookies = set_on_response(tokens(4, length=1_700))
    assert {name for name, morsel in cookies.items() if morsel["max-age"] == 0} == {
        "__Host-wftoken-00000000",
        "__Host-wftoken-00000001",
    }


def test_a_token_takes_the_place_of_its_own_older_value() -> None:
    """A flow's own cookie is no second one beside it."""
    own = {f"__Host-wftoken-{KEY}": f"1.{TOKEN.without_revision}"}
    assert list(set_on_response(tokens(19) | own)) == [f"__Host-wftoken-{KEY}"]


def test_a_malformed_cookie_is_the_first_to_go() -> None:
    """A value without a time stamp is older than any other."""
    cookies = set_on_response(tokens(19) | {"__Host-wftoken-ffffffff": "x"})
    assert {name for name, morsel in cookies.items() if morsel["max-age"] == 0} == {"__Host-wftoken-ffffffff"}


def test_names_that_no_answer_ever_set_are_left_alone() -> None:
    """A name with illegal characters would make the response fail; such a cookie is not ours."""
    strangers = {f"__Host-wftoken-{n:02}\x07 ;": "1.token." + "x" * 400 for n in range(25)}
    assert list(set_on_response(strangers)) == [f"__Host-wftoken-{KEY}"]


@pytest.mark.parametrize(
    ("setting", "debug", "secure"),
    [(None, True, False), (None, False, True), (True, True, True), (False, False, False)],
)
def test_cookies_are_secure_unless_the_site_says_otherwise(
    settings: Settings, setting: bool | None, debug: bool, secure: bool
) -> None:
    """The setting decides, and without it DEBUG."""
    settings.DEBUG = debug
    settings.WFAPP = {**settings.WFAPP, "COOKIE_SECURE": setting}
    assert cookies_are_secure() is secure
