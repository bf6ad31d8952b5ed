"""Shadow fields: which columns they are, and what they take."""

from __future__ import annotations

import datetime
import decimal
import enum
import logging
import math
import uuid
from datetime import UTC
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.factories import NOW, make
from tests.flows.models import InviteFlow, Plan, WideFlow
from wfapp.declaration.context import Context, OpenContext, Secret, Struct
from wfapp.models import Flow, shadow


class Role(Struct):
    """Stand below a key."""

    name: str = ""
    pin: Secret[str] = ""


class InviteContext(Context):
    """Hold what InviteFlow mirrors."""

    email: str | None = None
    role: Role | None = None
    plan: str | None = None
    vip: bool | None = None
    team: str | None = None
    inviter_id: int | None = None


class SecretContext(Context):
    """Hold a secret under the name of a shadow field."""

    email: Secret[str] = ""


class Shade(enum.IntEnum):
    """Stand for a number."""

    DARK = 3


def invite(**values: Any) -> dict[str, Any]:
    """Give what InviteFlow's shadow fields take from such a context."""
    return InviteFlow.shadow_values(InviteContext(**values))


def wide(column: str, value: Any) -> Any:
    """Give what one column of WideFlow takes of a value."""
    context = OpenContext()
    context.set(column, value)
    return WideFlow.shadow_values(context)[column]


# Which columns are shadow fields


def test_paths_name_each_column_of_the_subclass_alone() -> None:
    """A column stands for the key of its name, or for the path that ``shadows`` gives."""
    assert InviteFlow.shadow_paths() == {
        "email": "email",
        "role": "role.name",
        "plan": "plan",
        "vip": "vip",
        "team": "team",
        "inviter_id": "inviter_id",
    }


def test_the_ready_made_flow_has_none() -> None:
    """wfapp.Flow mirrors nothing."""
    assert Flow.shadow_paths() == {}


# What they take


def test_a_hit_is_copied() -> None:
    """Values of the right type reach their columns."""
    values = invite(email="ann@example.com", role=Role(name="admin"), plan="paid", vip=True, team="blue")
    expected = {"email": "ann@example.com", "role": "admin", "plan": "paid", "vip": True, "team": "blue"}
    assert values == {**expected, "inviter_id": None}


def test_a_miss_writes_null_and_leaves_a_column_with_a_default_alone() -> None:
    """Nothing in the context is nothing in the columns, but what has a default keeps its value."""
    assert invite() == {"email": None, "role": None, "plan": None, "vip": None, "inviter_id": None}


@pytest.mark.parametrize(("column", "value"), [("vip", False), ("team", ""), ("email", "")])
def test_a_falsy_value_is_a_value(column: str, value: Any) -> None:
    """False and an empty text are copied."""
    assert invite(**{column: value})[column] == value


def test_zero_is_a_value() -> None:
    """The number 0 is copied."""
    assert wide("number", 0) == 0


def test_an_enum_is_copied_as_its_value() -> None:
    """Members of enums stand in columns as their value."""
    assert wide("plan", Plan.PAID) == "paid"
    assert type(wide("plan", Plan.PAID)) is str
    assert wide("number", Shade.DARK) == 3


def test_a_value_that_is_no_choice_is_refused() -> None:
    """The field's own choices hold."""
    assert invite(plan="platinum")["plan"] is None


def test_a_text_that_is_no_address_is_refused() -> None:
    """The field's own validators hold."""
    assert invite(email="nobody")["email"] is None


def test_a_refused_value_keeps_what_stands_in_a_column_that_takes_no_null() -> None:
    """Too long for a column with a default: it is left out."""
    assert "team" not in invite(team="x" * 21)


def test_a_secret_is_a_miss() -> None:
    """No secret reaches a column, not even under its very name."""
    assert InviteFlow.shadow_values(SecretContext(email="ann@example.com"))["email"] is None


@pytest.mark.django_db
def test_a_foreign_key_takes_the_id_of_a_row_that_exists() -> None:
    """A user's id is copied; one that leads nowhere is refused, since storing it would undo the round."""
    user = User.objects.create_user("ann")
    assert invite(inviter_id=user.pk)["inviter_id"] == user.pk
    assert invite(inviter_id=user.pk + 1)["inviter_id"] is None


WIDEST = decimal.Decimal("9999.99")
RIGHT = [
    ("text", "12345"),
    ("prose", "long " * 100),
    ("number", -32768),
    ("count", 0),
    ("price", WIDEST),
    ("price", 12),
    ("ratio", 0.5),
    ("ratio", 1),
    ("ratio", 1e300),
    ("flag", True),
    ("day", NOW.date()),
    ("moment", NOW),
    ("clock", datetime.time(23, 59)),
    ("span", datetime.timedelta(days=-1)),
    ("key", uuid.UUID(int=7)),
    ("data", {"a": [1, None, "b"]}),
    ("data", []),
    ("raw", b"\x00\xff"),
    ("plan", "free"),
]
WRONG = [
    ("text", 1),
    ("text", b"bytes"),
    ("text", ["a"]),
    ("text", "123456"),
    ("text", "a\0b"),
    ("text", "\ud800"),
    ("number", "1"),
    ("number", True),
    ("number", 1.0),
    ("number", 2**63),
    ("count", -1),
    ("price", "1.00"),
    ("price", 0.5),
    ("price", decimal.Decimal("0.001")),
    ("price", decimal.Decimal("NaN")),
    ("price", 10_000),
    ("ratio", "1"),
    ("ratio", float("nan")),
    ("ratio", float("inf")),
    ("ratio", 10**400),
    ("flag", 1),
    ("flag", ""),
    ("day", "2026-05-01"),
    ("day", NOW),
    ("moment", "2026-05-01T12:00:00Z"),
    ("moment", NOW.date()),
    ("moment", NOW.replace(tzinfo=None)),
    ("moment", datetime.datetime.max.replace(tzinfo=UTC)),
    ("clock", "12:00"),
    ("clock", datetime.time(12, tzinfo=UTC)),
    ("span", 5),
    ("span", datetime.timedelta.max),
    ("key", "00000000-0000-0000-0000-000000000007"),
    ("key", 7),
    ("key", uuid.UUID("7dfb4d2e-17f5-c13e-6ce3-8d733ed6ff1a")),
    ("data", {"a": ["\0"]}),
    ("data", {"\0": 1}),
    ("data", {"a": float("nan")}),
    ("data", Role()),
    ("raw", "dGV4dA=="),
    ("plan", "gold"),
]


@pytest.mark.parametrize(("column", "value"), RIGHT, ids=lambda value: repr(value)[:30])
def test_a_value_of_the_right_type_is_taken(column: str, value: Any) -> None:
    """Each kind of column takes its own type; wider numbers take integers too."""
    assert wide(column, value) == value


@pytest.mark.parametrize(("column", "value"), WRONG, ids=lambda value: repr(value)[:30])
def test_what_a_column_cannot_hold_is_refused(column: str, value: Any) -> None:
    """A wrong type, too long, out of range, NUL, a lone surrogate, a time without zone: null."""
    assert wide(column, value) is None


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e9, 1e9)
    | st.sampled_from([math.inf, -math.inf, math.nan])
    | st.decimals()
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.times(timezones=st.none() | st.just(UTC))
    | st.timedeltas()
    | st.uuids()
    | st.sampled_from(Plan),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.slow
@pytest.mark.db
@pytest.mark.django_db
@given(value=ANY)
def test_no_value_at_all_breaks_a_store(value: Any) -> None:
    """Whatever stands in the context, what the columns take of it can be stored and comes back the same."""
    context = OpenContext()
    for column in WideFlow.shadow_fields():
        context.set(column, value)
    values = WideFlow.shadow_values(context)
    with transaction.atomic():
        flow = make(WideFlow, **values)
        stored = WideFlow.objects.values(*values).get(pk=flow.pk)
        transaction.set_rollback(True)
    stored["raw"] = stored["raw"] and bytes(stored["raw"])
    assert {**stored, "ratio": None} == {**values, "ratio": None}
    assert stored["ratio"] == pytest.approx(values["ratio"])


def test_a_refusal_is_logged_once_per_field_without_its_value(caplog: pytest.LogCaptureFixture) -> None:
    """The log names field, type and path, and never the value."""
    shadow._report.cache_clear()
    with caplog.at_level(logging.WARNING, "wfapp.models"):
        for value in ("swordfish", "trombone"):
            invite(plan=value)
    assert caplog.messages == [
        "The shadow field flows.InviteFlow.plan took no value: it refuses the str at 'plan' of the context."
    ]


def test_the_end_empties_the_fields_that_are_to_be_forgotten() -> None:
    """Null where the column takes it, else its default."""
    assert InviteFlow.forgotten_shadow_values() == {"role": None, "team": "nobody"}
