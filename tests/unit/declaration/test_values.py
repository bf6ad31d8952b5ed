"""Values of a context, picked for a page or for a column."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import uuid
from typing import Any

import pytest
from django.utils.functional import lazy
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from wfapp.declaration.context import Context, OpenContext, Secret, Struct
from wfapp.declaration.values import MISSING, at_path, extract_pass_context


class Plan(enum.Enum):
    FREE = "free"


class Role(Struct):
    name: str = ""
    level: int | None = None
    key: Secret[str] = ""


class Site(Struct):
    host: str = ""
    opened: datetime.date | None = None


class Signup(Context):
    email: str = ""
    count: int | None = None
    agreed: bool | None = None
    due: datetime.date | None = None
    price: decimal.Decimal | None = None
    reference: uuid.UUID | None = None
    plan: Plan = Plan.FREE
    site: Site | None = None
    role: Role | None = None
    extra: dict[str, Any] = {}
    totp_uri: Secret[str] = ""


def test_listed_keys_and_nothing_else() -> None:
    """What a page does not list does not pass."""
    assert extract_pass_context(["email"], [], Signup(email="a", count=3)) == {"email": "a"}
    assert extract_pass_context([], [], Signup(email="a", count=3)) == {}


@pytest.mark.parametrize("value", [0, False, ""])
def test_falsy_values_are_values(value: Any) -> None:
    """Only None is no value."""
    ctx = Signup(email="", count=0, agreed=False)
    passed = extract_pass_context(["email", "count", "agreed", "due"], [], ctx)
    assert passed == {"email": "", "count": 0, "agreed": False}


@pytest.mark.parametrize(
    "name", ["unknown", "role.name", "site.host", "input", "get", "__class__", "_input", "errors", ""]
)
def test_names_are_literal(name: str) -> None:
    """No path, method or attribute is ever followed."""
    assert extract_pass_context([name], [], Signup(site=Site(host="h"))) == {}


@pytest.mark.parametrize("key", ["totp_uri", "role"])
def test_secret_passes_only_where_it_is_revealed(key: str) -> None:
    """A listed secret does not pass; a revealed one does, listed or not."""
    ctx = Signup(totp_uri="otpauth://", role=Role(key="k"))
    assert extract_pass_context([key], [], ctx) == {}
    assert set(extract_pass_context([], [key], ctx)) == set(extract_pass_context([key], [key], ctx)) == {key}


CTX = Signup(
    due=datetime.date(2024, 2, 29),
    price=decimal.Decimal("1.10"),
    reference=uuid.UUID(int=1),
    site=Site("h", datetime.date(2024, 1, 1)),
)
KEYS = ["due", "price", "reference", "plan", "site"]


def test_values_are_json() -> None:
    """A client of JSON gets JSON's own types."""
    assert extract_pass_context(KEYS, [], CTX) == {
        "due": "2024-02-29",
        "price": "1.10",
        "reference": "00000000-0000-0000-0000-000000000001",
        "plan": "free",
        "site": {"host": "h", "opened": "2024-01-01"},
    }


def test_values_for_templates() -> None:
    """A template's filters get dates and decimals; no object with methods of its author's passes."""
    assert extract_pass_context(KEYS, [], CTX, native=True) == {
        "due": datetime.date(2024, 2, 29),
        "price": decimal.Decimal("1.10"),
        "reference": uuid.UUID(int=1),
        "plan": "free",
        "site": {"host": "h", "opened": datetime.date(2024, 1, 1)},
    }


@pytest.mark.parametrize("native", [False, True])
def test_safe_and_lazy_strings_become_plain(native: bool) -> None:
    """A value is escaped by every template, even before it was ever stored."""
    lazy_text: Any = lazy(lambda: mark_safe("<i>"), str)()
    ctx = Signup(email=mark_safe("<b>"), extra={"k": [lazy_text]})
    passed = extract_pass_context(["email", "extra"], [], ctx, native=native)
    assert passed == {"email": "<b>", "extra": {"k": ["<i>"]}}
    assert type(passed["email"]) is type(passed["extra"]["k"][0]) is str


def test_passed_values_are_copies() -> None:
    """Nothing that delivery does to them reaches the context."""
    ctx = Signup(extra={"list": [1]})
    extract_pass_context(["extra"], [], ctx)["extra"]["list"].append(2)
    assert ctx.extra == {"list": [1]}


def test_undeclared_keys_pass_when_listed() -> None:
    """An open context's undeclared keys are keys."""
    ctx = OpenContext()
    ctx.set("colour", "red")
    assert extract_pass_context(["colour", "shape"], [], ctx) == {"colour": "red"}


@given(st.sets(st.sampled_from(Signup.__struct_fields__)), st.sets(st.sampled_from(["totp_uri", "role"])))
def test_unlisted_values_never_pass(passes: set[str], reveals: set[str]) -> None:
    """Whatever is listed, a planted value of another key is not in the JSON."""
    planted = {key: f"planted-{number}-" for number, key in enumerate(Signup.__struct_fields__)}
    ctx = Signup(**{key: value for key, value in planted.items() if key not in ("role", "extra")})  # type: ignore[arg-type]
    ctx.role, ctx.extra = Role(key=planted["role"]), {"deep": [planted["extra"]]}
    sent = json.dumps(extract_pass_context(passes, reveals, ctx))
    allowed = (passes - {"totp_uri", "role"}) | reveals
    assert {key for key, value in planted.items() if value in sent} == allowed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("email", ""),
        ("count", None),
        ("role.name", "admin"),
        ("role.level", None),
        ("site.host", "h"),
        ("extra.a.b", 0),
        ("unknown", MISSING),
        ("role.unknown", MISSING),
        ("role.name.upper", MISSING),
        ("role.__class__", MISSING),
        ("extra.items", MISSING),
        ("extra.a.b.c", MISSING),
        ("count.real", MISSING),
        ("input", MISSING),
        ("", MISSING),
        ("role.", MISSING),
        ("totp_uri", MISSING),
        ("role.key", MISSING),
        ("role", MISSING),
    ],
)
def test_value_at_a_path(path: str, value: Any) -> None:
    """A path follows keys, fields and dicts; it meets no attribute, and no secret."""
    ctx = Signup(role=Role("admin", None, "k"), site=Site("h"), extra={"a": {"b": 0}}, totp_uri="otpauth://")
    found = at_path(ctx, path)
    assert found is value if value is MISSING else found == value


def test_path_through_nothing() -> None:
    """A struct that is not there has no fields."""
    assert at_path(Signup(), "role.name") is MISSING


def test_path_of_an_undeclared_key() -> None:
    """An undeclared key may be a column too."""
    ctx = OpenContext()
    ctx.set("role", {"name": "admin"})
    assert at_path(ctx, "role.name") == "admin"
