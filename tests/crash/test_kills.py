"""Whoever runs a flow is killed at each point of it: nothing is lost, nothing doubled, nothing stuck.

Each point three times; ``CRASHES=50`` makes it fifty.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count
from django_tasks_db.management.commands.db_worker import Worker

from tests.crash import shop
from tests.crash.conftest import LEASE, MAIL_LEASE, PAUSE, SWEEPERS
from tests.crash.payments import Payments
from tests.crash.takeovers import Takeovers
from tests.crash.workers import after, before, fork, forked, join, killed_at
from wfapp.links.channels import EmailChannel
from wfapp.links.outbox import deliver_due
from wfapp.management.recover import recover
from wfapp.models import ENDED, Flow, FlowEvent, OutgoingMessage
from wfapp.rounds import holding, recovery, running, undoing
from wfapp.rounds.answer import Answer
from wfapp.storage.database import DatabaseClaim, DatabaseStorage
from wfapp.storage.lease import FencedClaim

pytestmark = pytest.mark.crash

TIMES = int(os.environ.get("CRASHES", "3"))
MARGIN = 1.0
"""What a machine may take beyond the lease and the sweepers' rest until one of them has had its turn, in seconds, or
three times what it takes just now for an order that nobody kills.
"""


class Left(Enum):
    """Say what a killed process leaves behind, and so who goes on with it."""

    LEASE = 1
    """A flow that is due once the lease is over: the sweeper's."""

    MAIL = 2
    """A message that is due once whoever began to send it has taken too long: the sweeper's."""

    PAGE = 3
    """A flow that still waits for its answer, and nothing that would be waited for: its person's."""

    NOTHING = 4
    """A flow that is over."""


@dataclass(frozen=True)
class Point:
    """Say where a process is killed: how it is brought to stop there, and which of its duties it is at."""

    arm: Callable[[str], Any] = lambda point: None
    duty: str = "confirm"
    workflow: type[shop.CrashOrder] = shop.CrashOrder
    left: Left = Left.LEASE
    doomed: bool = False
    """Whether the order fails at its last step, and is undone."""

    mails: tuple[int, ...] = (1,)
    """How often its mail may arrive: a mail server knows no idempotency key, only that it is the same message."""

    @property
    def vies(self) -> bool:
        """Tell whether sweepers would do themselves what is to be killed, so that they begin behind it."""
        return self.duty in ("sweep", "deliver")


def arming(wrap: Callable[[Any, str, str], None], owner: Any, name: str) -> Callable[[str], None]:
    """Let a function stop at the point."""
    return lambda point: wrap(owner, name, point)


POINTS = {
    "before the lock": Point(arming(before, DatabaseStorage, "_lock"), left=Left.PAGE),
    "under the lock": Point(arming(after, DatabaseClaim, "store"), left=Left.PAGE),
    "after the round's commit": Point(arming(before, holding, "run_on")),
    "inside a step, before its effect": Point(),
    "inside a step, after its effect": Point(),
    "before a step's commit": Point(arming(after, FencedClaim, "store")),
    "after a step's commit": Point(arming(after, running, "_attempt")),
    "after the last commit, before the answer": Point(arming(after, holding, "run_on"), left=Left.NOTHING),
    "after the failure, before the first undo": Point(arming(before, running, "undo_next"), doomed=True),
    "inside an undo, before its effect": Point(doomed=True),
    "inside an undo, after its effect": Point(doomed=True),
    "after an undo's commit": Point(arming(after, undoing, "_undone"), doomed=True),
    "after the last undo, before the end": Point(arming(before, undoing, "_arrived"), doomed=True),
    "in a sweeper that took a flow over": Point(arming(after, running, "_attempt"), duty="sweep"),
    "inside a background step": Point(workflow=shop.CrashBackground, duty="provide"),
    "after a background step's commit": Point(
        arming(after, recovery, "go_on"), workflow=shop.CrashBackground, duty="provide", left=Left.NOTHING
    ),
    "during delivery, before the mail is handed over": Point(
        arming(before, EmailChannel, "send"), duty="deliver", left=Left.MAIL
    ),
    "during delivery, after the mail was handed over": Point(
        arming(after, EmailChannel, "send"), duty="deliver", left=Left.MAIL, mails=(1, 2)
    ),
}


@pytest.mark.parametrize("name", POINTS)
def test_a_kill_loses_nothing_and_doubles_nothing(
    name: str, sweepers: Callable[[], AbstractContextManager[None]], takeovers: Takeovers, mailbox: Path
) -> None:
    """The sweeper, or whoever asks again, has each flow within the lease, and brings it to its end once."""
    point = POINTS[name]
    pages: dict[str, Answer] = {}
    waits: list[float] = []
    usual = time.monotonic()
    forked(partial(shop.confirm, shop.begin("nobody's", doomed=point.doomed)))
    usual = time.monotonic() - usual
    while len(waits) < TIMES:
        some = [f"order {number}" for number in range(len(pages), len(pages) + min(SWEEPERS, TIMES - len(waits)))]
        pages |= {order: shop.begin(order, doomed=point.doomed, workflow=point.workflow) for order in some}
        works = [partial(DUTIES[point.duty], pages[order]) for order in some]
        if point.vies:
            killed = kill_all(name, works)
        with sweepers():
            if not point.vies:
                killed = kill_all(name, works)
            if point.left is Left.PAGE:
                again = [fork(partial(ask_again, pages[order], takeovers)) for order in some]
                for worker in again:
                    join(worker)
            if point.duty == "provide":
                forked(work_off)
            until_over()
        moments = {pages[order].flow_id: moment for order, moment in zip(some, killed, strict=True)}
        waits += [
            wait for flow, moment in moments.items() if (wait := waited(flow, moment, point, takeovers)) is not None
        ]
        assert len(pages) <= 2 * TIMES + SWEEPERS, "Most workers lost their lease before they came to the point."
    for order, page in pages.items():
        assert_exact(order, page, point, shop.outside.payments)
    assert_mailed(point, mailbox, len(pages) + 1)
    longest = max(waits)
    print(f"{name}: {len(waits)} killed of {len(pages)}, taken over within {longest:.2f} s; usual {usual:.2f} s.")  # noqa: T201
    assert longest < allowed(point, usual)


def kill_all(name: str, works: list[Callable[[], Any]]) -> list[float | None]:
    """Kill a process for each order: at the same time, but where one of them could take the task of another one.

    What a sweeper has queued, for a worker whose lease was over on a machine that stood still, is worked off first.
    """
    point = POINTS[name]
    if point.duty != "provide":
        return killed_at(name, point.arm, works)
    moments = []
    for work in works:
        forked(work_off)
        moments += killed_at(name, point.arm, [work])
    return moments


def waited(flow: uuid.UUID | None, killed: float | None, point: Point, takeovers: Takeovers) -> float | None:
    """Give how long a flow was nobody's; ``None`` where a machine that stood still had a living worker lose it."""
    if killed is None:
        return None
    if point.left is Left.NOTHING:
        return 0.0
    if not point.vies and point.left is Left.LEASE and (takeovers.first(flow) or killed) < killed:
        return None
    taken = takeovers.first(flow, killed)
    # A worker that found such a task all the same was killed at that one.
    assert taken is not None or point.duty == "provide"
    # A sweeper, or a worker of the queue, may have been killed at the flow of another one of these orders.
    if taken is not None and point.left is Left.LEASE and point.duty == "confirm":
        assert takeovers.passed_over(flow, killed, killed + LEASE.total_seconds()) == 0
    return None if taken is None else taken - killed


def allowed(point: Point, usual: float) -> float:
    """Say how long a flow may be nobody's, in seconds: for the lease, the sweepers' rest and the margin."""
    lease = {Left.LEASE: LEASE, Left.MAIL: MAIL_LEASE}.get(point.left, timedelta())
    return lease.total_seconds() + PAUSE + max(MARGIN, 3 * usual)


def until_over() -> None:
    """Wait until every flow has ended and every message is sent."""
    end = time.monotonic() + 60
    while Flow.objects.exclude(status__in=ENDED).exists() or OutgoingMessage.objects.exclude(status="sent").exists():
        assert time.monotonic() < end, list(Flow.objects.values_list("status", "step", "due_at", "stop"))
        time.sleep(0.02)


def assert_exact(order: str, page: Answer, point: Point, payments: Payments) -> None:
    """Look at all that an order left: each effect is there once."""
    good, bad = (0, 1) if point.doomed else (1, 0)
    wrote = {what: shop.wrote(order, what) for what in ("note", "reserve", "charge", "ship", "done")}
    assert wrote == {"note": 1, "reserve": 1, "charge": 1, "ship": good, "done": good}
    assert {what: shop.wrote(order, what) for what in ("unreserve", "refund")} == {"unreserve": bad, "refund": bad}
    charged, refunded = payments.asked("charge", order), payments.asked("refund", order)
    assert (charged.keys, charged.booked) == (1, 1)
    assert (refunded.keys, refunded.booked) == (bad, bad)
    assert max(charged.requests, refunded.requests) <= 2
    flow = Flow.objects.get(id=page.flow_id)
    assert flow.status == ("failed" if point.doomed else "finished")
    assert shop.wrote(order, "provide") == (point.workflow is shop.CrashBackground)
    happened = FlowEvent.objects.filter(flow=flow.pk).values_list("kind", "step").annotate(Count("id"))
    assert {(kind, step): count for kind, step, count in happened if count > 1} == {}
    again = shop.confirm(page)
    assert again.end is not None
    assert (again.status, again.end.reason) == (("aborted", "failed") if point.doomed else ("finished", ""))


def assert_mailed(point: Point, mailbox: Path, orders: int) -> None:
    """Look at the mail: each order that was shipped has one message, under one name."""
    names: dict[str, int] = {}
    for file in mailbox.glob("*.log"):
        for line in file.read_text().splitlines():
            if line.startswith("Message-ID: "):
                names[line] = names.get(line, 0) + 1
    assert len(names) == (0 if point.doomed else orders)
    assert set(names.values()) <= set(point.mails)


def confirm(page: Answer) -> None:
    """Answer the page, as a web worker does."""
    shop.confirm(page)


def ask_again(page: Answer, takeovers: Takeovers) -> None:
    """Answer the page once more, as whoever got no answer does."""
    takeovers.watch()
    shop.confirm(page)


def sweep(page: Answer) -> None:
    """Take over what another worker left as it was killed."""
    forked(partial(killed_worker, page))
    while not recover(Flow).run:
        time.sleep(0.01)


def killed_worker(page: Answer) -> None:
    """Be killed right after the round."""
    point = "after the round's commit"
    assert killed_at(point, POINTS[point].arm, [partial(shop.confirm, page)]) != [None]


def deliver(page: Answer) -> None:
    """Answer the page, and send what it asked for."""
    shop.confirm(page)
    deliver_due()


def provide(page: Answer) -> None:
    """Answer the page, and run what that queued."""
    shop.confirm(page)
    work_off()


def work_off() -> None:
    """Run what is queued: the worker of ``manage.py db_worker --batch``."""
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=str(os.getpid()),
        excluded_queue_names=[],
    ).run()


DUTIES = {"provide": provide, "confirm": confirm, "sweep": sweep, "deliver": deliver}
