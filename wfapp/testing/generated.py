"""Values for a form, made from its schema."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["malformed", "valid"]

_FORMATS: Mapping[str, Callable[[random.Random], str]] = {
    "email": lambda chance: f"{_word(chance)}@example.com",
    "uri": lambda chance: f"https://example.com/{_word(chance)}",
    "date": lambda chance: f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
    "date-time": lambda chance: f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T12:00:00",
    "ipv4": lambda chance: f"192.0.2.{chance.randint(1, 250)}",
    "ipv6": lambda chance: f"2001:db8::{chance.randint(1, 250)}",
    "uuid": lambda chance: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    "data-url": lambda chance: "data:text/plain;base64,aGVsbG8=",
}

_HOSTILE: tuple[Any, ...] = (
    *(None, "", " ", "\0", "\ud800", "x" * 10_000, "<b>&'\"", "{{ ctx }}", "../../etc/passwd", "' OR 1=1 --"),
    *(0, -1, 10**30, 1.5, float(10**300), True, [], {}, [[["x"]]], {"a": {"b": 1}}, ["x"] * 50, "2026-99-99", "NaN"),
)
"""What a client may send for any field."""


def valid(schema: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Make values that a form of this schema may well accept."""
    required = schema.get("required", ())
    made = {}
    for name, field in schema.get("properties", {}).items():
        if name in required or chance.random() < 0.5:
            made[name] = _value(field, chance)
    return made


def malformed(schema: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Make values that nobody should send; some fields are right, and some are made up."""
    made = valid(schema, chance)
    names = [*schema.get("properties", {}), "unheard_of", "wf_revision"]
    for name in chance.sample(names, chance.randint(1, min(3, len(names)))):
        made[name] = chance.choice(_HOSTILE)
    return made


def _value(field: Mapping[str, Any], chance: random.Random) -> Any:
    if field.get("enum"):
        return chance.choice(field["enum"])
    kind = field.get("type", "string")
    if kind == "object":
        return valid(field, chance)
    if kind == "array":
        items = field.get("items", {})
        made = [_value(items, chance) for _ in range(max(field.get("minItems", 0), chance.randint(0, 2)))]
        return list(dict.fromkeys(made)) if field.get("uniqueItems") else made
    if kind in ("integer", "number"):
        low = int(field.get("minimum", 0))
        return chance.randint(low, int(field.get("maximum", low + 100)))
    if kind == "boolean":
        return chance.choice([True, False])
    return _text(field, chance)


def _text(field: Mapping[str, Any], chance: random.Random) -> str:
    if (form := _FORMATS.get(field.get("format", ""))) is not None:
        return form(chance)
    longest = field.get("maxLength", 12)
    length = max(field.get("minLength", 1), min(longest, chance.randint(1, 12)))
    return "".join(chance.choices(string.ascii_lowercase, k=length))


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=6))
