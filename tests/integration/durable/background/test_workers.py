"""Two workers in processes of their own, on a real queue: many flows, a death, an end, and a look at a step."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from tests.integration.durable.background.outside import Outside
from tests.integration.durable.background.workflows import Workspace
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent
from wfapp.rounds.tasks import run_step

pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Workers = list[subprocess.Popen[str]]

PATIENCE = 60.0
"""How many seconds anything may take, the start of the workers among it."""

MANY, FEW = 20, 8


def until(holds: Callable[[], Any]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.02)


def begun() -> Any:
    """Start a flow, which comes to its first background step."""
    return Workspace.start(data={"label": "Linz"})


def tasks_of(flow: uuid.UUID) -> list[DBTaskResult]:
    """List the tasks of a flow, those that have run among them."""
    return [task for task in DBTaskResult.objects.all() if str(flow) in task.args_kwargs["args"]]


def test_many_flows_run_each_step_once(world: Outside, workers: Workers) -> None:
    """Whichever worker has them: every step is called once and written once."""
    flows = [begun() for _ in range(MANY)]
    until(lambda: Flow.objects.filter(step="confirm", status="paused").count() == MANY)
    steps = sorted((name, str(flow.id)) for flow in flows for name in ("reserve", "make", "note", "warm"))
    assert sorted((name, flow) for name, flow, _key, _process in world.calls) == steps
    assert world.written == dict.fromkeys(steps, 1)
    assert {flow.submit().end.data["made"] for flow in flows} == {1}
    assert {call[3] for call in world.calls if call[0] == "make"} <= {worker.pid for worker in workers}


def test_tasks_that_come_twice_run_once(world: Outside, workers: Workers) -> None:
    """However near to each other the two workers get them."""
    for _ in range(FEW):
        flow = begun()
        first = min(tasks_of(flow.id), key=lambda task: task.enqueued_at)
        for _again in range(3):
            run_step.enqueue(*first.args_kwargs["args"])
    until(lambda: Flow.objects.filter(step="confirm", status="paused").count() == FEW)
    until(lambda: not DBTaskResult.objects.exclude(status="SUCCESSFUL").exists())
    assert Counter(world.names) == dict.fromkeys(["reserve", "make", "note", "warm"], FEW)
    assert set(world.written.values()) == {1}


def test_a_worker_that_is_killed_in_the_step(world: Outside, workers: Workers, lease: float, settings: Any) -> None:
    """Once its lease is over the step runs again, with the same key; nothing of the first run is there."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=lease)}
    world.hold("make")
    flow = begun()
    until(lambda: "make" in world.names)
    os.kill(world.calls[-1][3], signal.SIGKILL)
    world.release("make")
    until(lambda: recover(Flow).run)
    until(lambda: Flow.objects.filter(step="confirm").exists())
    assert world.names == ["reserve", "make", "make", "note", "warm"]
    assert len({(key, name) for name, _flow, key, _process in world.calls}) == 4
    assert set(world.written.values()) == {1}
    assert flow.submit().end.data == {"made": 1}


@pytest.mark.parametrize("lease", [4.0])
def test_a_worker_that_lives_is_not_taken_over(world: Outside, workers: Workers, lease: float, settings: Any) -> None:
    """However long its step takes: its heart beats."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=lease)}
    world.hold("make")
    begun()
    until(lambda: "make" in world.names)
    end = time.monotonic() + lease + 1
    until(lambda: recover(Flow).run or time.monotonic() > end)
    world.release("make")
    until(lambda: Flow.objects.filter(step="confirm").exists())
    assert world.names == ["reserve", "make", "note", "warm"]


def test_whoever_looks_sees_how_far_it_is(world: Outside, workers: Workers) -> None:
    """While it runs: in code and on the wire alike."""
    world.hold("make")
    flow = begun()
    until(lambda: "make" in world.names)
    pending = flow.look().pending
    assert (pending.step, pending.progress, pending.text) == ("make", 0.4, "Creating your workspace")
    world.release("make")
    until(lambda: flow.look().pending is None)
    assert flow.answer.page.step == "confirm"


def test_cancelled_while_it_runs(world: Outside, workers: Workers) -> None:
    """The step learns it, what it did is rolled back, and what completed is undone by its worker."""
    world.hold("make")
    flow = begun()
    until(lambda: "make" in world.names)
    flow.action("wf.cancel")
    until(lambda: Flow.objects.filter(status="cancelled").exists())
    assert world.names == ["reserve", "make", "unmake", "unreserve"]
    assert ("make", str(flow.id)) not in world.written
    assert list(FlowEvent.objects.filter(kind="cancelled").values_list("kind", flat=True)) == ["cancelled"]
    assert {name for name, _flow, _key, process in world.calls if process == os.getpid()} == {"reserve"}
