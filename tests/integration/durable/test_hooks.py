"""What receivers hear of a flow, and that no flow hears of them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.durable.shop import Order, World
from wfapp import signals
from wfapp.models import FlowEvent
from wfapp.signals import announced, flow_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard() -> Iterator[list[FlowEvent]]:
    """Listen."""
    events: list[FlowEvent] = []

    def listen(event: FlowEvent, **kwargs: Any) -> None:
        events.append(event)

    flow_event.connect(listen)
    yield events
    assert announced()
    flow_event.disconnect(listen)


def test_receivers_hear_what_is_stored(heard: list[FlowEvent], outside: World) -> None:
    """Each event once, in order, as its row; the end once, whichever it is."""
    outside.errors["ship"] = [OSError()]
    outside.errors["charge"] = [OSError()]
    Order.start(data={"city": "Linz"}).submit({})
    assert announced()
    rows = list(FlowEvent.objects.order_by("id"))
    assert [(event.pk, event.kind, event.step, event.error) for event in heard] == [
        (row.pk, row.kind, row.step, row.error) for row in rows
    ]
    assert [event.kind for event in heard if event.kind in {"finished", "failed", "cancelled"}] == ["failed"]
    assert [f"{event.kind} {event.step}".strip() for event in heard][-5:] == [
        "step_failed ship",
        "compensating",
        "compensated charge",
        "compensated reserve",
        "failed",
    ]


def test_a_duration_is_that_of_its_step(heard: list[FlowEvent], outside: World) -> None:
    """And not of all that ran with it."""
    pause = threading.Event()
    outside.hooks["charge"] = lambda workflow: [pause.wait(1)].clear()
    Order.start(data={"city": "Linz"}).cancel()
    assert announced()
    took = {(event.kind, event.step): event.duration or 0.0 for event in heard}
    assert took["step_done", "charge"] >= 990
    assert 0 < took["compensated", "charge"] < took["step_done", "charge"]
    assert 0 < took["step_done", "reserve"] < 990


def test_one_slow_hook_delays_the_flow(
    outside: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Named: one slow hook delays the flow. It is at its page while the receiver looks at its first event."""
    go_on, kinds = threading.Event(), list[str]()
    monkeypatch.setattr(signals, "SLOW", 0.0)

    def slow(event: FlowEvent, **kwargs: Any) -> None:
        if not go_on.wait(30):
            # Its flow waits for it: once is enough.
            go_on.set()
        kinds.append(event.kind)

    flow_event.connect(slow)
    try:
        flow = Order.start(data={"city": "Linz"})
        assert flow.submit({}).end is not None
        assert (kinds, announced(0.01)) == ([], False)
        go_on.set()
        assert announced()
    finally:
        go_on.set()
        flow_event.disconnect(slow)
    assert (kinds[0], kinds[-1], len(kinds)) == ("started", "finished", FlowEvent.objects.count())
    assert "The receivers of flow_event took" in caplog.text


def test_a_hook_that_raises_stops_nobody(heard: list[FlowEvent], caplog: pytest.LogCaptureFixture) -> None:
    """The others hear all, and so does the log, without a word of the exception's."""

    def broken(**kwargs: Any) -> None:
        raise ZeroDivisionError("a secret")

    flow_event.connect(broken)
    try:
        Order.start()
        assert announced()
    finally:
        flow_event.disconnect(broken)
    assert [event.kind for event in heard] == ["started", "paused"]
    own = [record.getMessage() for record in caplog.records if record.name == "wfapp.signals"]
    assert len(own) == 2
    assert not [text for text in own if "secret" in text]


def test_a_hook_that_ends_its_thread_ends_nothing(heard: list[FlowEvent], caplog: pytest.LogCaptureFixture) -> None:
    """What comes later is told; an exit is logged as an error is."""

    def leaves(event: FlowEvent, **kwargs: Any) -> None:
        if event.kind == "started":
            raise SystemExit("a secret")

    flow_event.connect(leaves)
    try:
        Order.start()
        assert announced()
    finally:
        flow_event.disconnect(leaves)
    assert heard[-1].kind == "paused"
    assert [record.getMessage() for record in caplog.records if record.name == "wfapp.signals"] == [
        "A receiver of flow_event raised SystemExit."
    ]


def test_a_hook_may_play_flows(heard: list[FlowEvent]) -> None:
    """What comes of that is told after it."""
    started: list[Any] = []

    def plays(event: FlowEvent, **kwargs: Any) -> None:
        if not started:
            started.append(Order.start())

    flow_event.connect(plays)
    try:
        first = Order.start()
        assert announced()
    finally:
        flow_event.disconnect(plays)
    assert [event.flow for event in heard] == [first.id, first.id, started[0].id, started[0].id]


def test_too_much_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, heard: list[FlowEvent]
) -> None:
    """A receiver that never ends does not fill the memory."""
    monkeypatch.setattr(signals, "MOST", 1)
    go_on = threading.Event()

    def slow(**kwargs: Any) -> None:
        assert go_on.wait(30)

    flow_event.connect(slow)
    try:
        for _number in range(3):
            Order.start()
    finally:
        go_on.set()
        assert announced()
        flow_event.disconnect(slow)
    assert 1 <= len(heard) < FlowEvent.objects.count()
    assert "Receivers of flow_event are too slow: " in caplog.text


def test_without_a_thread_nothing_is_told_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, heard: list[FlowEvent]
) -> None:
    """As at the very end of a process; the next one is told of again."""
    monkeypatch.setattr(signals, "_herald", signals._Herald())
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", lambda thread: (_ for _ in ()).throw(RuntimeError()))
        Order.start()
    assert announced()
    assert heard == []
    assert "No thread for receivers of flow_event: 2 events are not announced." in caplog.text
    Order.start()
    assert announced()
    assert len(heard) == 2


ENDS = """
import time
from django.conf import settings
from wfapp.signals import announce, flow_event

def slow(event, **kwargs):
    time.sleep(0.2)
    print(event, flush=True)

settings.configure()
flow_event.connect(slow)
announce(None, [1, 2, 3])
print("the end", flush=True)
"""


def test_what_waits_is_told_before_the_process_ends() -> None:
    """A receiver that is slow, not endlessly, hears all of it."""
    ran = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split("\n") == ["the end", "1", "2", "3", ""]
