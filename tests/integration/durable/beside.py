"""Something runs in a thread with connections of its own, while a test looks at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F

from wfapp.models import Flow

__all__ = ["Gate", "apart", "beside", "locks_rows", "pass_time", "until"]

PATIENCE = 30.0

locks_rows = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets nobody write beside a step")


class Gate:
    """Hold a step: it says that it has come, and goes on once it is let."""

    def __init__(self) -> None:
        self.come = threading.Event()
        self.go = threading.Event()

    def __call__(self, workflow: Any) -> None:
        self.come.set()
        assert self.go.wait(PATIENCE)


def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def pass_time(wait: timedelta) -> None:
    """Let what flows wait for be nearer; the clock that they go by is the database's, which nobody can turn."""
    Flow.objects.filter(due_at__isnull=False).update(due_at=F("due_at") - wait)


def apart(call: Callable[[], Any]) -> Any:
    """Call, and close what connections that took."""
    try:
        return call()
    finally:
        connections.close_all()


@contextmanager
def beside(*calls: Callable[[], Any]) -> Iterator[list[Future[Any]]]:
    """Run calls in a thread each."""
    with ThreadPoolExecutor(len(calls)) as pool:
        yield [pool.submit(apart, call) for call in calls]
