"""The tables of wfapp: what a shadow field takes, how a token names a table, what a model's checks say."""

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
from django.core.checks import CheckMessage
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.factories import NOW, make
from tests.flows.models import InviteFlow, Plan, WideFlow
from wfapp.declaration.context import Context, OpenContext, Secret, Struct
from wfapp.errors import InvalidToken
from wfapp.models import (
    ENDED,
    OPEN,
    AbstractFlow,
    Flow,
    FlowEvent,
    FlowQuerySet,
    Status,
    flow_models,
    model_by_tag,
    shadow,
    table_tag,
)

SECOND = datetime.timedelta(seconds=1)


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


# Which tables there are


def test_all_installed_models_with_a_table_of_their_own_are_flow_models() -> None:
    """The app's own and those of other apps."""
    assert {Flow, InviteFlow, WideFlow} <= set(flow_models())


def test_a_tag_leads_back_to_its_model() -> None:
    """Four characters that a token may hold."""
    assert [model_by_tag(table_tag(model)) for model in flow_models()] == flow_models()
    assert table_tag(Flow) == "2YcU"


@pytest.mark.parametrize("tag", ["", "AAAA", "2ycU", "2YcUx"])
def test_a_foreign_tag_is_an_invalid_token(tag: str) -> None:
    """What names no table opens nothing."""
    with pytest.raises(InvalidToken):
        model_by_tag(tag)


# Querysets


def test_every_status_is_open_or_ended_or_being_undone() -> None:
    """No status stands in two groups."""
    undone = {Status.COMPENSATING, Status.COMPENSATION_FAILED}
    assert {*OPEN, *ENDED, *undone} == set(Status)
    assert len(OPEN) + len(ENDED) + len(undone) == len(Status)


@pytest.fixture
def one_of_each() -> dict[str, AbstractFlow]:
    """Give a flow of each status, expired, past its retention and with an answer that is over."""
    past = {"expires_at": NOW, "retain_until": NOW, "answer_until": NOW}
    return {status.value: make(Flow, status=status, **past) for status in Status}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "statuses"),
    [
        (Flow.objects.open, OPEN),
        (Flow.objects.ended, ENDED),
        (Flow.objects.sealed, (*OPEN, Status.COMPENSATING, Status.COMPENSATION_FAILED)),
        (lambda: Flow.objects.expired(NOW), OPEN),
        (lambda: Flow.objects.past_retention(NOW), ENDED),
        (lambda: Flow.objects.past_answer(NOW), ENDED),
        (lambda: Flow.objects.expired(NOW - SECOND), ()),
        (lambda: Flow.objects.past_retention(NOW - SECOND), ()),
        (lambda: Flow.objects.past_answer(NOW - SECOND), ()),
        (lambda: Flow.objects.of("tests/invite"), tuple(Status)),
        (lambda: Flow.objects.of("demo/other"), ()),
    ],
)
def test_querysets_select_by_status_and_time(
    one_of_each: dict[str, AbstractFlow], rows: Any, statuses: tuple[str, ...]
) -> None:
    """Being undone is neither open nor ended, and so is never purged."""
    assert set(rows().values_list("status", flat=True)) == {str(status) for status in statuses}
    assert isinstance(rows(), FlowQuerySet)


# Columns, indexes, permissions


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("column", ["handle_hash", "watch_hash", "idempotency_hash"])
def test_a_hash_stands_in_one_row(column: str) -> None:
    """Two rows of one handle, watch handle or idempotency key cannot be."""
    make(Flow, **{column: "x" * 43})
    with pytest.raises(IntegrityError), transaction.atomic():
        make(Flow, **{column: "x" * 43})


@pytest.mark.db
@pytest.mark.django_db
def test_a_subclass_has_indexes_of_its_own() -> None:
    """What serves the admin's list and the sweeper is there for every model."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, InviteFlow._meta.db_table).values()
    columns = [constraint["columns"] for constraint in found if constraint["index"]]
    for expected in (["created_at", "id"], ["workflow", "status", "created_at", "id"], ["status", "expires_at"]):
        assert expected in columns


def test_a_subclass_has_permissions_of_its_own() -> None:
    """View, cancel and expire; nobody may add, change or delete."""
    assert InviteFlow._meta.default_permissions == ("view", "cancel", "expire")


@pytest.mark.django_db
def test_flows_and_events_outlive_their_user() -> None:
    """Deleting a user takes only the name away."""
    user = User.objects.create_user("ann")
    flow = make(Flow, created_by=user, updated_by=user)
    event = FlowEvent.objects.create(flow=flow.pk, workflow=flow.workflow, kind="started", actor=user, created_at=NOW)
    user.delete()
    flow.refresh_from_db()
    event.refresh_from_db()
    assert (flow.created_by, flow.updated_by, event.actor) == (None, None, None)


def test_rows_print_what_they_are() -> None:
    """A name for log lines and the admin's history."""
    flow = Flow(id=uuid.UUID(int=1), workflow="demo/hello")
    event = FlowEvent(workflow="demo/hello", kind="step_done", step="ask", created_at=timezone.now())
    assert str(flow) == "demo/hello 00000000-0000-0000-0000-000000000001"
    assert str(event) == "demo/hello step_done ask"


# Checks


def complaints(model: type[AbstractFlow]) -> list[tuple[str | None, str, str | None]]:
    """Give what wfapp's own checks of a model say."""
    found: list[CheckMessage] = [message for message in model.check() if str(message.id).startswith("wfapp.")]
    return [(message.id, message.msg, message.hint) for message in found]


def test_the_models_of_the_tests_are_right() -> None:
    """Nothing is said of a model that keeps the rules."""
    assert complaints(Flow) == complaints(InviteFlow) == complaints(WideFlow) == []


@isolate_apps("tests.flows")
def test_a_model_that_derives_from_a_concrete_one_is_refused() -> None:
    """One row in two tables cannot be locked and stored with one statement."""

    class Odd(Flow):
        class Meta:
            app_label = "flows"

    expected = "flows.Odd derives from wfapp.Flow: a flow would stand in two tables."
    assert complaints(Odd) == [("wfapp.E301", expected, "Derive from AbstractFlow.")]


@isolate_apps("tests.flows")
def test_a_proxy_is_left_alone() -> None:
    """A proxy has no table to be wrong."""

    class Odd(InviteFlow):
        class Meta:
            app_label = "flows"
            proxy = True

    assert complaints(Odd) == []


@isolate_apps("tests.flows")
def test_a_meta_without_the_base_is_refused() -> None:
    """Indexes and permissions come by inheritance."""

    class Odd(AbstractFlow):
        class Meta:
            app_label = "flows"

    expected = "flows.Odd lacks the indexes and permissions of a flow."
    assert complaints(Odd) == [("wfapp.E302", expected, "Write class Meta(AbstractFlow.Meta).")]


@isolate_apps("tests.flows")
def test_a_name_that_is_no_shadow_field_is_refused() -> None:
    """The error names the bad value and the legal ones."""

    class Odd(AbstractFlow):
        role = models.CharField(max_length=5, null=True)
        shadows = {"rolle": "role.name"}
        forget_shadows = ["step"]

        class Meta(AbstractFlow.Meta):
            app_label = "flows"

    legal = "Its shadow fields are: role."
    assert complaints(Odd) == [
        ("wfapp.E303", "flows.Odd has no shadow field 'rolle', which its shadows names.", legal),
        ("wfapp.E303", "flows.Odd has no shadow field 'step', which its forget_shadows names.", legal),
    ]


@isolate_apps("tests.flows")
def test_a_column_that_cannot_be_empty_or_repeated_is_refused() -> None:
    """A flow begins without values, and two flows may have the same."""

    class Odd(AbstractFlow):
        role = models.CharField(max_length=5)
        email = models.EmailField(null=True, unique=True)

        class Meta(AbstractFlow.Meta):
            app_label = "flows"

    assert complaints(Odd) == [
        ("wfapp.E304", "flows.Odd.role has no value until a step sets one.", "Give it null=True or a default."),
        (
            "wfapp.E305",
            "flows.Odd.email is unique: a second flow of the same value would be lost.",
            "Give it db_index=True.",
        ),
    ]
