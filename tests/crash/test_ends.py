"""One flow is cancelled, expired, finished, purged and swept at the same moment, two hundred times: it ends once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone

from tests.crash.shop import did
from wfapp import Context, Params, Workflow, rounds, step
from wfapp.errors import Fault
from wfapp.management.purge import purge_flows
from wfapp.management.recover import recover
from wfapp.models import ENDED, Flow, FlowEvent
from wfapp.rounds import end_by_staff
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.signals import flow_event

pytestmark = pytest.mark.crash

TIMES = 200
LATER = timedelta(days=30)
"""Behind every flow's life, and within the retention of its row."""


class Contested(Workflow[Context]):
    """Act, ask, act, end."""

    name = "tests/contested"

    class Params(Params):
        order: str

    @step(durable=True)
    def reserve(self) -> None:
        did(self.params.order, "reserve")

    @reserve.compensate
    def unreserve(self) -> None:
        did(self.params.order, "unreserve")

    confirm = step(form=forms.Form)

    @step(durable=True)
    def ship(self) -> None:
        did(self.params.order, "ship")

    @ship.compensate
    def unship(self) -> None:
        did(self.params.order, "unship")

    @step
    def done(self) -> None:
        did(self.params.order, "done")


@pytest.fixture
def announced() -> Iterator[Counter[Any]]:
    """Count the ends that are announced, by flow."""
    ends: Counter[Any] = Counter()

    def receive(event: FlowEvent, **kwargs: Any) -> None:
        if event.kind in ENDED:
            ends[event.flow] += 1

    flow_event.connect(receive)
    yield ends
    flow_event.disconnect(receive)


def test_a_flow_ends_once(announced: Counter[Any]) -> None:
    """Exactly one end, one event of it, and each undo once, or none where it was finished."""
    pages = {f"order {number}": begin(f"order {number}") for number in range(TIMES)}
    with ThreadPoolExecutor(5) as pool:
        for page in pages.values():
            at_once(pool, [partial(cancel, page), partial(expire, page), partial(finish, page), purge, sweep])
        pool.submit(sweep).result()
    ways = Counter(assert_ended_once(order, page, announced) for order, page in pages.items())
    assert sum(ways.values()) == TIMES
    print(f"Of {TIMES} flows {dict(ways)}.")  # noqa: T201


def begin(order: str) -> Answer:
    """Start a flow, which comes to its page."""
    return rounds.start(Contested, caller=Caller(door="python"), params={"order": order})


def at_once(pool: ThreadPoolExecutor, calls: list[Callable[[], Any]]) -> None:
    """Call all of them at the same moment; a refusal is an answer."""
    barrier = threading.Barrier(len(calls))

    def call(one: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            one()
        except Fault:
            pass
        finally:
            connections.close_all()

    for done in [pool.submit(call, one) for one in calls]:
        done.result()


def cancel(page: Answer) -> None:
    """Cancel it, as staff do."""
    end_by_staff(Flow, page.flow_id, status="cancelled")  # type: ignore[arg-type]


def expire(page: Answer) -> None:
    """Expire it, as the sweeper does."""
    end_by_staff(Flow, page.flow_id, status="expired")  # type: ignore[arg-type]


def finish(page: Answer) -> None:
    """Answer its page."""
    assert page.token is not None
    rounds.play(page.token, caller=Caller(door="python"), input=Input(values={}))


def purge() -> None:
    """Purge what is over."""
    purge_flows(Flow, timezone.now() + LATER, 500)


def sweep() -> None:
    """Take over what nobody runs."""
    recover(Flow)
    connections.close_all()


def assert_ended_once(order: str, page: Answer, announced: Counter[Any]) -> str:
    """Look at all that a flow left, and give how it ended."""
    status = Flow.objects.get(id=page.flow_id).status
    assert status in ("finished", "cancelled", "expired")
    assert list(FlowEvent.objects.filter(flow=page.flow_id, kind__in=ENDED).values_list("kind", flat=True)) == [status]
    assert announced[page.flow_id] == 1
    names = Group.objects.filter(name__startswith=f"{order} ").values_list("name", flat=True)
    wrote = Counter(name.split()[2] for name in names)
    if status == "finished":
        assert wrote == {"reserve": 1, "ship": 1, "done": 1}
    else:
        assert wrote["done"] == 0
        assert (wrote["reserve"], wrote["unreserve"]) == (1, 1)
        assert wrote["ship"] == wrote["unship"] <= 1
    return status
