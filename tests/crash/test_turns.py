"""Only so many flows go on at once, over processes some of which are killed: no place is lost, and none given twice."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from tests.crash.workers import fork, join, kill, patient
from wfapp import Context, Params, Workflow, step
from wfapp.models import Flow, Turn

pytestmark = pytest.mark.crash

WORKERS, KILLED, EACH = 8, 3, 5


class CrashTurns(Workflow[Context]):
    """Two at once; each notes when it comes in and when it goes."""

    name = "tests/crash-turns"
    max_concurrency = 2

    class Params(Params):
        book: str

    @step(durable=True)
    def inside(self) -> None:
        note(Path(self.params.book), "+", self.flow.id)
        Group.objects.create(name=f"inside {uuid.uuid4()}")
        time.sleep(0.02)
        note(Path(self.params.book), "-", self.flow.id)


def note(book: Path, what: str, flow: uuid.UUID) -> None:
    """Write a line as a whole, whoever else writes."""
    line = f"{time.monotonic()} {what} {flow}\n".encode()
    handle = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line)
    os.close(handle)


def most_at_once(book: Path) -> int:
    """Tell how many flows were inside at the same time at most; one whose process was killed is, until it is redone."""
    inside: set[str] = set()
    most = 0
    for _moment, what, flow in sorted((float(line[0]), line[1], line[2]) for line in lines(book)):
        inside = inside | {flow} if what == "+" else inside - {flow}
        most = max(most, len(inside))
    return most


def lines(book: Path) -> list[list[str]]:
    """Read the book."""
    return [line.split() for line in book.read_text().splitlines()] if book.exists() else []


def work(book: Path) -> None:
    """Run one flow after the other."""
    for _ in range(EACH):
        patient(partial(CrashTurns.run, params={"book": str(book)}, timeout=timedelta(seconds=60)))


def test_places_over_processes(tmp_path: Path, sweepers: Callable[[], AbstractContextManager[None]]) -> None:
    """Whoever is killed while inside keeps its place until somebody has taken the flow over and ended it."""
    book = tmp_path / "book"
    with sweepers():
        running = [fork(partial(work, book)) for _ in range(WORKERS)]
        for number in range(KILLED):
            until(lambda number=number: len(lines(book)) >= 10 * (number + 1))
            kill(running.pop())
        for pid in running:
            join(pid)
        until(lambda: not Flow.objects.exclude(status="finished").exists())
    begun = Flow.objects.count()
    assert (WORKERS - KILLED) * EACH <= begun <= WORKERS * EACH
    assert Group.objects.count() == begun
    assert most_at_once(book) == CrashTurns.max_concurrency
    assert Turn.objects.waiting().count() == 0
    assert Turn.objects.places().count() == CrashTurns.max_concurrency


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
