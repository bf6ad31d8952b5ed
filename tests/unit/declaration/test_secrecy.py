"""Secrets: which keys hold one, which are set, which paths lead to one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

from wfapp.declaration.context import Context, Secret, Struct, keys
from wfapp.declaration.secrecy import path_is_secret, secret_keys, secrets_set
from wfapp.declaration.values import decode_context, encode_context


class Inner(Struct):
    name: str = ""
    pin: Secret[str] = ""


class Tree(Struct):
    children: list[Tree] = []
    leaf: Secret[str] | None = None


class Loop(Struct):
    next: Loop | None = None


class Secretive(Context):
    plain: str = ""
    loop: Loop | None = None
    direct: Secret[str] = ""
    optional: Secret[str] | None = None
    listed: list[Secret[str]] = []
    mapped: dict[str, Secret[str]] = {}
    nested: Inner | None = None
    many: list[Inner] = []
    deep: dict[str, list[Inner | None]] = {}
    tree: Tree | None = None
    pairs: tuple[str, Secret[int]] | None = None
    short: Annotated[Secret[str] | None, msgspec.Meta(description="short")] = None


def stored(ctx: Context) -> Any:
    """Store a context and read it back."""
    return decode_context(type(ctx), type(ctx).version, encode_context(ctx, where="there"))


def test_secret_keys_at_any_depth() -> None:
    """A Secret is found in whatever holds it; a type that holds itself ends."""
    assert secret_keys(Secretive) == frozenset(keys(Secretive)) - {"plain", "loop"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("direct", "s"),
        ("optional", "s"),
        ("listed", ["", "s"]),
        ("mapped", {"a": "s"}),
        ("nested", Inner(pin="s")),
        ("many", [Inner(), Inner(pin="s")]),
        ("deep", {"a": [None, Inner(pin="s")]}),
        ("tree", Tree([Tree([], "s")])),
        ("pairs", ("a", 0)),
        ("short", "s"),
    ],
)
def test_secrets_that_are_set(key: str, value: Any) -> None:
    """A secret with a value is found, however deep."""
    ctx = Secretive()
    ctx.set(key, value)
    assert secrets_set(ctx) == [key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("optional", ""),
        ("short", ""),
        ("listed", ["", ""]),
        ("mapped", {"a": ""}),
        ("nested", Inner(name="n")),
        ("many", [Inner(name="n")]),
        ("deep", {"a": [None, Inner(name="n")]}),
        ("tree", Tree([Tree()])),
        ("plain", "x"),
    ],
)
def test_secrets_that_are_empty(key: str, value: Any) -> None:
    """Nothing is set where a secret is None or empty, whatever stands beside it."""
    ctx = Secretive()
    ctx.set(key, value)
    assert secrets_set(ctx) == []


def test_secret_is_a_plain_value_in_storage() -> None:
    """Marking a type as secret changes nothing in what is stored."""
    assert stored(Secretive(direct="s", pairs=("a", 1))) == Secretive(direct="s", pairs=("a", 1))


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        ("plain", False),
        ("unknown", False),
        ("direct", True),
        ("optional", True),
        ("short", True),
        ("listed", True),
        ("nested", True),
        ("nested.name", False),
        ("nested.pin", True),
        ("nested.pin.more", True),
        ("nested.unknown", False),
        ("mapped.a", True),
        ("deep.a", True),
        ("tree.leaf", True),
        ("loop.next.next", False),
    ],
)
def test_paths_to_secrets(path: str, secret: bool) -> None:
    """A path is secret where it leads to a secret, through one, or to what holds one."""
    assert path_is_secret(Secretive, path) is secret
