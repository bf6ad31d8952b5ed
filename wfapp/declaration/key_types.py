"""The types of keys: what can be stored, and what cannot be changed."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect, structs

from wfapp.errors import DeclarationError

__all__ = ["check_read_only", "check_storable", "key_types", "origin", "reachable"]

STORABLE = "JSON-like values, dates, decimals, UUIDs, enums, Structs, lists, tuples and dicts"
UNSTORABLE = (inspect.CustomType, inspect.ExtType, inspect.RawType)
READ_ONLY = (
    *(inspect.NoneType, inspect.BoolType, inspect.IntType, inspect.FloatType, inspect.DecimalType),
    *(inspect.StrType, inspect.BytesType, inspect.UUIDType, inspect.EnumType, inspect.LiteralType),
    *(inspect.DateTimeType, inspect.DateType, inspect.TimeType, inspect.TimeDeltaType),
    *(inspect.TupleType, inspect.VarTupleType, inspect.FrozenSetType, inspect.NamedTupleType),
    *(inspect.UnionType, inspect.Metadata),
)


@cache
def key_types(cls: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    """Return the type of each key, as msgspec sees it."""
    return {field.name: inspect.type_info(field.type) for field in structs.fields(cls)}


def reachable(kind: inspect.Type) -> Iterator[inspect.Type]:
    """Yield a type and every type inside it, each once, so that a recursive type ends."""
    seen: set[int] = set()
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting.extend(_inside(current))


def origin(kind: inspect.StructType) -> Any:
    """Return the class of a struct's type, without the arguments of a generic one."""
    return typing.get_origin(kind.cls) or kind.cls


def check_storable(cls: type[msgspec.Struct]) -> None:
    """Raise ``DeclarationError`` for the first key whose type is unknown, or is not for JSON."""
    try:
        fields = structs.fields(cls)
    except NameError as error:
        raise DeclarationError(
            f"{cls.__name__}: {error}; a type of a key must be importable at run time, not under TYPE_CHECKING alone."
        ) from error
    for field in fields:
        try:
            msgspec.json.Decoder(field.type)
        except TypeError as error:
            raise DeclarationError(f"{cls.__name__}.{field.name}: {error}.") from error
        for kind in reachable(key_types(cls)[field.name]):
            if isinstance(kind, UNSTORABLE) and not _is_enum(kind):
                fault = f"{_label(kind)} cannot be stored; keys hold {STORABLE}."
                raise DeclarationError(f"{cls.__name__}.{field.name}: {fault}")


def check_read_only(cls: type[msgspec.Struct]) -> None:
    """Raise ``DeclarationError`` for the first key whose value could be changed in place."""
    for key, whole in key_types(cls).items():
        for kind in reachable(whole):
            if not isinstance(kind, READ_ONLY) and not _is_frozen(kind) and not _is_enum(kind):
                raise DeclarationError(
                    f"{cls.__name__}.{key}: params are read-only, and {_label(kind)} can be changed;"
                    " use scalars, tuples, frozensets and Structs with frozen=True."
                )


def _inside(kind: inspect.Type) -> Iterator[inspect.Type]:
    for name in kind.__struct_fields__:
        value = getattr(kind, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, inspect.Field):
                yield part.type
            elif isinstance(part, inspect.Type):
                yield part


def _is_enum(kind: inspect.Type) -> bool:
    """Tell whether a type is an enum whose class is of its own kind, as Django's choices are: msgspec stores it."""
    return isinstance(kind, inspect.CustomType) and issubclass(kind.cls, Enum)


def _is_frozen(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.StructType) and bool(origin(kind).__struct_config__.frozen)


def _label(kind: inspect.Type) -> str:
    """Name a type near enough to find it in the class: ``User``, ``list``, ``any``."""
    cls = getattr(kind, "cls", None)
    return getattr(cls, "__name__", "") or type(kind).__name__.removesuffix("Type").lower()
