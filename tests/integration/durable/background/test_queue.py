"""Background steps on a real queue: what is in it, who runs it, and what of a task that is lost or comes twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.integration.durable.background.outside import Outside
from tests.integration.durable.background.workflows import Workspace
from tests.integration.durable.beside import pass_time
from wfapp.conf import conf
from wfapp.errors import Busy
from wfapp.management.recover import recover
from wfapp.models import Flow
from wfapp.rounds.tasks import run_step
from wfapp.tasks import MODULE

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

BEFORE = ["reserve"]
ALL = ["reserve", "make", "note", "warm"]

Work = Callable[[], None]


def begun() -> Any:
    """Start a flow, which comes to its first background step."""
    return Workspace.start(data={"label": "Linz"})


def queue() -> list[list[Any]]:
    """List the arguments of the tasks that wait."""
    return [task.args_kwargs["args"] for task in DBTaskResult.objects.ready().order_by("enqueued_at")]


def later(monkeypatch: pytest.MonkeyPatch, wait: timedelta) -> None:
    """Turn the clock."""
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + wait)


def test_a_step_is_queued_and_nobody_runs_it(world: Outside) -> None:
    """The task knows where the flow is, and nothing of it; whoever looks is told to wait."""
    flow = begun()
    row = Flow.objects.get()
    assert (flow.answer.status, flow.answer.pending.step, flow.answer.title) == ("pending", "make", "Your workspace")
    assert queue() == [["wfapp.Flow", str(flow.id), row.fence]]
    assert (row.status, world.names) == ("pending", BEFORE)
    assert row.due_at is not None
    assert row.due_at > timezone.now() + conf.QUEUE_LEASE - timedelta(minutes=1)


def test_a_worker_goes_on_to_the_next_page(world: Outside, work: Work) -> None:
    """With the steps behind the first one; another one in the background is a task of its own."""
    flow = begun()
    work()
    assert world.names == ALL
    assert set(world.written.values()) == {1}
    assert DBTaskResult.objects.successful().count() == 2
    answer = flow.look()
    assert (answer.page.step, answer.page.passed) == ("confirm", {"label": "Linz", "made": 1})
    assert flow.submit().end.data == {"made": 1}


def test_a_task_that_comes_twice_runs_once(world: Outside, work: Work) -> None:
    """The second finds another fence."""
    begun()
    [task] = queue()
    run_step.enqueue(*task)
    run_step.enqueue(*task)
    work()
    assert world.names == ALL
    run_step.enqueue(*task)
    work()
    assert world.names == ALL


def test_a_task_that_is_lost_is_found(world: Outside, work: Work) -> None:
    """By the sweeper, once it has waited for long enough; where the task turns up after all it does nothing."""
    flow = begun()
    [task] = queue()
    DBTaskResult.objects.all().delete()
    assert recover(Flow).run == 0
    pass_time(conf.QUEUE_LEASE + timedelta(seconds=1))
    assert recover(Flow).run == 1
    run_step.enqueue(*task)
    work()
    assert world.names == ALL
    assert flow.look().page.step == "confirm"


def test_a_queue_that_is_down(world: Outside, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What was committed is: the answer is the same, and the sweeper runs the step."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.Gone"}}
    with caplog.at_level(logging.ERROR, "wfapp.rounds"):
        flow = begun()
    assert flow.answer.status == "pending"
    [said] = caplog.messages
    # Django's own framework and the package before it name the error a little differently.
    assert said.startswith(f"Step make of flow {flow.id} was left to the sweeper: InvalidTaskBackend")
    pass_time(conf.QUEUE_LEASE + timedelta(seconds=1))
    assert recover(Flow).run == 1
    assert world.names == ["reserve", "make", "note"]


def test_a_backend_that_runs_it_in_place(world: Outside, settings: Any) -> None:
    """The answer is the page behind it."""
    settings.TASKS = {"default": {"BACKEND": f"{MODULE}.backends.immediate.ImmediateBackend"}}
    flow = begun()
    assert world.names == ALL
    assert flow.answer.page.step == "confirm"


def test_cancelled_in_the_queue(world: Outside, work: Work) -> None:
    """It ends at once, what was done before is undone, and the task does nothing."""
    flow = begun()
    end = flow.cancel().end
    work()
    assert (end.reason, Flow.objects.get().status, world.names) == ("cancelled", "cancelled", ["reserve", "unreserve"])


def test_expired_in_the_queue(world: Outside, work: Work) -> None:
    """Where its time is over and no worker has come; the task does nothing then."""
    begun()
    Flow.objects.update(expires_at=timezone.now())
    assert recover(Flow).expired == 1
    work()
    assert (Flow.objects.get().status, world.names) == ("expired", ["reserve", "unreserve"])


def test_a_worker_that_comes_too_late(world: Outside, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs no step of a flow whose time is over: it ends it."""
    begun()
    later(monkeypatch, Workspace.lifetime)
    work()
    assert (Flow.objects.get().status, world.names) == ("expired", ["reserve", "unreserve"])


def test_cancelled_by_whoever_waits(world: Outside, work: Work) -> None:
    """The button of the page is there while the step is queued."""
    flow = begun()
    assert [action.id for action in flow.answer.notice.actions] == ["wf.cancel"]
    assert flow.action("wf.cancel").end.reason == "cancelled"
    work()
    assert world.names == ["reserve", "unreserve"]


def test_no_post_runs_it(world: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told to come again while the step is queued; where its task is lost, that is the sweeper's affair."""
    flow = begun()
    with pytest.raises(Busy):
        flow.submit({})
    pass_time(conf.QUEUE_LEASE + timedelta(seconds=1))
    assert flow.submit({}).status == "pending"
    assert world.names == BEFORE


def test_attempts_in_the_worker(world: Outside, work: Work) -> None:
    """Short waits are sat out there."""
    world.fail("make", 2)
    begun()
    work()
    assert world.names == ["reserve", "make", "make", "make", "note", "warm"]
    assert len({key for name, _flow, key, _process in world.calls if name == "make"}) == 1
    assert set(world.written.values()) == {1}


def test_an_attempt_that_is_put_off(world: Outside, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a task again, for a worker to run at its time."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    world.fail("make", 1)
    flow = begun()
    work()
    assert (world.names, flow.look().status) == (["reserve", "make"], "pending")
    task = DBTaskResult.objects.get(status="READY")
    assert task.run_after == Flow.objects.get().due_at
    later(monkeypatch, timedelta(minutes=6))
    work()
    assert world.names == ["reserve", "make", "make", "note", "warm"]


def test_a_backend_that_cannot_put_off(
    world: Outside, work: Work, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeper tries it again, at its time."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    settings.TASKS = {"default": {"BACKEND": f"{MODULE}.backends.immediate.ImmediateBackend"}}
    world.fail("make", 1)
    flow = begun()
    assert (world.names, flow.answer.status) == (["reserve", "make"], "pending")
    pass_time(timedelta(minutes=6))
    assert recover(Flow).run == 1
    assert flow.look().page.step == "confirm"


def test_undone_in_the_worker(world: Outside, work: Work) -> None:
    """What fails for good there is undone there."""
    world.fail("warm", 1)
    flow = begun()
    work()
    assert world.names == [*ALL, "unmake", "unreserve"]
    assert ("warm", str(flow.id)) not in world.written
    assert (flow.look().end.reason, Flow.objects.get().status) == ("failed", "failed")
