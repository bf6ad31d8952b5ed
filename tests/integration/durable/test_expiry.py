"""A flow whose time is over while a step of it waits, or runs: it expires, and what it did is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.integration.durable.beside import Gate, beside, locks_rows, pass_time, until
from tests.integration.durable.jobs import Job
from tests.integration.durable.shop import Order, World, world
from tests.integration.durable.test_cancel import ends, statuses
from tests.integration.durable.test_losses import lease_is_over
from tests.integration.durable.turns.test_turns import begin, fill
from tests.integration.durable.turns.workflows import Booth
from wfapp import Abort, Ask, Context, Workflow, step
from wfapp.management.batches import locked
from wfapp.management.recover import recover
from wfapp.models import Flow
from wfapp.rounds import end_by_staff, run_next_due
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def time_is_over() -> None:
    """Let the absolute life of each flow end now."""
    Flow.objects.update(expires_at=timezone.now())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the lives of the jobs end at once when this is called; until then they are as long as ever."""
    now = timezone.now
    return lambda: monkeypatch.setattr(timezone, "now", lambda: now() + Job.lifetime)


@pytest.fixture
def waiting(outside: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a job that waits, for longer than it lives, to send once more."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(days=300))
    outside.errors["send"] = [OSError()]
    flow = Job.flows.get(pk=Job.run().id)
    assert flow.status == "pending"
    return flow


def test_a_step_that_waits_expires(waiting: Any, outside: World) -> None:
    """By the sweeper, once its time is over and not before; what completed is undone."""
    assert recover(Flow).expired == 0
    time_is_over()
    assert recover(Flow).expired == 1
    result = waiting.result()
    assert (result.status, statuses(result)["book"], outside.written[-1]) == ("expired", "compensated", "unbook")
    assert ends() == [("expired", "")]
    assert recover(Flow).expired == 0


def test_a_page_that_is_answered_just_in_time_goes_on(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeper has seen that its time was over, and looks again once nobody else has the flow."""
    flow = Order.start(data={"city": "Linz"})
    time_is_over()

    def after_the_answer(rows: Any) -> Any:
        Flow.objects.update(expires_at=timezone.now() + timedelta(days=1))
        return locked(rows)

    monkeypatch.setattr("wfapp.management.recover.locked", after_the_answer)
    assert recover(Flow).expired == 0
    assert (flow.status, outside.written[-1]) == ("paused", "note")


@locks_rows
def test_a_page_that_is_being_answered_is_left_to_the_next_sweep(outside: World) -> None:
    """The sweeper waits for no round."""
    flow, gate = Order.start(data={"city": "Linz"}), Gate()
    outside.hooks["confirm"] = gate
    time_is_over()
    with beside(lambda: flow.submit({}).end) as (end,):
        assert gate.come.wait(30)
        assert recover(Flow).expired == 0
        gate.go.set()
        assert end.result().status == "finished"


@pytest.mark.parametrize("asks", [False, True])
def test_an_undo_that_waits_for_its_next_attempt(asks: bool, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow that is over keeps its end, however long that takes; one on its way back to a page expires."""
    monkeypatch.setattr("wfapp.rounds.undoing.delay_after", lambda *args: timedelta(minutes=5))
    outside.hooks["confirm"] = lambda workflow: Ask("address") if asks else Abort("no-more")
    outside.errors["refund"] = [OSError()]
    flow = Order.start(data={"city": "Linz"})
    assert flow.submit({}).status == ("pending" if asks else "aborted")
    time_is_over()
    assert recover(Flow).expired == asks
    pass_time(timedelta(minutes=6))
    recover(Flow)
    assert (flow.status, outside.written[-2:]) == ("expired" if asks else "aborted", ["refund", "unreserve"])
    assert ends() == [(str(flow.status), "")]


@locks_rows
def test_a_step_that_runs_is_told(outside: World) -> None:
    """As by a cancellation: it leaves where it looks, and its flow has expired."""

    def look(workflow: Any) -> None:
        until(lambda: workflow.flow.cancelled)
        workflow.flow.raise_if_cancelled()

    outside.hooks["send"] = look
    with beside(Job.run) as (run,):
        until(lambda: "send" in outside.calls)
        time_is_over()
        assert [recover(Flow).expired for _ in range(3)] == [1, 0, 0]
        result = run.result()
    assert (result.status, result.error, outside.written[-1]) == ("expired", None, "unbook")
    assert ends() == [("expired", "")]


@locks_rows
def test_a_step_that_runs_and_does_not_look_is_done_first(outside: World) -> None:
    """What it did is undone as well, and no further step begins."""
    outside.hooks["book"] = lambda workflow: until(lambda: workflow.flow.cancelled)
    with beside(Job.run) as (run,):
        until(lambda: "book" in outside.calls)
        time_is_over()
        assert recover(Flow).expired == 1
        assert run.result().status == "expired"
    assert outside.calls == ["take", "check", "book", "unbook"]


@locks_rows
def test_what_somebody_asked_for_first_is_how_it_ends(outside: World) -> None:
    """The sweeper asks for no other end, and staff neither."""
    outside.hooks["send"] = lambda workflow: until(lambda: stopped) or workflow.flow.raise_if_cancelled()
    stopped: list[bool] = []
    with beside(Job.run) as (run,):
        until(lambda: "send" in outside.calls)
        Job.flows.get().cancel("out-of-stock")
        time_is_over()
        assert recover(Flow).expired == 0
        end_by_staff(Flow, Flow.objects.get().pk, status="expired")
        stopped.append(True)
        result = run.result()
    assert (result.status, result.reason) == ("cancelled", "out-of-stock")


def test_no_step_begins_after_the_life_of_its_flow(outside: World, short: Any) -> None:
    """Whoever runs it ends it between two steps; nobody has to come for that."""
    outside.hooks["book"] = lambda workflow: short()
    result = Job.run()
    assert (result.status, outside.calls) == ("expired", ["take", "check", "book", "unbook"])


def test_whoever_takes_a_step_over_too_late_ends_the_flow(outside: World, short: Any) -> None:
    """Nobody knows how far it came: its own undo runs too."""
    outside.errors["charge"] = [SystemExit()]
    with pytest.raises(SystemExit):
        Order.start(data={"city": "Linz"})
    lease_is_over()
    short()
    assert run_next_due(Flow)
    assert outside.calls[-3:] == ["charge", "refund", "unreserve"]
    assert Flow.objects.get().status == "expired"


def test_a_step_expires_with_all_its_attempts(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it says so: then its flow does, however long that may live."""
    now = timezone.now
    with isolated_registry():

        class Slow(Workflow[Context]):
            name = "tests/slow"

            @step(retries=9, delay=timedelta(minutes=1), backoff="fixed", expires=timedelta(seconds=150))
            def act(self) -> None:
                world.calls.append("act")
                raise OSError

        flow = Slow.flows.get(pk=Slow.run().id)
        for minutes in (1.1, 2.2, 3.3):
            monkeypatch.setattr(timezone, "now", lambda minutes=minutes: now() + timedelta(minutes=minutes))
            pass_time(timedelta(minutes=1.1))
            recover(Flow)
        assert (flow.status, outside.calls) == ("expired", ["act"] * 3)


def test_a_flow_that_waits_for_its_turn_expires(outside: World) -> None:
    """It has not begun: nothing is undone, and its turn does not come any more."""
    others = fill(Booth)
    begin()
    waiting = Flow.objects.get(status="pending")
    Flow.objects.filter(pk=waiting.pk).update(expires_at=timezone.now())
    assert recover(Flow).expired == 1
    others.update(status="cancelled")
    recover(Flow)
    waiting.refresh_from_db()
    assert (waiting.status, outside.calls) == ("expired", [])
