"""Who asks, read from a request."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from wfapp.http.caller import Transport, bind_browser, browser_cookie, client_address, page_caller, rest_caller

VALUE = "b" * 43


@pytest.fixture(autouse=True)
def insecure(settings: Settings) -> None:
    """Let cookies have their short names."""
    settings.WFAPP = {**settings.WFAPP, "COOKIE_SECURE": False}


def test_a_page_is_asked_for_by_the_browser_of_the_cookie(rf: RequestFactory) -> None:
    """A page's caller has the browser that its cookie names, the user and the request."""
    rf.cookies["wfbrowser-key"] = VALUE
    request = rf.get("/")
    request.user = AnonymousUser()
    caller = page_caller(request)
    assert (caller.door, caller.browser, caller.user, caller.request) == ("page", VALUE, request.user, request)
    assert caller.transport == "cookie"


def test_a_page_without_a_cookie_has_a_fresh_browser(rf: RequestFactory) -> None:
    """A browser that is not known gets 256 random bits, other ones each time."""
    first, second = page_caller(rf.get("/")).browser, page_caller(rf.get("/")).browser
    assert len(first) == len(second) == 43
    assert first != second


@pytest.mark.parametrize("value", ["short", "b" * 44, "ü" * 43, "b" * 42 + "="])
def test_a_malformed_cookie_is_no_browser(rf: RequestFactory, value: str) -> None:
    """A value that no answer ever set binds nothing."""
    rf.cookies["wfbrowser-key"] = value
    assert rest_caller(rf.post("/")).browser == ""
    assert page_caller(rf.get("/")).browser != value


def test_a_client_that_is_no_browser_has_none(rf: RequestFactory) -> None:
    """A client without a browser's headers and without the cookie is bound by its token alone."""
    caller = rest_caller(rf.post("/"))
    assert (caller.door, caller.browser) == ("rest", "")


@pytest.mark.parametrize("header", ["Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User"])
def test_a_browser_shows_by_its_headers(rf: RequestFactory, header: str) -> None:
    """One header that only browsers send makes a REST client a browser, with a fresh value."""
    assert len(rest_caller(rf.post("/", headers={header: "x"})).browser) == 43


def test_a_browser_that_starts_again_is_the_same_one(rf: RequestFactory) -> None:
    """The answer to its start was lost, and the cookie with it; a key that can be guessed makes nobody the same."""

    def browser(key: str) -> str:
        return rest_caller(rf.post("/", headers={"Origin": "x", "Idempotency-Key": key})).browser

    key, other = "k" * 22, "l" * 22
    assert browser(key) == browser(key) != browser(other)
    assert len(browser(key)) == 43
    assert browser("k" * 21) != browser("k" * 21)
    rf.cookies["wfbrowser-key"] = VALUE
    assert browser(key) == VALUE


def test_a_key_makes_no_browser_of_other_clients(rf: RequestFactory) -> None:
    """They are bound by their token alone."""
    assert rest_caller(rf.post("/", headers={"Idempotency-Key": "k" * 22})).browser == ""


def test_the_cookie_makes_a_rest_client_a_browser(rf: RequestFactory) -> None:
    """A REST client that holds the cookie is that browser."""
    rf.cookies["wfbrowser-key"] = VALUE
    assert rest_caller(rf.post("/")).browser == VALUE


@pytest.mark.parametrize("transport", ["body", "cookie"])
def test_a_rest_client_says_where_its_token_travels(rf: RequestFactory, transport: Transport) -> None:
    """The token goes in the body or in a cookie, which holds less."""
    assert rest_caller(rf.post("/"), transport).transport == transport


def test_a_fresh_browser_is_given_its_cookie(rf: RequestFactory) -> None:
    """The binding cookie is set for a browser that came without one, for a year, out of reach of scripts."""
    response, caller = HttpResponse(), page_caller(rf.get("/"))
    bind_browser(response, caller)
    assert response.cookies["wfbrowser-key"].OutputString().partition("; expires=")[0] == (
        f"wfbrowser-key={caller.browser}"
    )
    assert "; HttpOnly; Max-Age=31536000; Path=/; SameSite=Lax" in response.cookies["wfbrowser-key"].OutputString()


def test_a_known_browser_is_given_nothing(rf: RequestFactory) -> None:
    """A browser that came with its cookie keeps it as it is."""
    rf.cookies["wfbrowser-key"] = VALUE
    response = HttpResponse()
    bind_browser(response, page_caller(rf.get("/")))
    assert not response.cookies


def test_a_client_without_a_browser_is_given_nothing(rf: RequestFactory) -> None:
    """Nothing is set for a REST client that is no browser."""
    response = HttpResponse()
    bind_browser(response, rest_caller(rf.post("/")))
    assert not response.cookies


def test_a_secure_cookie_carries_the_host_prefix(rf: RequestFactory, settings: Settings) -> None:
    """With secure cookies the name starts with __Host-, and the plain name counts for nothing."""
    settings.WFAPP = {**settings.WFAPP, "COOKIE_SECURE": True}
    assert browser_cookie() == "__Host-wfbrowser-key"
    rf.cookies["wfbrowser-key"] = VALUE
    assert rest_caller(rf.post("/")).browser == ""


@pytest.mark.parametrize(
    ("connection", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_the_connections_address_is_normalised(rf: RequestFactory, connection: str, address: str) -> None:
    """Every spelling of an address is one address, and an IPv6 address its /64 network."""
    assert client_address(rf.get("/", REMOTE_ADDR=connection)) == address


def test_a_forwarded_address_counts_for_nothing_without_a_trusted_proxy(rf: RequestFactory) -> None:
    """A client may write X-Forwarded-For itself."""
    assert client_address(rf.get("/", headers={"X-Forwarded-For": "192.0.2.1"})) == "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1 , 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "unknown", "127.0.0.1"),
        (1, "192.0.2.1:5123", "192.0.2.1"),
        (1, "[2001:db8::1]:5123", "2001:db8::/64"),
        (1, "[2001:db8::1]", "2001:db8::/64"),
        (1, "[]", "127.0.0.1"),
        (-1, "192.0.2.1", "127.0.0.1"),
    ],
)
def test_the_outermost_trusted_proxy_tells_the_address(
    rf: RequestFactory, settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    """The n-th entry from the right counts; without it, or where it is no address, the connection's own."""
    settings.WFAPP = {**settings.WFAPP, "TRUSTED_PROXIES": proxies}
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == address
