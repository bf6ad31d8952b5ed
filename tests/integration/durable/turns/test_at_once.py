"""Many starts at once, on a real database: never more go on than may, none is lost, and none runs twice."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.integration.durable.beside import apart, locks_rows
from tests.integration.durable.shop import World
from tests.integration.durable.turns.workflows import Booth, Job, Refused
from wfapp import rounds
from wfapp.errors import TooManyFlows
from wfapp.models import Flow, Turn
from wfapp.rounds.answer import Caller
from wfapp.storage.turns import call_up

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

MANY = 10 if connection.vendor == "sqlite" else 50
"""SQLite lets one write at a time, and has those who come too often told to come again."""

PATIENCE = timedelta(seconds=120)


class Crowd:
    """Count those who are inside at the same time."""

    def __init__(self) -> None:
        self.most = self.now = 0
        self._lock = threading.Lock()

    @contextmanager
    def inside(self) -> Any:
        """Be counted."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            yield
        finally:
            with self._lock:
                self.now -= 1


def at_once(call: Any) -> list[Any]:
    """Call from many threads that are released together; what one is refused with is a result, too."""
    barrier = threading.Barrier(MANY)

    def called() -> Any:
        barrier.wait()
        try:
            return call()
        except TooManyFlows as refused:
            return refused

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(lambda _number: apart(called), range(MANY)))


@pytest.fixture
def crowd(outside: World) -> Crowd:
    """Count the steps that run at the same time; each looks whether more flows go on than may."""
    crowd = Crowd()

    def work(workflow: Any) -> None:
        with crowd.inside():
            threading.Event().wait(0.02)

    outside.hooks["work"] = work
    return crowd


def test_many_runs_at_once(outside: World, crowd: Crowd) -> None:
    """Five of them at a time; each comes to its turn while its caller waits, and runs once."""
    results = at_once(lambda: Job.run(timeout=PATIENCE))
    assert Counter(result.status for result in results) == {"finished": MANY}
    assert outside.calls == ["work"] * MANY
    assert outside.written == ["work"] * MANY
    assert 1 <= crowd.most <= Job.max_concurrency
    assert Turn.objects.waiting().count() == 0


@locks_rows
def test_many_starts_that_may_be_refused(outside: World, crowd: Crowd) -> None:
    """Those that found no place left nothing; the others ran once."""
    results = at_once(Refused.start)
    refused = [result for result in results if isinstance(result, TooManyFlows)]
    assert 0 < len(refused) <= MANY - Refused.max_concurrency
    assert len(outside.written) == Flow.objects.count() == MANY - len(refused)
    assert crowd.most <= Refused.max_concurrency


def test_many_who_come_to_a_page(outside: World) -> None:
    """They keep their places: two pages are shown, and everybody else stands in line, once."""
    answers = at_once(lambda: rounds.start(Booth, caller=Caller(door="rest"), params={}))
    shown = [answer for answer in answers if answer.status == "form"]
    # One that found the last place locked stands in line although there is one.
    call_up(Booth)
    going = Flow.objects.filter(status="paused").count() + Flow.objects.filter(due_at__isnull=False).count()
    assert (len(shown) <= Booth.max_concurrency, going) == (True, Booth.max_concurrency)
    assert Turn.objects.waiting().count() == MANY - Booth.max_concurrency
    assert len({answer.flow_id for answer in answers}) == Flow.objects.count() == MANY


def test_many_who_call_up(outside: World) -> None:
    """Each free place is given once, to those who came first."""
    flows = [rounds.start(Booth, caller=Caller(door="rest"), params={}).flow_id for _ in range(12)]
    Flow.objects.filter(pk__in=flows[:2]).update(status="finished")
    called = [pk for pks in at_once(lambda: call_up(Booth)) for pk in pks]
    assert sorted(called, key=flows.index) == flows[2:4]
    places = dict(Turn.objects.places().values_list("place", "flow"))
    assert sorted(places.values(), key=flows.index) == flows[2:4]
    assert list(Turn.objects.waiting().values_list("flow", flat=True)) == flows[4:]


@locks_rows
def test_a_start_that_is_not_committed_has_its_place(outside: World, crowd: Crowd) -> None:
    """Another process neither waits for it nor takes it."""
    gates = [threading.Event() for _ in range(Refused.max_concurrency)]
    go = threading.Event()

    def work(workflow: Any) -> None:
        next(gate for gate in gates if not gate.is_set()).set()
        assert go.wait(30)

    outside.hooks["work"] = work
    with ThreadPoolExecutor(len(gates)) as pool:
        running = []
        for gate in gates:
            running.append(pool.submit(apart, Refused.start))
            assert gate.wait(30)
        with pytest.raises(TooManyFlows):
            Refused.start()
        go.set()
        assert [one.result().status for one in running] == ["finished"] * len(gates)
    outside.hooks.clear()
    assert Refused.start().status == "finished"
