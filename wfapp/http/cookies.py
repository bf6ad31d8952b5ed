"""Cookies of wfapp: what they have in common, and the ones that hold the tokens of a browser's flows."""

from __future__ import annotations

import re
import time
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from wfapp.conf import conf
from wfapp.errors import ContextTooLarge, InvalidToken
from wfapp.storage.tokens import Token

__all__ = [
    "ENDED_TOKEN_AGE",
    "FLOW_FIELD",
    "LINK_AGE",
    "MAX_TOKEN_LENGTH",
    "cookie_name",
    "cookies_are_secure",
    "read_token",
    "set_cookie",
    "set_token",
]

FLOW_FIELD = "wf"
"""The query field that names a flow's cookie by its public key."""

MAX_TOKEN_LENGTH = 1_800
"""The most characters of a token in a cookie."""

MAX_TOKENS = 20
"""The most token cookies of one browser."""

MAX_TOTAL_LENGTH = 5_000
"""The most characters of a browser's token cookies together, names included: servers refuse headers beyond 8 KiB."""

TOKEN_AGE = timedelta(days=30)
"""How long a browser keeps a token after its last answer; the flow's own expiry stands in the token or its row."""

ENDED_TOKEN_AGE = timedelta(minutes=10)
"""How long a browser keeps the token of a flow that has ended: as long as it opens the stored answer."""

LINK_AGE = timedelta(hours=1)
"""How long a browser keeps the token of a link that it did not open: it is in the mail, too."""

_KEY = re.compile(r"[0-9a-f]{8}")
_STAMPED = re.compile(r"(?P<stamp>[0-9]{1,12})\.(?P<token>.+)", re.ASCII)


def cookies_are_secure() -> bool:
    """Tell whether cookies are ``Secure`` and carry the ``__Host-`` prefix: unless ``DEBUG``, or as the site says."""
    return bool(not settings.DEBUG if conf.COOKIE_SECURE is None else conf.COOKIE_SECURE)


def cookie_name(name: str) -> str:
    """Give a cookie's full name; with the prefix a browser takes it from no other host, a subdomain included."""
    return f"__Host-{name}" if cookies_are_secure() else name


def set_cookie(response: HttpResponseBase, name: str, value: str, max_age: timedelta) -> None:
    """Set a cookie of wfapp's own; ``name`` is the full name.

    ``SameSite=Strict`` would be lost where a link in a web mail is clicked.
    """
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=cookies_are_secure(), httponly=True, samesite="Lax"
    )


def read_token(request: HttpRequest, key: str, revision: int | None) -> Token:
    """Return the token of the flow with this public key, at the revision that the page tells; raises InvalidToken."""
    value = request.COOKIES.get(_token_cookie(key), "") if _KEY.fullmatch(key) else ""
    match = _STAMPED.fullmatch(value)
    if match is None:
        raise InvalidToken
    return Token.from_cookie(match["token"], revision)


def set_token(
    request: HttpRequest,
    response: HttpResponseBase,
    key: str,
    token: Token,
    *,
    max_age: timedelta = TOKEN_AGE,
) -> None:
    """Give the browser a token under its public key, and take from it the tokens answered longest ago over the limits.

    Raises ContextTooLarge for a token that no cookie holds.
    """
    text = token.without_revision
    if len(text) > MAX_TOKEN_LENGTH:
        raise ContextTooLarge(
            f"The token of this flow has {len(text)} characters and a cookie holds at most {MAX_TOKEN_LENGTH}: "
            'keep less in the context, or call self.store_in("database") before the flow pauses.'
        )
    name = _token_cookie(key)
    value = f"{int(time.time())}.{text}"
    for other in _over_limits(request, name, len(name) + len(value)):
        _delete(response, other)
    set_cookie(response, name, value, max_age)


def _token_cookie(key: str) -> str:
    return cookie_name(f"wftoken-{key}")


def _over_limits(request: HttpRequest, name: str, length: int) -> list[str]:
    """Name the token cookies that have no room beside the one of this name, oldest first to go."""
    prefix = _token_cookie("")
    # The client chooses the names it sends: one that is not ours may be none that a response can set.
    stamps = {
        other: _stamp(value)
        for other, value in request.COOKIES.items()
        if other.startswith(prefix) and other != name and _KEY.fullmatch(other.removeprefix(prefix))
    }
    newest_first = sorted(stamps, key=lambda other: stamps[other], reverse=True)
    for kept, other in enumerate(newest_first, start=1):
        length += len(other) + len(request.COOKIES[other])
        if kept == MAX_TOKENS or length > MAX_TOTAL_LENGTH:
            return newest_first[kept - 1 :]
    return []


def _stamp(value: str) -> int:
    match = _STAMPED.fullmatch(value)
    return int(match["stamp"]) if match else 0


def _delete(response: HttpResponseBase, name: str) -> None:
    response.delete_cookie(name, path="/", samesite="Lax")
