"""Typed values that never show themselves, and the JSON they are stored as."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import msgspec
from django.utils.functional import Promise
from msgspec import structs

from wfapp.declaration.texts import plain_text
from wfapp.errors import InvalidToken

__all__ = ["REFUSALS", "Masked", "Struct", "converts", "decoder", "encode", "plain", "read_stored", "same"]

REFUSALS: Final = (TypeError, ValueError, ArithmeticError, RecursionError, msgspec.MsgspecError)
"""What encoding, decoding and comparing raise for a value that is not for JSON."""

S = TypeVar("S", bound=msgspec.Struct)

logger = logging.getLogger("wfapp.context")


class Masked:
    """Name the keys and never a value, so that nothing leaks through a log, a traceback or an error page."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}=…' for key in self._names())})"

    def __rich_repr__(self) -> Any:
        return ((key, ...) for key in self._names())

    def _names(self) -> tuple[str, ...]:
        return self.__struct_fields__


if TYPE_CHECKING:
    # To a type checker no subclass of msgspec.Struct can have frozen subclasses, only msgspec.Struct itself.
    from msgspec import Struct
else:

    class Struct(Masked, msgspec.Struct):
        """Nest typed values in a context: ``class Address(Struct): city: str = ""``."""


def plain(value: Any) -> str:
    """Turn lazy and safe strings into ``str``, as msgspec's hook for what it does not know; refuse all else."""
    if isinstance(value, (str, Promise)):
        return plain_text(value)
    raise TypeError(f"{type(value).__name__} is not storable")


encode: Final = msgspec.json.Encoder(enc_hook=plain).encode


@cache
def decoder(cls: type[S]) -> msgspec.json.Decoder[S]:
    """Return the one decoder of a class."""
    return msgspec.json.Decoder(cls)


def same(loaded: Any, value: Any) -> bool:
    """Compare as ``==`` does, but aware times by their instant: Python calls none equal in the hour a clock repeats."""
    if isinstance(loaded, datetime.datetime) and isinstance(value, datetime.datetime):
        if loaded.tzinfo and value.tzinfo:
            return loaded.astimezone(datetime.UTC) == value.astimezone(datetime.UTC)
    elif isinstance(loaded, msgspec.Struct) and type(loaded) is type(value):
        return all(same(getattr(loaded, name), getattr(value, name)) for name in loaded.__struct_fields__)
    elif isinstance(loaded, Mapping) and isinstance(value, Mapping) and loaded.keys() == value.keys():
        return all(same(loaded[key], value[key]) for key in loaded)
    elif isinstance(loaded, (list, tuple)) and isinstance(value, type(loaded)) and len(loaded) == len(value):
        return all(map(same, loaded, value))
    return bool(loaded == value)


def converts(value: object, kind: Any, *, strict: bool) -> bool:
    """Tell whether a value converts to a type, and survives being stored."""
    try:
        converted = msgspec.convert(value, kind, strict=strict)
        return same(msgspec.json.decode(encode(converted), type=kind), converted)
    except Exception:  # noqa: BLE001  an author's __post_init__ may raise anything
        return False


def read_stored(
    cls: type[S],
    data: bytes,
    load: Callable[[bytes], S],
    upgrade: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> S:
    """Read what was stored for a class, upgraded first; raise ``InvalidToken`` for what does not fit.

    Keys that are no longer declared are dropped and logged, by their names.
    """
    values: Any = None
    try:
        if upgrade is None:
            with suppress(msgspec.ValidationError):
                return load(data)
        values = msgspec.json.decode(data)
        values = _declared(cls, upgrade(values) if upgrade else values)
        return load(encode(values))
    except Exception as error:  # noqa: BLE001  an author's upgrade may raise anything, and no stored value is a 500
        reason = type(error).__name__  # its text may hold a value
    misfits = _misfits(cls, values) if isinstance(values, dict) else []
    logger.error("%s cannot read what is stored: %s (%s)", cls.__name__, reason, ", ".join(misfits) or "no key")
    raise InvalidToken


def _misfits(cls: type[msgspec.Struct], values: dict[str, Any]) -> list[str]:
    fields = [field for field in structs.fields(cls) if field.encode_name in values]
    return [field.name for field in fields if not converts(values[field.encode_name], field.type, strict=True)]


def _declared(cls: type[msgspec.Struct], values: dict[str, Any]) -> dict[str, Any]:
    if not cls.__struct_config__.forbid_unknown_fields:
        return values
    dropped = sorted(set(values).difference(cls.__struct_encode_fields__))
    if dropped:
        logger.warning("%s: dropped keys that are no longer declared: %s", cls.__name__, ", ".join(dropped))
    return {key: value for key, value in values.items() if key not in dropped}
