"""Statements that the ORM makes once and rounds fill: they write and read what the ORM itself would."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.flows.factories import NOW, make
from tests.flows.models import InviteFlow, WideFlow
from wfapp.models import FlowEvent
from wfapp.storage import statements

pytestmark = [pytest.mark.db, pytest.mark.django_db]

VALUES: dict[str, Any] = {
    "text": "Grüße",
    "prose": "100% of 'it'",
    "number": -7,
    "count": 7,
    "price": Decimal("19.90"),
    "ratio": 0.5,
    "flag": False,
    "day": date(2026, 10, 25),
    "moment": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "clock": time(14, 30, 59),
    "span": timedelta(days=2, seconds=3),
    "key": uuid.UUID(int=7),
    "data": {"list": [1, None, "x"]},
    "raw": b"\x00\xff%s",
    "plan": "paid",
    "revision": 4,
}


def test_an_update_writes_columns_of_every_type() -> None:
    """And touches no other row."""
    row, other = make(WideFlow), make(WideFlow)
    statements.update(WideFlow, "default", row.pk, VALUES)
    row.refresh_from_db()
    found = {name: getattr(row, name) for name in VALUES}
    assert found | {"raw": bytes(found["raw"])} == VALUES
    other.refresh_from_db()
    assert (other.text, other.revision) == (None, 0)


def test_an_update_writes_nulls_with_the_same_statement() -> None:
    """A column that had a value has none, in JSON too."""
    row = make(WideFlow)
    statements.update(WideFlow, "default", row.pk, VALUES)
    statements.update(WideFlow, "default", row.pk, dict.fromkeys(VALUES) | {"revision": 5})
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in VALUES} == dict.fromkeys(VALUES) | {"revision": 5}
    assert WideFlow.objects.filter(data__isnull=True).exists()


def test_an_update_writes_foreign_keys_by_their_column() -> None:
    """As shadow fields name them."""
    row, user = make(InviteFlow), User.objects.create(username="ada")
    statements.update(InviteFlow, "default", row.pk, {"inviter_id": user.pk, "updated_by_id": user.pk})
    row.refresh_from_db()
    assert (row.inviter, row.updated_by) == (user, user)


@pytest.mark.parametrize("signed_in", [False, True])
def test_rows_are_inserted_in_one_statement_and_in_order(signed_in: bool) -> None:
    """Each with its own values, and with those that they share."""
    actor = User.objects.create(username="ada").pk if signed_in else None
    same: dict[str, Any] = {"flow": uuid.uuid4(), "workflow": "w", "actor_id": actor, "revision": 1, "created_at": NOW}
    rows: list[dict[str, Any]] = [
        {"kind": "submitted", "step": "name", "error": "", "duration": 0.1},
        {"kind": "paused", "step": "100% 'of' \"it\" \\ ü", "error": "ValueError", "duration": None},
    ]
    with CaptureQueriesContext(connection) as queries:
        statements.insert("default", statements.Rows(FlowEvent, same, rows))
    assert len(queries) == 1
    assert list(FlowEvent.objects.order_by("id").values(*same, *rows[0])) == [same | row for row in rows]


@pytest.mark.parametrize(("count", "taken"), [(50, 1), (51, 2), (100, 2)])
def test_many_rows_take_few_statements(count: int, taken: int) -> None:
    """PostgreSQL takes them all at once."""
    same: dict[str, Any] = {"flow": uuid.uuid4(), "workflow": "w", "actor_id": None, "revision": 1, "created_at": NOW}
    rows = [{"kind": "step_done", "step": str(number), "error": "", "duration": 1.5} for number in range(count)]
    with CaptureQueriesContext(connection) as queries:
        statements.insert("default", statements.Rows(FlowEvent, same, rows))
    assert len(queries) == (1 if connection.vendor == "postgresql" else taken)
    assert [event.step for event in FlowEvent.objects.order_by("id")] == [row["step"] for row in rows]


def test_rows_go_with_an_update() -> None:
    """PostgreSQL takes both at once, in order, and is waited for once."""
    row = make(InviteFlow, step="name")
    same: dict[str, Any] = {"flow": row.pk, "workflow": "w", "actor_id": None, "revision": 1, "created_at": NOW}
    own = [{"kind": "step_done", "step": f"100% {number}", "error": "", "duration": 1.5} for number in range(60)]
    with CaptureQueriesContext(connection) as queries:
        statements.update(InviteFlow, "default", row.pk, {"step": "last"}, statements.Rows(FlowEvent, same, own))
    assert len(queries) == (1 if connection.vendor == "postgresql" else 3)
    assert list(FlowEvent.objects.order_by("id").values(*same, *own[0])) == [same | each for each in own]
    row.refresh_from_db()
    assert row.step == "last"


@pytest.mark.parametrize(("revision", "written"), [(0, 1), (1, 0)])
def test_rows_go_with_an_update_that_finds_its_row(revision: int, written: int) -> None:
    """Where it finds none nothing happens."""
    row = make(InviteFlow, status="paused")
    same: dict[str, Any] = {"flow": row.pk, "workflow": "w", "actor_id": None, "revision": 1, "created_at": NOW}
    rows = statements.Rows(FlowEvent, same, [{"kind": "paused", "step": "", "error": "", "duration": None}])
    where, values, among = {"id": row.pk, "revision": revision}, {"step": "last"}, ("status", ("paused", "pending"))
    found = statements.update_where(InviteFlow, "default", where, values, among=among, beside=rows)
    assert found is bool(written)
    assert FlowEvent.objects.count() == written
    assert InviteFlow.objects.filter(step="last").count() == written


def test_a_text_that_is_too_long_is_refused() -> None:
    """And not cut."""
    same: dict[str, Any] = {"flow": uuid.uuid4(), "workflow": "w", "actor_id": None, "revision": 1, "created_at": NOW}
    row = {"kind": "k" * 21, "step": "", "error": "", "duration": 1.5}
    if connection.vendor == "sqlite":
        pytest.skip("SQLite takes texts of any length.")
    with pytest.raises(DataError):
        statements.insert("default", statements.Rows(FlowEvent, same, [row]))


@pytest.mark.parametrize("look", [statements.read, statements.lock])
def test_columns_are_read_of_the_row_that_a_unique_column_finds(look: Callable[..., object]) -> None:
    """Or nothing."""
    make(InviteFlow, handle_hash="other")
    make(InviteFlow, handle_hash="mine", step="confirm", revision=3)
    with transaction.atomic():
        assert look(InviteFlow, "default", ("step", "revision"), handle_hash="mine") == ("confirm", 3)
        assert look(InviteFlow, "default", ("step", "revision"), handle_hash="nobody's") is None


def test_only_a_lock_locks() -> None:
    """And it waits for nobody, where the database knows how to lock a row."""
    statements._select.cache_clear()
    assert "FOR UPDATE" not in statements._select(InviteFlow, "default", ("step",), "handle_hash").sql
    with transaction.atomic():
        sql = statements._select(InviteFlow, "default", ("step",), "handle_hash", locked=True).sql
    assert sql.endswith("FOR UPDATE NOWAIT") is connection.features.has_select_for_update_nowait


def test_a_statement_is_made_once() -> None:
    """Other values fill the same SQL; other columns make another one."""
    row = make(WideFlow)
    made = statements._update.cache_info().misses
    for text in ("a", None, "b"):
        statements.update(WideFlow, "default", row.pk, {"text": text, "flag": True})
    assert statements._update.cache_info().misses - made == 1
