"""The rows of flows: querysets, columns, indexes, permissions."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.flows.factories import NOW, make
from tests.flows.models import InviteFlow
from wfapp.models import ENDED, OPEN, AbstractFlow, Flow, FlowEvent, FlowQuerySet, Status

SECOND = timedelta(seconds=1)


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
    assert InviteFlow._meta.default_permissions == ("view", "cancel", "expire", "resend", "revoke", "undo", "close")


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
