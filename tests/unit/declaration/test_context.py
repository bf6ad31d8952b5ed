"""The context: its keys, its mistakes, and that it shows nobody a value."""

from __future__ import annotations

import copy
import datetime
import gc
import math
import types
import weakref
from typing import Any

import msgspec
import pytest

from wfapp.declaration.context import (
    Context,
    OpenContext,
    Params,
    Secret,
    Struct,
    bind_input,
    held,
    keys,
    validate_context,
)
from wfapp.declaration.values import decode_context, encode_context
from wfapp.errors import DeclarationError, NotAvailable, NotStorable

PLANTED = "planted-b7f1"


class Address(Struct):
    city: str = ""
    lines: list[str] = []


class Login(Context):
    user_id: int | None = None
    email: str = ""
    mfa: bool = False
    code_hash: Secret[str] = ""
    address: Address = msgspec.field(default_factory=Address)


class Open(OpenContext):
    user_id: int | None = None


def stored(ctx: Context) -> Any:
    """Store a context and read it back."""
    return decode_context(type(ctx), type(ctx).version, encode_context(ctx, where="there"))


def test_attributes_are_the_keys() -> None:
    """A key is read and written as an attribute."""
    ctx = Login(email="a@example.com")
    ctx.user_id = 3
    assert (ctx.user_id, ctx.email, ctx.mfa) == (3, "a@example.com", False)


def test_wrong_attribute_fails_at_once() -> None:
    """A misspelt attribute is no new key."""
    with pytest.raises(AttributeError, match="'Login' object has no attribute 'emial'"):
        Login().emial = "x"  # type: ignore[attr-defined]


def test_get_set_has() -> None:
    """Keys are reached by name too; only None is no value."""
    ctx = Login()
    ctx.set("user_id", 0)
    assert ctx.get("user_id") == 0
    assert ctx.has("user_id")
    assert ctx.has("email")
    ctx.set("user_id", None)
    assert not ctx.has("user_id")
    assert ctx.get("user_id", 7) == 7


@pytest.mark.parametrize("call", [lambda c: c.get("emial"), lambda c: c.set("emial", 1), lambda c: c.has("emial")])
def test_wrong_key_names_the_legal_ones(call: Any) -> None:
    """A misspelt key is refused with the keys there are."""
    with pytest.raises(NotAvailable) as caught:
        call(Login())
    assert str(caught.value) == 'Login has no key "emial"; its keys: user_id, email, mfa, code_hash, address.'


def test_methods_of_context_are_no_keys() -> None:
    """What is an attribute of the class is not reached by name."""
    with pytest.raises(NotAvailable):
        Login().get("input")


def test_keys_in_order() -> None:
    """The keys of a class come as they were declared, a base class first."""

    class Longer(Login):
        more: str = ""

    assert keys(Longer) == ("user_id", "email", "mfa", "code_hash", "address", "more")


def test_contexts_do_not_share_defaults() -> None:
    """What is a default is each context's own."""
    Login().address.lines.append("x")
    assert Login().address.lines == []


def test_input_is_beside_the_keys() -> None:
    """The input is there to read, and is neither a key nor stored."""

    class Cart(Params):
        cart: int = 0

    ctx = Login()
    bind_input(ctx, Cart(cart=7))
    assert ctx.input.cart == 7
    assert b"cart" not in encode_context(ctx, where="there")
    assert "input" not in held(ctx)


def test_input_of_no_flow() -> None:
    """A context that no flow was given says so."""
    with pytest.raises(NotAvailable) as caught:
        _ = Login().input
    assert str(caught.value) == "This Login belongs to no flow, so it has no input; a flow's own context has."


def test_repr_names_keys_and_no_values() -> None:
    """A context, a struct and params are masked wherever Python prints them."""

    class Cart(Params):
        cart: str = ""

    ctx = Login(email=PLANTED, address=Address(city=PLANTED))
    assert repr(ctx) == "Login(user_id=…, email=…, mfa=…, code_hash=…, address=…)"
    assert repr(ctx.address) == "Address(city=…, lines=…)"
    assert repr(Cart(cart=PLANTED)) == "Cart(cart=…)"
    bind_input(ctx, Cart(cart=PLANTED))
    printed = f"{ctx} {ctx!r} {[ctx]} {ctx.address} {ctx.input} {list(ctx.__rich_repr__())} {copy.copy(ctx)}"
    assert PLANTED not in printed


def test_open_repr_names_undeclared_keys() -> None:
    """The undeclared keys are named, without values as well."""
    ctx = Open()
    ctx.set("colour", PLANTED)
    assert repr(ctx) == "Open(user_id=…, colour=…)"


def fault(cls: Any) -> str:
    """Return what is wrong with a class."""
    with pytest.raises(DeclarationError) as caught:
        validate_context(cls)
    return str(caught.value)


@pytest.mark.parametrize("cls", [Context, OpenContext, Login, Open])
def test_sound_classes_pass(cls: type[Context]) -> None:
    """A class without a mistake is accepted."""
    validate_context(cls)


def test_key_without_default() -> None:
    """A context is born empty."""

    class Bare(Context):
        email: str

    assert fault(Bare) == 'Bare: the key "email" has no default; a context is born empty, so it needs one.'


@pytest.mark.parametrize("name", ["get", "set", "has", "input", "upgrade", "version", "_input"])
def test_key_with_the_name_of_an_attribute(name: str) -> None:
    """A key does not take the place of a method."""
    cls = msgspec.defstruct("Taken", [(name, int, 0)], bases=(Context,))
    taken = "taken are: get, has, input, set, upgrade, version."
    assert fault(cls) == f'Taken: a key cannot be called "{name}"; {taken}'


def test_type_that_cannot_be_stored() -> None:
    """The types of the keys are looked at as well."""

    class Odd(Context):
        user: type = str

    assert fault(Odd).startswith("Odd.user: type cannot be stored; keys hold JSON-like values")


@pytest.mark.parametrize("version", [0, -1, True, "2", None])
def test_version_is_a_number_from_one(version: Any) -> None:
    """A version that cannot be counted up is refused."""
    cls = types.new_class("Odd", (Login,), exec_body=lambda names: names.update(version=version))
    assert fault(cls) == f"Odd.version is {version!r}; it must be a whole number from 1 on."


@pytest.mark.parametrize("option", ["array_like", "frozen", "tag"])
def test_options_that_change_what_a_context_is(option: Any) -> None:
    """Options of msgspec that storing cannot bear are refused."""
    options: dict[str, Any] = {option: True}
    cls = msgspec.defstruct("Odd", [("email", str, "")], bases=(Context,), **options)
    assert fault(cls) == f'Odd: a context cannot take the option "{option}".'


def test_open_context_takes_undeclared_keys() -> None:
    """They are set, read, stored and read back beside the declared ones."""
    ctx = Open(user_id=1)
    ctx.set("colour", {"r": [1, None]})
    ctx.set("user_id", 2)
    ctx = stored(ctx)
    assert (ctx.user_id, ctx.get("colour"), ctx.has("colour"), ctx.has("shape")) == (2, {"r": [1, None]}, True, False)
    assert held(ctx) == {"user_id": 2, "colour": {"r": [1, None]}}


def test_open_contexts_do_not_share_keys() -> None:
    """An undeclared key belongs to one context alone."""
    Open().set("colour", 1)
    assert Open().get("colour", "none") == "none"


@pytest.mark.parametrize("value", [datetime.date(2024, 1, 1), (1,), math.nan, object()])
def test_undeclared_keys_hold_plain_json_alone(value: Any) -> None:
    """Where no type is declared, nothing can be read back but JSON."""
    ctx = Open()
    ctx.set("colour", value)
    with pytest.raises(NotStorable) as caught:
        encode_context(ctx, where="paint")
    found = f"the {type(value).__name__} it holds does not come back equal from JSON"
    assert str(caught.value) == f'paint: the key "colour" of Open is declared as a plain JSON value, and {found}.'


def test_undeclared_key_with_the_name_of_an_attribute() -> None:
    """The names that a declared key cannot have, no key can."""
    with pytest.raises(NotAvailable) as caught:
        Open().set("input", 1)
    taken = "taken are: get, has, input, set, upgrade, version."
    assert str(caught.value) == f'"input" is no name for a key of Open; {taken}'


def test_undeclared_key_that_became_declared() -> None:
    """A deploy that declares a key finds what was stored under its name."""
    ctx = Open()
    ctx.set("email", "a")
    assert decode_context(Login, 1, encode_context(ctx, where="there")).email == "a"


def test_keys_stored_under_another_name() -> None:
    """msgspec's renaming holds for declared keys, and leaves the undeclared ones alone."""

    class Renamed(OpenContext, rename="camel"):
        user_id: int = 0

    ctx = Renamed(user_id=3)
    ctx.set("user_agent", "x")
    assert encode_context(ctx, where="there") == b'{"userId":3,"user_agent":"x"}'
    assert held(stored(ctx)) == {"user_id": 3, "user_agent": "x"}


def test_context_is_freed() -> None:
    """What lies beside the keys does not outlive the context, a cycle included."""

    class Marker:
        pass

    marker, ctx = Marker(), Open()
    ctx.set("marker", marker)
    ctx.set("self", ctx)
    seen = weakref.ref(marker)
    del marker, ctx
    gc.collect()
    assert seen() is None
