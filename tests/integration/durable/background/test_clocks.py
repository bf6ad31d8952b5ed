"""Workers whose machines have another time than the sweeper's: the database's clock is the one that counts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
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
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is on one machine, which has one clock"),
]

Workers = list[subprocess.Popen[str]]


@pytest.mark.parametrize("clock", [-30.0])
def test_a_worker_that_is_behind_keeps_what_it_runs(
    world: Outside, workers: Workers, lease: float, settings: Any
) -> None:
    """By the sweeper's clock its lease would be over before it begins."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=lease)}
    world.hold("make")
    begun()
    until(lambda: "make" in world.names)
    end = time.monotonic() + 1.5 * lease
    until(lambda: recover(Flow).run or time.monotonic() > end)
    world.release("make")
    until(lambda: Flow.objects.filter(step="confirm").exists())
    assert world.names == ["reserve", "make", "note", "warm"]


@pytest.mark.parametrize("clock", [30.0])
def test_what_a_worker_that_is_ahead_leaves_is_taken_over(
    world: Outside, workers: Workers, lease: float, settings: Any
) -> None:
    """Once its lease is over, and not half a minute later."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=lease)}
    world.hold("make")
    begun()
    until(lambda: "make" in world.names)
    os.kill(world.calls[-1][3], signal.SIGKILL)
    killed = time.monotonic()
    world.release("make")
    until(lambda: recover(Flow).run)
    assert time.monotonic() - killed < 15
    until(lambda: Flow.objects.filter(step="confirm").exists())
    assert world.names == ["reserve", "make", "make", "note", "warm"]
