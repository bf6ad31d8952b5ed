"""The context: the typed, mutable data of one flow; and the params that it starts with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, dataclass_transform

import msgspec
from msgspec import structs

from wfapp.declaration.key_types import check_read_only, check_storable
from wfapp.declaration.secrecy import Secret
from wfapp.declaration.structs import Masked, Struct
from wfapp.errors import DeclarationError, NotAvailable

__all__ = [
    "Context",
    "OpenContext",
    "Params",
    "Secret",
    "Struct",
    "bind_input",
    "held",
    "keys",
    "validate_context",
    "validate_params",
]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Params(Masked, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Type the input of a workflow: converted and checked at start, deeply read-only from then on."""


class _Beside:
    """Hold what belongs to a context and is not a key of it."""

    __slots__ = ("_extra", "_input")
    _extra: dict[str, Any]
    _input: Params


@dataclass_transform(kw_only_default=True, field_specifiers=(msgspec.field,))
class Context(Masked, _Beside, msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Declare the data of a flow: one annotated key each, every one with a default.

    A wrong attribute name raises ``AttributeError``; a wrong key in ``get``, ``set`` or ``has``, ``NotAvailable``.
    """

    version: ClassVar[int] = 1
    """Raise it when stored contexts need ``upgrade``."""

    @classmethod
    def upgrade(cls, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """Turn the JSON values that ``version`` stored into today's."""
        return data

    @property
    def input(self) -> Any:
        """Return the flow's original input: an instance of the workflow's ``Params``."""
        try:
            return self._input
        except AttributeError:
            message = f"This {type(self).__name__} belongs to no flow, so it has no input; a flow's own context has."
            raise NotAvailable(message) from None

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or ``default`` where it is ``None``."""
        value = self._read(key)
        return default if value is None else value

    def set(self, key: str, value: Any) -> None:
        """Give a key a value."""
        self._require(key)
        setattr(self, key, value)

    def has(self, key: str) -> bool:
        """Tell whether a key has a value: anything but ``None``."""
        return self._read(key) is not None

    def _read(self, key: str) -> Any:
        self._require(key)
        return getattr(self, key)

    def _require(self, key: str) -> None:
        if key not in self.__struct_fields__:
            legal = ", ".join(self.__struct_fields__) or "none"
            raise NotAvailable(f'{type(self).__name__} has no key "{key}"; its keys: {legal}.')


class OpenContext(Context, forbid_unknown_fields=False):
    """Take undeclared keys beside the declared ones, through ``set``, for plain JSON values."""

    def set(self, key: str, value: Any) -> None:
        """Give a key a value; one that is not declared is kept beside the others."""
        if key in self.__struct_fields__:
            setattr(self, key, value)
        elif hasattr(Context, key):
            raise NotAvailable(f'"{key}" is no name for a key of {type(self).__name__}; taken are: {_taken()}.')
        else:
            self._extra = {**self._undeclared(), key: value}

    def _read(self, key: str) -> Any:
        return getattr(self, key) if key in self.__struct_fields__ else self._undeclared().get(key)

    def _names(self) -> tuple[str, ...]:
        return (*self.__struct_fields__, *self._undeclared())

    def _undeclared(self) -> dict[str, Any]:
        return getattr(self, "_extra", {})


def keys(cls: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the declared keys, in order."""
    return cls.__struct_fields__


def held(ctx: Context) -> Mapping[str, Any]:
    """Return every key of a context with its value, the undeclared ones of an ``OpenContext`` included."""
    return {key: ctx._read(key) for key in ctx._names()}


def bind_input(ctx: Context, params: Params) -> None:
    """Put the flow's input beside the keys of its context."""
    ctx._input = params


def validate_context(cls: type[Context]) -> None:
    """Raise ``DeclarationError`` for the first mistake in a context class.

    A workflow calls it when its class is made: msgspec knows a class's fields only once that class is whole.
    """
    _check_names(cls)
    _check_version(cls)
    _check_options(cls)
    check_storable(cls)
    _check_defaults(cls)


def validate_params(cls: type[Params]) -> None:
    """Raise ``DeclarationError`` for the first key of a params class that cannot be stored, or could be changed."""
    check_storable(cls)
    check_read_only(cls)


def _check_version(cls: type[Context]) -> None:
    if type(cls.version) is not int or cls.version < 1:
        raise DeclarationError(f"{cls.__name__}.version is {cls.version!r}; it must be a whole number from 1 on.")


def _check_options(cls: type[Context]) -> None:
    for option in ("array_like", "frozen", "tag"):
        if getattr(cls.__struct_config__, option):
            raise DeclarationError(f'{cls.__name__}: a context cannot take the option "{option}".')


def _check_names(cls: type[Context]) -> None:
    for key in keys(cls):
        if hasattr(Context, key):
            raise DeclarationError(f'{cls.__name__}: a key cannot be called "{key}"; taken are: {_taken()}.')


def _check_defaults(cls: type[Context]) -> None:
    for field in structs.fields(cls):
        if field.required:
            raise DeclarationError(
                f'{cls.__name__}: the key "{field.name}" has no default; a context is born empty, so it needs one.'
            )


def _taken() -> str:
    return ", ".join(name for name in dir(Context) if not name.startswith("_"))
