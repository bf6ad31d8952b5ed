"""SQLite in its write-ahead mode, with three processes on one file: two workers, of which one dies, and a sweeper."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.integration.durable.background.outside import Outside
from tests.integration.durable.background.test_workers import begun, until
from wfapp.management.recover import recover
from wfapp.models import Flow

pytestmark = [
    pytest.mark.db,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a mode of SQLite"),
]

MANY = 6


def journal(mode: str) -> str:
    """Set the mode of the file, and give the one that it has."""
    with connection.cursor() as cursor:
        return str(cursor.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0])


@pytest.fixture(autouse=True)
def _wal(transactional_db: None) -> Iterator[None]:
    """Let the workers find the file in that mode."""
    assert journal("wal") == "wal"
    yield
    assert journal("delete") == "delete"


@pytest.mark.parametrize("lease", [3.0])
def test_processes_share_a_file(
    world: Outside, workers: list[subprocess.Popen[str]], lease: float, settings: Any
) -> None:
    """Each step of each flow is committed once, and each flow comes to its page."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=lease)}
    world.hold("make")
    flows = [begun()]
    until(lambda: "make" in world.names)
    os.kill(world.calls[-1][3], signal.SIGKILL)
    world.release("make")
    flows += [begun() for _ in range(MANY)]
    until(lambda: (recover(Flow), Flow.objects.filter(step="confirm", status="paused").count() == len(flows))[1])
    steps = [(name, str(flow.id)) for flow in flows for name in ("reserve", "make", "note", "warm")]
    assert world.written == dict.fromkeys(steps, 1)
    assert {flow.submit().end.data["made"] for flow in flows} == {1}
    assert len({(name, flow, key) for name, flow, key, _process in world.calls}) == len(steps)
