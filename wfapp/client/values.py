"""Values of Python as JSON of the wire: times, decimals and UUIDs as text, files as data URLs (RFC 2397)."""

from __future__ import annotations

import math
import mimetypes
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from wfapp.client.errors import BadValue

__all__ = ["is_file", "to_wire"]

LEGAL = (
    "str, int, float, bool, None, Decimal, date, time, datetime, timedelta, UUID, Enum, mappings with text for keys,"
    " list, tuple, set; for a file Path, a file open in binary mode, bytes or (name, bytes)"
)

MAX_DEPTH = 32
"""What the server reads."""

_HALF = re.compile(r"[\ud800-\udfff]")


def to_wire(value: object, where: str = "data") -> Any:
    """Give a value as JSON; raises BadValue, which names the place and the type."""
    return _converted(value, where, MAX_DEPTH)


def is_file(value: object) -> bool:
    """Tell whether a value is sent as a file."""
    return isinstance(value, Path | bytes | bytearray) or callable(getattr(value, "read", None)) or _is_named(value)


def _converted(value: object, where: str, depth: int) -> Any:
    if depth == 0:
        raise BadValue(f"{where[:80]} is nested too deeply: the server reads {MAX_DEPTH} levels.")
    if isinstance(value, Enum):
        return _converted(value.value, where, depth - 1)
    if isinstance(value, Mapping):
        return {_key(key, where): _converted(item, f"{where}.{key}", depth - 1) for key, item in value.items()}
    if is_file(value):
        return _data_url(value, where)
    if isinstance(value, list | tuple | set | frozenset):
        return [_converted(item, f"{where}.{index}", depth - 1) for index, item in enumerate(value)]
    return _scalar(value, where)


def _scalar(value: object, where: str) -> str | int | float | None:
    match value:
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case str() if not _HALF.search(value):
            return str(value)
        case str() | float():
            raise BadValue(f"{where} is half a character, or no finite number: JSON has no form for it.")
        case Decimal() | UUID():
            return str(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _duration(value)
    raise BadValue(f"{where} is of type {type(value).__name__}, which the wire has no form for; legal are {LEGAL}.")


def _key(key: object, where: str) -> str:
    if isinstance(key, str) and not _HALF.search(key):
        return str(key)
    raise BadValue(f"A key in {where} is of type {type(key).__name__}; legal is text.")


def _duration(value: timedelta) -> str:
    """Write a duration as Django does: ``3 04:05:06``."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}" if value.microseconds else ""
    return f"{value.days} {hours:02}:{minutes:02}:{seconds:02}{fraction}"


def _is_named(value: object) -> bool:
    """Tell whether a tuple is a file: its name, its bytes and perhaps its content type."""
    if not isinstance(value, tuple) or len(value) not in {2, 3}:
        return False
    texts = (value[0], *value[2:])
    return isinstance(value[1], bytes | bytearray) and all(isinstance(text, str) for text in texts)


def _data_url(value: Any, where: str) -> str:
    kind = ""
    if isinstance(value, tuple):
        name, content, kind = value if len(value) == 3 else (*value, "")
    elif isinstance(value, bytes | bytearray):
        name, content = "file", value
    elif isinstance(value, Path):
        name, content = value.name, value.read_bytes()
    else:
        name, content = _read(value, where)
    kind = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};name={quote(name, safe='')};base64,{b64encode(content).decode()}"


def _read(file: Any, where: str) -> tuple[str, bytes]:
    """Read an open file from its beginning, so that the same object can be sent once more."""
    if callable(getattr(file, "seekable", None)) and file.seekable():
        file.seek(0)
    content = file.read()
    if not isinstance(content, bytes):
        raise BadValue(f'{where} is a file that was opened as text: open it with "rb".')
    name = getattr(file, "name", "")
    return (Path(name).name if isinstance(name, str) and name else "file"), content
