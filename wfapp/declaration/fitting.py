"""Whether a value of one key can be the value of another one, as far as their types tell."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from msgspec import inspect

from wfapp.declaration.key_types import origin

__all__ = ["can_fit"]


def can_fit(source: inspect.Type, target: inspect.Type) -> bool:
    """Tell whether some value of ``source`` besides ``None`` comes back equal from being stored as ``target``."""
    given, wanted = set(_kinds(source)), set(_kinds(target))
    if Any in given or Any in wanted:
        return True
    values = given - {None}
    return bool(values & wanted) if values else None in wanted


_KINDS: dict[type[inspect.Type], Any] = {
    inspect.AnyType: Any,
    inspect.NoneType: None,
    inspect.IntType: float,
    inspect.FloatType: float,
    inspect.StrType: str,
    inspect.TupleType: tuple,
    inspect.VarTupleType: tuple,
}


def _kinds(kind: inspect.Type) -> Iterator[Any]:
    """Yield what a value may be: ``Any``, ``None``, a class, or a kind of type."""
    match kind:
        case inspect.UnionType(types=types):
            for branch in types:
                yield from _kinds(branch)
        case inspect.Metadata(type=inner):
            yield from _kinds(inner)
        case inspect.LiteralType(values=values):
            yield from (str if isinstance(value, str) else float for value in values)
        case inspect.StructType():
            yield origin(kind)
        case inspect.EnumType(cls=cls) | inspect.CustomType(cls=cls):
            yield from _enum_kinds(cls)
        case _:
            yield _KINDS.get(type(kind), type(kind))


def _enum_kinds(cls: type[Any]) -> Iterator[Any]:
    """Yield an enum's class, and the plain type that its values are too: ``Color.RED == "red"``."""
    yield cls
    if issubclass(cls, Enum):
        yield from (plain for base, plain in ((str, str), (int, float)) if issubclass(cls, base))
