"""The values of a context and of params: stored as JSON, read back, picked for a page or a column."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final, TypeVar, get_type_hints

import msgspec
from django.utils.translation import gettext as _
from msgspec import structs

from wfapp.declaration.context import Context, OpenContext, Params, held, keys
from wfapp.declaration.secrecy import path_is_secret, secret_keys
from wfapp.declaration.structs import REFUSALS, converts, decoder, encode, plain, read_stored, same
from wfapp.errors import ContextTooLarge, MalformedRequest, NotStorable

__all__ = [
    "MAX_CONTEXT",
    "MISSING",
    "at_path",
    "convert_params",
    "decode_context",
    "decode_params",
    "encode_context",
    "encode_params",
    "extract_pass_context",
    "key_sizes",
]

MAX_CONTEXT: Final = 64 * 1024
"""How many bytes of JSON a context may take."""

MISSING: Final[Any] = msgspec.UNSET
"""What ``at_path`` returns where a path leads to nothing, or to a secret."""

NATIVE: Final = (
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta),
    *(decimal.Decimal, uuid.UUID, bytes),
)

C = TypeVar("C", bound=Context)
P = TypeVar("P", bound=Params)


def encode_context(ctx: Context, *, where: str) -> bytes:
    """Encode a context as JSON, and prove that these very bytes give it back.

    ``where`` names the step in ``NotStorable`` and ``ContextTooLarge``; neither of them ever tells a value.
    """
    try:
        data = _dump(ctx)
        faithful = len(data) > MAX_CONTEXT or _is_faithful(_load(type(ctx), data), ctx)
    except REFUSALS:
        faithful = False
    if not faithful:
        raise NotStorable(_unstorable(ctx, where))
    if len(data) > MAX_CONTEXT:
        largest = ", ".join(f"{key} ({size})" for key, size in key_sizes(ctx)[:3])
        raise ContextTooLarge(f"{where}: the context takes {len(data)} bytes of {MAX_CONTEXT}; its largest: {largest}.")
    return data


def decode_context(cls: type[C], version: int, data: bytes) -> C:
    """Read a stored context, upgraded where another version stored it; raise ``InvalidToken`` for what does not fit.

    Keys that are no longer declared are dropped and logged.
    """
    return read_stored(
        cls, data, partial(_load, cls), None if version == cls.version else partial(cls.upgrade, version)
    )


def key_sizes(ctx: Context) -> list[tuple[str, int]]:
    """Return how many bytes of JSON each key takes, the largest first."""
    sizes = [(key, len(encode(value))) for key, value in held(ctx).items()]
    return sorted(sizes, key=lambda pair: -pair[1])


def convert_params(cls: type[P], data: Mapping[str, object]) -> P:
    """Convert a client's params, the strings of a URL too; ``MalformedRequest`` names the keys that are wrong."""
    try:
        params = msgspec.convert(dict(data), cls, strict=False)
        fits = same(decoder(cls).decode(encode(params)), params)
    except REFUSALS:
        fits = False
    if not fits:
        raise MalformedRequest(_misfits(cls, data))
    return params


def encode_params(params: Params) -> bytes:
    """Encode params as JSON."""
    return encode(params)


def decode_params(cls: type[P], data: bytes) -> P:
    """Read stored params, without those that are no longer declared; raise ``InvalidToken`` for what does not fit."""
    return read_stored(cls, data, decoder(cls).decode)


def extract_pass_context(
    passes: Iterable[str], reveals: Iterable[str], ctx: Context, *, native: bool = False
) -> dict[str, Any]:
    """Pick the listed keys of a context and nothing else: the only part of it that ever reaches a client.

    ``False``, ``0`` and ``""`` are values; ``None`` and missing keys are left out; a key that holds a ``Secret`` passes
    only if ``reveals`` lists it. The values are JSON's; with ``native``, dates, decimals, UUIDs and bytes stay what
    they are, for templates.
    """
    revealed = tuple(reveals)
    secret = secret_keys(type(ctx)).difference(revealed)
    values = held(ctx)
    return {
        key: msgspec.to_builtins(values[key], builtin_types=NATIVE if native else (), str_keys=True, enc_hook=plain)
        for key in (*passes, *revealed)
        if key not in secret and values.get(key) is not None
    }


def at_path(ctx: Context, path: str) -> Any:
    """Return the value at a dotted path of keys, or ``MISSING``; never a secret."""
    if path_is_secret(type(ctx), path):
        return MISSING
    value: Any = held(ctx)
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part, MISSING)
        elif isinstance(value, msgspec.Struct) and part in value.__struct_fields__:
            value = getattr(value, part)
        else:
            return MISSING
    return value


def _dump(ctx: Context) -> bytes:
    if not isinstance(ctx, OpenContext):
        return encode(ctx)
    names = dict(zip(keys(type(ctx)), type(ctx).__struct_encode_fields__, strict=True))
    return encode({names.get(key, key): value for key, value in held(ctx).items()})


def _load(cls: type[C], data: bytes) -> C:
    loaded: C = decoder(cls).decode(data)
    if isinstance(loaded, OpenContext):
        for key, value in msgspec.json.decode(data).items():
            if key not in cls.__struct_encode_fields__:
                loaded.set(key, value)
    return loaded


def _is_faithful(loaded: Context, ctx: Context) -> bool:
    return (loaded == ctx and not isinstance(ctx, OpenContext)) or same(held(loaded), held(ctx))


def _unstorable(ctx: Context, where: str) -> str:
    name = type(ctx).__name__
    kinds = {field.name: field.type for field in structs.fields(type(ctx))}
    for key, value in held(ctx).items():
        try:
            faithful = same(msgspec.json.decode(encode(value), type=kinds.get(key, Any)), value)
        except REFUSALS:
            faithful = False
        if not faithful:
            hint = get_type_hints(type(ctx)).get(key, "a plain JSON value")
            declared = hint.__name__ if isinstance(hint, type) else re.sub(r"[\w.<>]+\.", "", str(hint))
            found = f"the {type(value).__name__} it holds does not come back equal from JSON"
            return f'{where}: the key "{key}" of {name} is declared as {declared}, and {found}.'
    return f"{where}: {name} does not come back equal from JSON."


def _misfits(cls: type[Params], data: Mapping[str, object]) -> str:
    fields = {field.encode_name: field for field in structs.fields(cls)}
    given = [(name, field.type) for name, field in fields.items() if name in data]
    faults = [
        (_("unknown"), [repr(str(name)[:40]) for name in data if name not in fields]),
        (_("missing"), [name for name, field in fields.items() if field.required and name not in data]),
        (_("of a wrong type"), [name for name, kind in given if not converts(data[name], kind, strict=False)]),
        (_("legal"), list(fields) or [_("none")]),
    ]
    return _("These params do not fit; %(faults)s.") % {
        "faults": "; ".join(f"{label}: {', '.join(names)}" for label, names in faults if names)
    }
