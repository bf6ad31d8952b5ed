"""Secrets: which keys hold one at any depth, which of them are set, which paths lead to one."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import inspect

from wfapp.declaration.key_types import key_types, origin, reachable

__all__ = ["Secret", "holds_secret", "path_is_secret", "secret_keys", "secrets_set"]

T = TypeVar("T")

Secret = Annotated[T, msgspec.Meta(extra={"wfapp": "secret"})]
"""Mark the type of a value that is in no output of any kind: ``code_hash: Secret[str] = ""`` is a plain ``str``."""


def holds_secret(kind: inspect.Type) -> bool:
    """Tell whether a type holds a ``Secret`` at any depth."""
    return any(_is_secret(part) for part in reachable(kind))


@cache
def secret_keys(cls: type[msgspec.Struct]) -> frozenset[str]:
    """Return the keys whose type holds a ``Secret`` at any depth."""
    return frozenset(key for key, kind in key_types(cls).items() if holds_secret(kind))


def secrets_set(ctx: msgspec.Struct) -> list[str]:
    """Return the keys that hold a secret now, neither ``None`` nor empty; ``0`` and ``False`` are values."""
    kinds = key_types(type(ctx))
    return [key for key in sorted(secret_keys(type(ctx))) if _is_set(kinds[key], getattr(ctx, key))]


@cache
def path_is_secret(cls: type[msgspec.Struct], path: str) -> bool:
    """Tell whether a dotted path leads to a ``Secret``, through one, or to what holds one."""
    first, *rest = path.split(".")
    kinds = [kind for key, kind in key_types(cls).items() if key == first]
    for part in rest:
        kinds = [branch for kind in kinds for branch in _branches(kind)]
        if any(map(_is_secret, kinds)):
            return True
        kinds = [child for kind in kinds for child in _children(kind, part)]
    return any(map(holds_secret, kinds))


def _is_secret(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.Metadata) and (kind.extra or {}).get("wfapp") == "secret"


def _branches(kind: inspect.Type) -> Iterator[inspect.Type]:
    """Yield what a value of this type may be, a ``Secret`` as itself."""
    if isinstance(kind, inspect.UnionType):
        for branch in kind.types:
            yield from _branches(branch)
    elif isinstance(kind, inspect.Metadata) and not _is_secret(kind):
        yield from _branches(kind.type)
    else:
        yield kind


def _children(kind: inspect.Type, part: str) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.DictType):
        yield kind.value_type
    else:
        yield from (field.type for field in getattr(kind, "fields", ()) if field.name == part)


def _is_set(whole: inspect.Type, value: Any) -> bool:
    return value is not None and any(_holds_set(kind, value) for kind in _branches(whole) if holds_secret(kind))


def _holds_set(kind: inspect.Type, value: Any) -> bool:
    if isinstance(kind, inspect.StructType):
        fields = kind.fields if isinstance(value, origin(kind)) else ()
        return any(_is_set(field.type, getattr(value, field.name)) for field in fields)
    if isinstance(kind, inspect.DictType) and isinstance(value, dict) and not holds_secret(kind.key_type):
        return any(_is_set(kind.value_type, item) for item in value.values())
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return any(_is_set(kind.item_type, item) for item in value)
    # A secret itself, or a container that is not looked into: what is not empty counts as set.
    return not (isinstance(value, Sized) and len(value) == 0)
