"""Values as JSON, the same through every door: dates as RFC 3339, decimals and UUIDs as strings."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.utils.functional import Promise

__all__ = ["encode"]


def encode(value: object) -> bytes:
    """Encode a value; raises NotImplementedError for a type that has no form in JSON."""
    return _encoder.encode(value)


def _plain(value: object) -> object:
    """Give the plain value of what msgspec does not encode: lazy and safe strings, and mappings of other types."""
    if isinstance(value, str | Promise):
        return str.__str__(value) if isinstance(value, str) else str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"A value of type {type(value).__name__} has no form in JSON.")


_encoder = msgspec.json.Encoder(enc_hook=_plain)
