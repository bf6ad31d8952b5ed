"""The time by the clock of a database, the one that all who share it have in common.

Leases are written and compared by it: whoever goes by a clock of their own, which is ahead, would take a flow from an
owner who lives.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

__all__ = ["time_of"]

AGE = 60.0
"""For how long a measured difference is believed, in seconds."""

STEP = 1.0
"""By how much more than time has passed a machine's own clock may have moved until it is measured anew, in seconds."""

_EPOCH = {
    "postgresql": "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
    "mysql": "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))",
}
"""Microseconds since 1970; SQLite has no clock of its own."""


@dataclass(frozen=True, slots=True)
class _Measured:
    lead: timedelta
    own: float
    at: float

    def holds(self) -> bool:
        passed = time.monotonic() - self.at
        return passed < AGE and abs(_own() - self.own - passed) < STEP


_measured: dict[str, _Measured] = {}


def time_of(using: str) -> datetime:
    """Tell the time by the clock of a database."""
    return timezone.now() + _lead(using)


def _lead(using: str) -> timedelta:
    """Tell how far the clock of a database is ahead of this machine's.

    It is asked once a minute, and where this machine's own was set.
    """
    measured = _measured.get(using)
    if measured is None or not measured.holds():
        measured = _measured[using] = _Measured(_difference(using), _own(), time.monotonic())
    return measured.lead


def _difference(using: str) -> timedelta:
    """Give the least difference that explains what the database says, which took a moment to say it."""
    connection = connections[using]
    if connection.vendor not in _EPOCH:
        return timedelta()
    before = _own()
    with connection.cursor() as cursor:
        cursor.execute(_EPOCH[connection.vendor])
        there = int(cursor.fetchone()[0]) / 1_000_000
    return timedelta(seconds=max(there - _own(), 0.0) + min(there - before, 0.0))


def _own() -> float:
    return timezone.now().timestamp()
