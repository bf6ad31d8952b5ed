"""What is lost in the middle of a flow, a connection, a process, a race, and what becomes of the flow then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from tests.integration.durable.beside import pass_time
from tests.integration.durable.shop import Order, World
from tests.integration.durable.test_steps import timeline, to_confirm
from wfapp.errors import InvalidToken
from wfapp.management.recover import Recovered, recover
from wfapp.models import Flow, FlowEvent
from wfapp.rounds import end_by_staff, recovery, retry_undo, running, staff

pytestmark = pytest.mark.django_db(transaction=True)

THROUGH = ["plain", "reserve", "charge", "note"]


def lease_is_over() -> None:
    """Let whoever runs anything be gone for long."""
    Flow.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


def run_and_die(flow: Any) -> None:
    """Answer the last page in a process that dies of it."""
    with pytest.raises(SystemExit):
        flow.submit({})
    lease_is_over()


def test_a_database_that_somebody_else_has_locked_is_no_attempt(outside: World) -> None:
    """The step is tried at once, though it has no retries, and the timeline says nothing."""
    outside.errors["reserve"] = [OperationalError("database is locked") for _ in range(3)]
    assert to_confirm().answer.page.step == "confirm"
    assert outside.written == THROUGH
    assert [event for event in timeline() if event.startswith(("retried", "step_failed"))] == []


def test_a_connection_that_is_lost_is_no_attempt(outside: World) -> None:
    """The flow is taken again on a new connection; of the first attempt nothing is left."""
    cut: list[int] = []

    def lose(workflow: Any) -> None:
        if not cut:
            cut.append(1)
            connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    outside.hooks["reserve"] = lose
    assert to_confirm().answer.page.step == "confirm"
    assert outside.calls == ["plain", "reserve", "reserve", "charge", "note"]
    assert outside.written == THROUGH


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_page_that_lost_a_race_or_its_connection_fails_no_flow(is_lost: bool, outside: World) -> None:
    """The round is rolled back, and whoever posts again goes on."""

    def lose(workflow: Any) -> None:
        if is_lost:
            connection.close()
        raise OperationalError("server closed the connection" if is_lost else "database is locked")

    flow = to_confirm()
    outside.hooks["confirm"] = lose
    with pytest.raises(OperationalError):
        flow.submit({})
    assert (flow.status, outside.written) == ("paused", THROUGH)
    del outside.hooks["confirm"]
    assert flow.submit({}).end.status == "finished"


def test_what_follows_a_commit_undoes_nothing(outside: World, caplog: pytest.LogCaptureFixture) -> None:
    """An on_commit hook of a step that raises is logged; the step has completed, and is not run again."""

    def hook() -> None:
        raise ZeroDivisionError

    outside.hooks["charge"] = lambda workflow: transaction.on_commit(hook)
    assert to_confirm().answer.page.step == "confirm"
    assert outside.calls == THROUGH
    assert (
        "What was to follow the commit of step charge of tests/durable-order raised ZeroDivisionError." in caplog.text
    )


def test_a_step_that_kills_whoever_runs_it_is_given_up(outside: World) -> None:
    """After the fifth time the flow fails, and what completed is undone."""
    flow = to_confirm()
    outside.errors["ship"] = [SystemExit() for _ in range(9)]
    run_and_die(flow)
    for _ in range(4):
        with pytest.raises(SystemExit):
            recover(Flow)
        lease_is_over()
    assert recover(Flow).run == 1
    assert outside.calls.count("ship") == 5
    assert Flow.objects.get().status == "failed"
    assert timeline()[-5:] == [
        "step_failed ship StepLost",
        "compensating",
        "compensated charge",
        "compensated reserve",
        "failed",
    ]


def test_an_undo_that_kills_whoever_runs_it_is_left_to_people(outside: World) -> None:
    """The others are undone, once each."""
    flow = to_confirm()
    outside.errors["ship"], outside.errors["refund"] = [OSError()], [SystemExit() for _ in range(9)]
    run_and_die(flow)
    for _ in range(4):
        with pytest.raises(SystemExit):
            recover(Flow)
        lease_is_over()
    assert recover(Flow).run == 1
    assert (outside.calls.count("refund"), outside.calls.count("unreserve")) == (5, 1)
    assert Flow.objects.get().status == "compensation_failed"
    assert "uncompensated charge StepLost" in timeline()


@pytest.mark.parametrize("by", ["staff", "player", "sweeper"])
def test_what_was_perhaps_done_is_undone_whoever_ends_the_flow(by: str, outside: World) -> None:
    """Whoever ran the step is gone, and how far it came nobody knows: its own undo runs too."""
    outside.errors["charge"] = [SystemExit()]
    with pytest.raises(SystemExit):
        to_confirm()
    lease_is_over()
    flow = Flow.objects.get()
    if by == "player":
        Order.flows.get(pk=flow.pk).cancel()
    elif by == "staff":
        assert end_by_staff(Flow, flow.pk, status="cancelled")
    else:
        Flow.objects.update(stop="cancelled")
        recover(Flow)
    assert outside.calls[-2:] == ["refund", "unreserve"]
    assert Flow.objects.get().status == "cancelled"


def test_an_end_that_was_asked_for_is_not_forgotten(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ran the step dies as the flow has come to its page: the sweeper ends it."""
    outside.hooks["note"] = lambda workflow: Flow.objects.update(stop="cancelled") and None
    with monkeypatch.context() as patched:
        patched.setattr(running, "_ended_at_rest", lambda *args: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            to_confirm()
    assert Flow.objects.get().status == "paused"
    assert recover(Flow).run == 1
    assert Flow.objects.get().status == "cancelled"
    assert outside.written == [*THROUGH, "refund", "unreserve"]


def die(*args: Any) -> None:
    """End the process."""
    raise SystemExit


def ask(*args: Any) -> None:
    """Ask for the end of the flow."""
    Flow.objects.update(stop="cancelled never-mind")


@pytest.mark.parametrize("by", ["player", "staff"])
@pytest.mark.parametrize(("at", "act"), [("charge", die), ("note", ask)])
def test_an_end_that_was_asked_for_comes_before_what_is_posted(
    at: str, act: Any, by: str, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ran the step is gone, in it or as it came to its page: who comes first does what was asked for first."""
    outside.hooks[at] = act
    with monkeypatch.context() as patched:
        patched.setattr(running, "_ended_at_rest", die)
        with pytest.raises(SystemExit):
            to_confirm()
    ask()
    lease_is_over()
    flow = Order.flows.get()
    if by == "player":
        assert flow.submit({}).end.reason == "cancelled"
    else:
        assert end_by_staff(Flow, flow.id, status="expired")
    assert (flow.status, flow.result().reason) == ("cancelled", "never-mind")
    assert outside.written[-2:] == ["refund", "unreserve"]


def test_a_round_that_broke_fails_no_flow_that_went_on(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its rollback and the failure somebody has cancelled the flow: that is its one end."""
    flow = to_confirm()
    outside.errors["confirm"] = [ZeroDivisionError()]
    monkeypatch.setattr(running, "log_failure", lambda *args: end_by_staff(Flow, flow.id, status="cancelled"))
    with pytest.raises(ZeroDivisionError):
        flow.submit({})
    assert Flow.objects.get().status == "cancelled"
    assert FlowEvent.objects.filter(kind__in=["cancelled", "failed"]).count() == 1


def test_a_flow_that_has_acted_since_it_was_looked_at_is_undone(
    outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff saw a flow that had done nothing; under its lock it has."""
    flow = to_confirm()
    monkeypatch.setattr(staff, "_readable", lambda *args: None)
    assert end_by_staff(Flow, flow.id, status="expired")
    assert outside.written[-2:] == ["refund", "unreserve"]


def test_a_flow_that_does_not_fit_the_code_is_left_to_another_one(
    outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeper of an older release looks at it once an hour, and nobody counts that as a loss."""
    outside.errors["charge"] = [SystemExit()]
    with pytest.raises(SystemExit):
        to_confirm()
    lease_is_over()
    with monkeypatch.context() as patched:
        patched.setattr(recovery, "go_on", lambda *args: (_ for _ in ()).throw(InvalidToken()))
        assert (recover(Flow).run, recover(Flow).run) == (1, 0)
    due_at = Flow.objects.get().due_at
    assert due_at is not None
    assert due_at > timezone.now() + timedelta(minutes=59)
    lease_is_over()
    assert recover(Flow).run == 1
    assert outside.written == THROUGH


@pytest.mark.parametrize("is_over", [False, True])
def test_a_flow_that_cannot_be_read_is_left_until_its_key_comes_back(is_over: bool, outside: World) -> None:
    """Neither taken over nor expired meanwhile, it is not forgotten: whoever lost a key for an hour loses no undo."""
    outside.errors["charge"] = [SystemExit()]
    with pytest.raises(SystemExit):
        to_confirm()
    lease_is_over()
    sealed = Flow.objects.get().state
    Flow.objects.update(state=b"unreadable", **({"expires_at": timezone.now()} if is_over else {}))
    assert recover(Flow) == recover(Flow) == Recovered()
    Flow.objects.update(state=sealed)
    assert recover(Flow) == Recovered(expired=is_over)
    pass_time(timedelta(hours=1))
    assert recover(Flow) == Recovered(run=1)
    assert Flow.objects.get().status == ("expired" if is_over else "paused")
    assert outside.written == (["plain", "reserve", "refund", "unreserve"] if is_over else THROUGH)


def test_what_was_perhaps_done_and_no_code_can_undo_stays(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ran the step is gone, and with them the code that fits: its own undo is kept, too."""
    outside.errors["charge"] = [SystemExit()]
    with pytest.raises(SystemExit):
        to_confirm()
    lease_is_over()
    pk = Flow.objects.get().pk
    with monkeypatch.context() as patched:
        patched.setattr(running, "Stage", lambda *args: (_ for _ in ()).throw(InvalidToken()))
        assert end_by_staff(Flow, pk, status="cancelled")
    assert retry_undo(Flow, pk)
    assert outside.written[-2:] == ["refund", "unreserve"]
    assert Flow.objects.get().status == "cancelled"


def test_what_no_code_can_undo_stays_to_be_undone(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It expires into a state that staff see; a code that fits undoes it."""
    flow = to_confirm()
    with monkeypatch.context() as patched:
        patched.setattr(running, "Stage", lambda *args: (_ for _ in ()).throw(InvalidToken()))
        assert end_by_staff(Flow, flow.id, status="expired")
    assert Flow.objects.get().status == "compensation_failed"
    assert retry_undo(Flow, flow.id)
    assert outside.written[-2:] == ["refund", "unreserve"]
    assert Flow.objects.get().status == "expired"
