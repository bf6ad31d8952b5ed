"""The list of flows: what it shows, how it stays quick, and what does not break it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.factories import invite, make
from tests.flows.models import InviteFlow
from tests.unit.admin.site import LIST, listed, page_of, text_of
from wfapp.admin import BoundedPaginator
from wfapp.models import Flow

pytestmark = pytest.mark.django_db


def test_the_list_shows_what_stands_in_columns(staff: Client) -> None:
    """Workflow, step, status, age and the shadow fields."""
    flow = invite("ann@example.com")
    InviteFlow.objects.update(created_at=timezone.now() - timedelta(days=3))
    html = text_of(staff.get(LIST))
    for text in (page_of(flow), "tests/invite", "confirm", "waiting for input", "3\xa0days", "ann@example.com", "Paid"):
        assert text in html
    names = staff.get(LIST).context["cl"].list_display[1:]
    assert names == ["workflow", "step", "status", "age", "email", "role", "plan", "vip", "team", "inviter"]


def test_the_newest_flow_stands_first(staff: Client) -> None:
    """The default order is by age."""
    now = timezone.now()
    flows = [make(InviteFlow, created_at=now - timedelta(minutes=minutes)) for minutes in (2, 1, 3)]
    assert listed(staff) == [flows[1].pk, flows[0].pk, flows[2].pk]


def test_the_number_of_queries_does_not_grow_with_the_rows(staff: Client) -> None:
    """Foreign keys among the shadow fields included."""
    counts = []
    for rows in (2, 60):
        for number in range(rows):
            make(InviteFlow, inviter=User.objects.create_user(f"user {rows} {number}"))
        with CaptureQueriesContext(connection) as queries:
            text_of(staff.get(LIST))
        counts.append(len(queries))
    assert counts == [4, 4]  # session, user, the bounded count, the rows


@pytest.mark.db
def test_no_query_of_the_list_reads_what_is_sealed_or_counts_without_a_bound(staff: Client) -> None:
    """The sealed columns are long, and a full count reads the whole table."""
    invite()
    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST, {"plan__exact": "paid"})
    flows = [query["sql"] for query in queries if "flows_inviteflow" in query["sql"]]
    assert len(flows) == 2
    for sql in flows:
        assert '"state"' not in sql
        assert '"answer"' not in sql
        assert "LIMIT" in sql or "COUNT" not in sql


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, ["created_at", "id"]),
        ({"workflow": "tests/invite"}, ["workflow", "created_at", "id"]),
        ({"status__exact": "paused"}, ["status", "created_at", "id"]),
        ({"workflow": "tests/invite", "status__exact": "paused"}, ["workflow", "status", "created_at", "id"]),
        ({"created_at__gte": "2026-01-01 00:00:00+00:00"}, ["created_at", "id"]),
        (
            {"workflow": "tests/invite", "status__exact": "paused", "created_at__gte": "2026-01-01 00:00:00+00:00"},
            ["workflow", "status", "created_at", "id"],
        ),
        ({"o": "4"}, ["created_at", "id"]),
    ],
)
def test_an_index_serves_the_list_and_its_filters(
    rf: RequestFactory, admin_user: User, query: dict[str, str], index: list[str]
) -> None:
    """SQLite reads the rows in their order from an index: nothing is sorted, and nothing else is read."""
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite")
    request = rf.get(LIST, query)
    request.user = admin_user
    rows = admin.site.get_model_admin(InviteFlow).get_changelist_instance(request).queryset
    plan = rows[:100].explain()
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, InviteFlow._meta.db_table)
    name = next(name for name, found in constraints.items() if found["columns"] == index and found["index"])
    assert f"USING INDEX {name}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "values",
    [
        {"state": b"no sealed state at all"},
        {"status": "melted"},
        {"workflow": "tests/gone", "step": "nowhere"},
        {"handle_hash": None, "binding_hash": "?"},
    ],
)
def test_an_unreadable_row_breaks_neither_the_list_nor_its_page(staff: Client, values: dict[str, Any]) -> None:
    """Staff see what stands in its columns."""
    flow = invite("ann@example.com")
    InviteFlow.objects.update(**values)
    assert "ann@example.com" in text_of(staff.get(LIST))
    assert "ann@example.com" in text_of(staff.get(page_of(flow)))


def test_markup_in_a_shadow_field_is_text(staff: Client) -> None:
    """A person typed it."""
    flow = make(InviteFlow, role="<script>alert(1)</script>")
    for address in (LIST, page_of(flow)):
        assert "<script>alert(1)" not in text_of(staff.get(address))


def test_the_ready_made_model_is_registered(staff: Client) -> None:
    """wfapp.Flow has no shadow fields, and its list works the same."""
    flow = make(Flow)
    assert str(flow.pk) in text_of(staff.get("/admin/wfapp/flow/"))
    assert "Shadow fields" not in text_of(staff.get(f"/admin/wfapp/flow/{flow.pk}/change/"))


# Pages of many rows


def test_a_count_ends_at_its_bound() -> None:
    """Rows beyond it are not looked at."""
    for _ in range(5):
        make(Flow)
    paginator = BoundedPaginator(Flow.objects.order_by("-created_at"), 2)
    paginator.bound = 3
    with CaptureQueriesContext(connection) as queries:
        assert (paginator.count, paginator.num_pages, paginator.is_cut) == (3, 2, True)
    assert "LIMIT 3" in queries[0]["sql"]
    assert not BoundedPaginator(Flow.objects.order_by("-created_at"), 2).is_cut


def test_a_list_counts_as_well() -> None:
    """Django pages lists with the same class."""
    assert BoundedPaginator([Flow(), Flow()], 1).count == 2


def test_the_list_says_where_it_stopped_to_count(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise staff would take the bound for the number."""
    make(InviteFlow)
    assert "not counted further" not in text_of(staff.get(LIST))
    monkeypatch.setattr(BoundedPaginator, "bound", 1)
    assert "There may be more than these 1: they are not counted further." in text_of(staff.get(LIST))
