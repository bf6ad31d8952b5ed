"""Addresses, links and headers, in httpx's terms."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from wfapp.client import AsyncWorkflowClient, BadAnswer, WorkflowClient
from wfapp.client.exchange import checked_address, lost, request_for, token_of
from wfapp.client.wire import Lost, Post

ENDPOINT = "https://example.com/wf/"


@pytest.mark.parametrize("url", ["/wf/", "example.com/wf/", "ftp://example.com/wf/", ""])
def test_an_address_is_a_whole_one(url: str) -> None:
    """Where the client of httpx has no base of its own."""
    with httpx.Client() as http, pytest.raises(ValueError, match=r"^Give the address of the endpoint in full, such as"):
        checked_address(http, url)


def test_an_address_may_have_its_base_elsewhere() -> None:
    """In the client of httpx."""
    with httpx.Client(base_url="https://example.com/") as http:
        assert checked_address(http, "wf/") == ENDPOINT


@pytest.mark.parametrize(
    "url",
    ["https://ann:hunter2@example.com/wf/", "https://example.com/wf/?wfs=link.hunter2.0", "https://a.example/#hunter2"],
)
def test_an_address_says_nothing_that_a_log_should_not(url: str) -> None:
    """Neither does the message."""
    with pytest.raises(ValueError, match=r"^The endpoint's address has no user, query or fragment") as raised:
        WorkflowClient(url, "auth/login")
    assert "hunter2" not in str(raised.value)


def test_the_address_of_a_link_has_its_token() -> None:
    """A token is itself."""
    assert token_of("https://example.com/invite/?wfs=link.a-b_c.0&x=1") == "link.a-b_c.0"
    assert token_of("link.a-b_c.0") == "link.a-b_c.0"
    assert token_of(None) is None
    with pytest.raises(ValueError, match=r"^This address is that of no link: it has no \?wfs=\.$"):
        token_of("https://example.com/invite/")


def test_headers_of_a_start() -> None:
    """Its key, JSON, and nothing that a browser would say."""
    with httpx.Client() as http:
        request = request_for(http, httpx.URL(ENDPOINT), Post(b"{}", "a-key"), "csrftoken")
    assert (request.method, str(request.url), request.read()) == ("POST", ENDPOINT, b"{}")
    assert request.headers["Content-Type"] == request.headers["Accept"] == "application/json"
    assert request.headers["Idempotency-Key"] == "a-key"
    assert request.headers["Referer"] == ENDPOINT
    assert {"x-csrftoken", "origin", "sec-fetch-site", "cookie"} & set(request.headers) == set()


def test_the_csrf_token_goes_where_its_cookie_goes() -> None:
    """Under the name that the site gave it; another site's stays there."""
    with httpx.Client() as http:
        http.cookies.set("token-of-csrf", "abc", domain="example.com")
        http.cookies.set("sessionid", "x=y", domain="example.com")
        own = request_for(http, httpx.URL(ENDPOINT), Post(b"{}"), "token-of-csrf")
        other = request_for(http, httpx.URL("https://elsewhere.example/wf/"), Post(b"{}"), "token-of-csrf")
    assert own.headers["X-CSRFToken"] == "abc"
    assert "X-CSRFToken" not in other.headers


def test_no_redirect_is_followed() -> None:
    """Not even by a client of httpx that follows all others: the token and what was typed would go along."""
    asked: list[httpx.Request] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(308, headers={"Location": "https://elsewhere.example/"})

    async def wait_for_it() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(elsewhere), follow_redirects=True) as http:
            await AsyncWorkflowClient(ENDPOINT, "auth/login", http=http).start()

    with httpx.Client(transport=httpx.MockTransport(elsewhere), follow_redirects=True) as http:
        with pytest.raises(BadAnswer):
            WorkflowClient(ENDPOINT, "auth/login", http=http).start()
        with pytest.raises(BadAnswer):
            asyncio.run(wait_for_it())
    assert [str(request.url) for request in asked] == [ENDPOINT, ENDPOINT]


def test_of_an_error_its_name_is_kept() -> None:
    """The error itself holds the request."""
    request = httpx.Request("POST", ENDPOINT, content=b"hunter2")
    assert lost(httpx.ReadTimeout("slow", request=request)) == Lost("ReadTimeout")


def test_a_client_of_yours_stays_open() -> None:
    """One of its own is closed."""
    with httpx.Client() as http:
        with WorkflowClient(ENDPOINT, "auth/login", http=http):
            pass
        assert not http.is_closed
    with WorkflowClient(ENDPOINT, "auth/login") as client:
        pass
    assert client._http.is_closed
