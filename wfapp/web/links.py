"""Links in a browser: the token leaves the address before anything is drawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from wfapp.errors import InvalidToken
from wfapp.http.cookies import LINK_AGE, set_token
from wfapp.storage.tokens import LINK, Token, secret_key
from wfapp.web.context import address
from wfapp.web.posts import FLOW
from wfapp.web.scripts import SeeOther

__all__ = ["LINK_FIELD", "take_link"]

LINK_FIELD = "wfs"
"""The query field that holds the token of a link: the only token that is ever taken from an address."""


def take_link(request: HttpRequest, **carried: str) -> HttpResponse:
    """Move the token of a link from the address into a cookie; raises InvalidToken for every other token.

    Nothing is looked up: programs that read mail open its links, too.
    """
    token = Token.parse(request.GET[LINK_FIELD])
    if token.storage != LINK:
        raise InvalidToken
    key = secret_key(token)
    response = SeeOther(address(request, **{FLOW: key}, **carried))
    set_token(request, response, key, token, max_age=LINK_AGE)
    # The address of this page must not be told to the next one.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
