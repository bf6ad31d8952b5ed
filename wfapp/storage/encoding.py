"""Bytes as text and text as bytes: base64url in exactly one spelling, and UTF-8 that never fails."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode

from wfapp.errors import InvalidToken

__all__ = ["b64decode", "b64encode", "utf8"]

logger = logging.getLogger("wfapp.storage")


def b64encode(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 4648, section 5): 43 characters for 32 bytes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64decode(text: str) -> bytes:
    """Read what ``b64encode`` wrote; ``InvalidToken`` for every other spelling of the same bytes.

    A token with two spellings would be two tokens to whatever compares, counts or revokes tokens as text.
    """
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    # Python's decoder skips foreign characters and ignores trailing bits; writing the bytes again shows both.
    if b64encode(data) != text:
        logger.debug("A token was refused: it is not canonical base64url.")
        raise InvalidToken
    return data


def utf8(text: str) -> bytes:
    """Encode any text, each to bytes of its own.

    Clients send lone surrogates in JSON, and environment variables hold some: they must miss, not raise an error that
    shows the text.
    """
    return text.encode("utf-8", "surrogatepass")
