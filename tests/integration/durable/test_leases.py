"""A lease is renewed by each step that follows another one, but not by one that follows at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from wfapp import Workflow, step
from wfapp.models import Flow
from wfapp.storage import lease
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leases() -> Iterator[list[datetime | None]]:
    """Run a flow with some steps, and give what each of them finds as the end of its lease."""
    found: list[datetime | None] = []

    def look(self: Any) -> None:
        found.append(Flow.objects.values_list("due_at", flat=True).get())

    with isolated_registry():
        steps = {f"look{number}": step(durable=True)(look) for number in range(5)}
        workflow = type("Looking", (Workflow,), {"name": "tests/looking", **steps})
        assert workflow.start().status == "finished"
        yield found


def test_steps_that_follow_at_once_share_a_lease(leases: list[datetime | None]) -> None:
    """So that no index has to know of them; the round before the first one has stored a lease of its own."""
    assert None not in leases
    assert len(set(leases[1:])) == 1


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass that is short enough."""
    monkeypatch.setattr(lease, "KEPT", 10**12)


@pytest.mark.usefixtures("at_once")
def test_steps_that_follow_later_renew_it(leases: list[datetime | None]) -> None:
    """Each of them has the whole of it."""
    assert sorted(set(leases), key=str) == leases
