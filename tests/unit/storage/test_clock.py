"""The clock of the database, on machines whose own is right and on others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wfapp.storage import clock
from wfapp.storage.clock import time_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]

CLOSE = timedelta(seconds=2)
OWN = connection.vendor != "sqlite"


@pytest.fixture(autouse=True)
def _nothing_measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin as a new process does."""
    monkeypatch.setattr(clock, "_measured", {})
    return


def turn(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Set this machine's clock."""
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + by)


def test_clocks_that_agree_are_left_alone() -> None:
    """To the microsecond, so that a time which was just read is not over."""
    before = timezone.now()
    assert before <= time_of("default") <= timezone.now()


@pytest.mark.parametrize("by", [timedelta(seconds=30), timedelta(days=-400)])
def test_a_machine_goes_by_the_databases_clock(by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's is that of the machine."""
    turn(monkeypatch, by)
    true = datetime.now(UTC) if OWN else timezone.now()
    assert abs(time_of("default") - true) < CLOSE


def test_a_clock_that_is_set_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is seen at once, and not with the next measurement."""
    time_of("default")
    turn(monkeypatch, timedelta(hours=1))
    true = datetime.now(UTC) if OWN else timezone.now()
    assert abs(time_of("default") - true) < CLOSE


def test_it_is_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not for each step."""
    with CaptureQueriesContext(connection) as asked:
        for _ in range(5):
            time_of("default")
    assert len(asked) == OWN
    monkeypatch.setattr(clock, "AGE", 0.0)
    with CaptureQueriesContext(connection) as asked:
        time_of("default")
    assert len(asked) == OWN


def test_without_time_zones(settings: Any) -> None:
    """Where every time of a site is naive, this one is."""
    settings.USE_TZ = False
    assert abs(time_of("default") - datetime.now()) < CLOSE  # noqa: DTZ005  as the site has it
