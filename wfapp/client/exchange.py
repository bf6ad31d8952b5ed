"""Requests and answers in httpx's terms, for both clients."""

from __future__ import annotations

import httpx

from wfapp.client.wire import Lost, Post, Reply

__all__ = ["TIMEOUT", "checked_address", "lost", "read", "request_for", "token_of"]

TIMEOUT = 30
"""Seconds: a round may wait two for another one of its flow, and does its work before it answers."""

AnyClient = httpx.Client | httpx.AsyncClient


def checked_address(http: AnyClient, url: str) -> httpx.URL:
    """Give the endpoint's address; raises ValueError, without it, where it is none or says what logs should not."""
    address = http.build_request("POST", url).url
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError('Give the address of the endpoint in full, such as "https://example.com/wf/".')
    if address.userinfo or address.query or address.fragment:
        raise ValueError(
            "The endpoint's address has no user, query or fragment, since httpx logs addresses: give credentials as"
            " httpx.Client(auth=…), and a token as token=…."
        )
    return address


def token_of(token: str | None) -> str | None:
    """Give a token, or the one in the address of a link; raises ValueError for an address without one."""
    if token is None or not token.startswith(("https://", "http://")):
        return token
    if found := httpx.URL(token).params.get("wfs"):
        return str(found)
    raise ValueError("This address is that of no link: it has no ?wfs=.")


def request_for(http: AnyClient, url: httpx.URL, post: Post, csrf_cookie: str) -> httpx.Request:
    """Make a request; Django's CSRF token goes along where the client has its cookie."""
    # With TLS, Django's check wants to see a page of the site. Origin would say that a browser posts.
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Referer": str(url)}
    if post.key:
        headers["Idempotency-Key"] = post.key
    request = http.build_request("POST", url, content=post.content, headers=headers)
    cookies = dict(cookie.strip().partition("=")[::2] for cookie in request.headers.get("Cookie", "").split(";"))
    if csrf := cookies.get(csrf_cookie):
        request.headers["X-CSRFToken"] = csrf
    return request


def read(response: httpx.Response) -> Reply:
    """Read an answer."""
    return Reply.read(response.status_code, response.headers, response.content)


def lost(error: httpx.RequestError) -> Lost:
    """Keep the name of an error alone: the error itself holds the request, and so the token and what was typed."""
    return Lost(type(error).__name__)
