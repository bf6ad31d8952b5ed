"""Who asks: the user, the browser by its binding cookie, and the client's address."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

from django.http import HttpRequest, HttpResponseBase

from wfapp.conf import conf
from wfapp.http.cookies import cookie_name, set_cookie
from wfapp.rounds.answer import Caller
from wfapp.rounds.keys import SHORTEST_KEY
from wfapp.storage.sealing import digest

__all__ = ["Transport", "bind_browser", "browser_cookie", "client_address", "page_caller", "rest_caller"]

BROWSER_AGE = timedelta(days=365)
"""How long a browser is known again: longer than a flow that it started should live."""

Door = Literal["page", "rest"]
Transport = Literal["body", "cookie"]

_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_BROWSER_HEADERS = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User")
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::\d+)?|(?P<v4>[^:]*):\d+", re.ASCII)


def browser_cookie() -> str:
    """Name the binding cookie; Django's error reports hide the values of cookies whose name contains ``key``."""
    return cookie_name("wfbrowser-key")


def page_caller(request: HttpRequest) -> Caller:
    """Say who asks for a page: always a browser, by its cookie or by a fresh value that ``bind_browser`` gives it."""
    browser = _known_browser(request) or _new_browser()
    return _caller(request, "page", browser, "cookie")


def rest_caller(request: HttpRequest, transport: Transport = "body") -> Caller:
    """Say who posts to the endpoint: a browser where the headers that only browsers send, or the cookie, are there."""
    browser = _known_browser(request)
    if not browser and any(name in request.headers for name in _BROWSER_HEADERS):
        browser = _browser_of_key(request) or _new_browser()
    return _caller(request, "rest", browser, transport)


def bind_browser(response: HttpResponseBase, caller: Caller) -> None:
    """Give a browser its binding cookie where it came without one."""
    if caller.browser and caller.request and caller.browser != _known_browser(caller.request):
        set_cookie(response, browser_cookie(), caller.browser, BROWSER_AGE)


def client_address(request: HttpRequest) -> str:
    """Return what stands for the client in limits: an IPv4 address, or the /64 network of an IPv6 one.

    One IPv6 subscriber has at least a /64 (RFC 6177): counted by single address, a limit would let it try 2**64 times.
    With ``WFAPP["TRUSTED_PROXIES"] = n`` it is the n-th entry of ``X-Forwarded-For`` from the right; what stands left
    of that is whatever the client wrote. An entry that is missing or no address leaves the connection's own.
    """
    proxies = conf.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    entry = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    return (entry and _normalised(entry)) or _normalised(request.META.get("REMOTE_ADDR", ""))


def _caller(request: HttpRequest, door: Door, browser: str, transport: Transport) -> Caller:
    return Caller(
        door=door,
        user=getattr(request, "user", None),
        browser=browser,
        address=client_address(request),
        transport=transport,
        request=request,
    )


def _known_browser(request: HttpRequest) -> str:
    value = request.COOKIES.get(browser_cookie(), "")
    return value if _BROWSER.fullmatch(value) else ""


def _browser_of_key(request: HttpRequest) -> str:
    """Give the same value again to a browser whose first answer was lost, and its cookie with it.

    It starts again with the same key, and would else be another browser with a flow of its own. A key that can be
    guessed stands for nobody.
    """
    key = request.headers.get("Idempotency-Key", "")
    return digest("browser", key.encode()) if len(key) >= SHORTEST_KEY else ""


def _new_browser() -> str:
    return secrets.token_urlsafe(32)


def _normalised(text: str) -> str:
    text = text.strip()
    if match := _WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))
