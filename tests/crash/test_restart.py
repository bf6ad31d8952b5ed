"""PostgreSQL itself is restarted while many flows run: all end, and the counts are exact."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from django.contrib.auth.models import Group

from tests.crash import shop
from tests.crash.payments import Payments
from tests.crash.postgres import Server
from tests.crash.workers import fork, join, patient
from wfapp.models import Flow, FlowEvent

pytestmark = pytest.mark.crash

FLOWS, WORKERS = 500, 8
DOOMED = 10
"""Of so many flows one fails at its end, and is undone."""


def test_all_flows_end_whatever_the_server_does(
    sweepers: Callable[[], AbstractContextManager[None]], payments: Payments
) -> None:
    """It is restarted twice, once without a word to anybody; whoever lost it asks again, as a client does."""
    server = Server()
    with sweepers():
        working = [fork(partial(work, range(first, FLOWS, WORKERS))) for first in range(WORKERS)]
        for charged, mode in ((FLOWS // 5, "fast"), (FLOWS // 2, "immediate")):
            wait_for(lambda charged=charged: payments.count("charge") >= charged)
            server.restart(mode)
        for worker in working:
            join(worker)
        wait_for(lambda: patient(lambda: not Flow.objects.exclude(status__in=["finished", "failed"]).exists()))
    doomed = len([number for number in range(FLOWS) if is_doomed(number)])
    assert Flow.objects.count() == FLOWS
    assert Flow.objects.filter(status="failed").count() == doomed
    wrote = [name.split()[2] for name in Group.objects.values_list("name", flat=True)]
    good = FLOWS - doomed
    expected = {"note": FLOWS, "reserve": FLOWS, "charge": FLOWS, "ship": good, "done": good}
    assert {what: wrote.count(what) for what in expected} == expected
    assert {what: wrote.count(what) for what in ("unreserve", "refund")} == {"unreserve": doomed, "refund": doomed}
    for number in range(FLOWS):
        charged, refunded = (payments.asked(kind, f"order {number}") for kind in ("charge", "refund"))
        assert (charged.keys, charged.booked) == (1, 1)
        assert (refunded.keys, refunded.booked) == ((1, 1) if is_doomed(number) else (0, 0))
    assert FlowEvent.objects.filter(kind__in=["finished", "failed"]).count() == FLOWS


def work(numbers: range) -> None:
    """Play orders to their end, one after the other."""
    for number in numbers:
        page = patient(partial(shop.begin, f"order {number}", doomed=is_doomed(number)))
        patient(partial(shop.confirm, page))


def is_doomed(number: int) -> bool:
    """Tell whether an order is one of those that fail."""
    return number % DOOMED == 0


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
