"""The body of a request as plain JSON values, or a fault: nothing that a client can send gets any further."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from wfapp.errors import BodyTooLarge, MalformedRequest, UnsupportedMedia

__all__ = ["MAX_BODY", "MAX_DEPTH", "MAX_FILES_BODY", "decode_json", "is_large", "read_body", "read_json"]

MAX_BODY = 64 * 1024
"""The most bytes of a request's body."""

MAX_FILES_BODY = 7 * 1024 * 1024
"""The most bytes of a body that brings files, where a workflow of the endpoint takes some: 5 MiB in base64."""

MAX_DEPTH = 32
"""The most objects and lists inside each other, the outermost one included."""

MAX_INTEGER = 2**63 - 1
"""The largest integer, by amount: no column holds more, and turning thousands of digits into text takes its time."""

# A NUL has no other spelling in JSON; an even number of backslashes before it is text that only looks like one.
_SPELLING = rb"\u0000"
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_MARKS = (b",", b"[", b"{")
_UTF8 = {"utf-8", "utf8"}


@sensitive_variables()
def read_json(request: HttpRequest) -> Any:
    """Read and decode the body; raises UnsupportedMedia, BodyTooLarge or MalformedRequest."""
    return decode_json(read_body(request))


def read_body(request: HttpRequest, most: int = MAX_BODY) -> bytes:
    """Read the body, of ``most`` bytes; raises UnsupportedMedia, BodyTooLarge or MalformedRequest."""
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if request.content_type != "application/json" or charset.lower() not in _UTF8:
        raise UnsupportedMedia
    body = _read(request, most)
    # Files are long texts: a large body of many values would take far more memory than it has bytes.
    if is_large(body) and sum(map(body.count, _MARKS)) > MAX_BODY:
        raise BodyTooLarge
    return body


def is_large(body: bytes) -> bool:
    """Tell whether a body was read for the sake of files alone."""
    return len(body) > MAX_BODY


@sensitive_variables()
def decode_json(body: bytes) -> Any:
    """Decode strict JSON in strict UTF-8, without NUL or half a surrogate pair; raises MalformedRequest."""
    try:
        value = msgspec.json.decode(body)
    # UnicodeDecodeError is a ValueError; RecursionError is how msgspec refuses a bomb of brackets.
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedRequest(_("The body is no JSON in UTF-8.")) from None
    if _SPELLING in body and _NUL.search(body):
        raise MalformedRequest(_("The body holds a NUL character."))
    _refuse_extremes(value, MAX_DEPTH)
    return value


def _read(request: HttpRequest, most: int) -> bytes:
    """Read the body up to the limit; what its length claims is checked first, what it is decides."""
    if _claimed_length(request) > most:
        raise BodyTooLarge
    body = bytearray()
    try:
        # A stream may give less than it was asked for.
        while len(body) <= most and (part := request.read(most + 1 - len(body))):
            body += part
    except UnreadablePostError:
        raise MalformedRequest(_("The connection ended before the body did.")) from None
    if len(body) > most:
        raise BodyTooLarge
    return bytes(body)


def _claimed_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _refuse_extremes(value: object, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth == 0:
            raise MalformedRequest(_("The body is nested too deeply: at most 32 levels are read."))
        for item in value.values() if isinstance(value, dict) else value:
            _refuse_extremes(item, depth - 1)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise MalformedRequest(_("The body holds an integer that is too large: send it as a string."))
