"""The text form of a token: ``<storage>.<secret>.<revision>``."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass

from wfapp.errors import InvalidToken

__all__ = ["LINK", "RESERVED", "STAFF", "Token", "flow_key", "secret_key"]

LINK = "link"
"""What stands in the place of a storage's name in the token of a link."""

STAFF = "staff"
"""What stands there in the token of a member of staff, for one step of somebody else's flow."""


RESERVED = frozenset({LINK, STAFF})
"""What no storage may be called."""

_TEXT = re.compile(
    r"(?P<storage>[a-z][a-z0-9_]{0,30})\.(?P<secret>[A-Za-z0-9_-]{16,90000})\.(?P<revision>0|[1-9][0-9]{0,8})", re.ASCII
)
_SECRET = re.compile(r"(?P<storage>[a-z][a-z0-9_]{0,30})\.(?P<secret>[A-Za-z0-9_-]{16,90000})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """Name a flow at one of its revisions; whoever holds it, and is bound to the flow, may go on.

    ``secret`` is a handle of a row or a sealed state. ``revision`` is ``None`` where the caller does not know it (a
    page that is opened from its cookie) and wants the current page.
    """

    storage: str
    secret: str
    revision: int | None = None

    def __str__(self) -> str:
        return f"{self.storage}.{self.secret}.{self.revision}"

    def __repr__(self) -> str:
        return f"<Token {self.storage} revision {self.revision}>"

    @property
    def without_revision(self) -> str:
        """Give what a cookie holds: the revision stands in the page.

        So that a double click cannot answer the next one.
        """
        return f"{self.storage}.{self.secret}"

    def at(self, revision: int | None) -> Token:
        """Give the same token at another revision."""
        return Token(self.storage, self.secret, revision)

    @classmethod
    def parse(cls, text: str) -> Token:
        """Read a token from a body; raises InvalidToken."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InvalidToken
        return cls(match["storage"], match["secret"], int(match["revision"]))

    @classmethod
    def from_cookie(cls, text: str, revision: int | None) -> Token:
        """Join a cookie's secret and a page's revision; raises InvalidToken."""
        match = _SECRET.fullmatch(text)
        if match is None:
            raise InvalidToken
        return cls(match["storage"], match["secret"], revision)


def secret_key(token: Token) -> str:
    """Give the public key of a token that is no flow's own, 8 characters as well: each has a cookie of its own."""
    return hashlib.sha256(b"wfapp.secret-key" + token.secret.encode()).hexdigest()[:8]


def flow_key(flow_id: uuid.UUID) -> str:
    """Give the public key of a flow, 8 characters: it names a flow's cookie in an address and opens nothing."""
    return hashlib.sha256(b"wfapp.flow-key" + flow_id.bytes).hexdigest()[:8]
