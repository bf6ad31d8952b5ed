"""Files as text: data URLs (RFC 2397), and the ones that name a file that is here already."""

from __future__ import annotations

import binascii
import re
import uuid
from base64 import b64decode
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes

from wfapp.uploads.kept import KeptUpload
from wfapp.uploads.names import clean_name, clean_type
from wfapp.uploads.stored import StoredUpload

__all__ = ["DataUrl", "parse_data_url", "reference_url"]

LONGEST_HEAD = 4096
_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class DataUrl:
    """Hold a data URL, taken apart; ``upload`` is the id of a file that the flow has, in place of data."""

    content_type: str
    name: str
    data: bytes = field(repr=False)
    upload: uuid.UUID | None = None


def parse_data_url(text: str) -> DataUrl:
    """Take a data URL apart; raises ValueError, which repeats nothing of it."""
    head, comma, body = text.partition(",")
    if not comma or not head[:5].lower() == "data:" or len(head) > LONGEST_HEAD:
        raise ValueError("no data URL")
    content_type, *parameters = head[5:].split(";")
    named = {key.strip().lower(): value for key, _equals, value in (item.partition("=") for item in parameters)}
    return DataUrl(
        content_type=clean_type(content_type or "text/plain"),
        name=clean_name(unquote(named.get("name", ""))),
        data=_decoded(body) if "base64" in named else unquote_to_bytes(body),
        upload=uuid.UUID(named["upload"]) if "upload" in named else None,
    )


def reference_url(upload: StoredUpload | KeptUpload) -> str:
    """Name a file of the flow as a data URL without data: what a form renderer shows, and sends back to keep it."""
    name = quote(upload.name or "", safe="")
    return f"data:{upload.content_type};name={name};size={upload.size};upload={upload.id};base64,"


def _decoded(body: str) -> bytes:
    """Decode strict base64, with or without its padding; what is percent-encoded is decoded before."""
    text = _SPACE.sub("", unquote(body) if "%" in body else body)
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no base64") from None
