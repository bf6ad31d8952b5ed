"""Cancellation from code: at rest, in a step, between attempts, too late."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.integration.durable.beside import Gate, beside, locks_rows, until
from tests.integration.durable.jobs import Export, ForStaff, Job
from tests.integration.durable.shop import Order, Revisited, World
from wfapp import rounds
from wfapp.errors import Busy, DeclarationError
from wfapp.models import Flow, FlowEvent
from wfapp.programming import FlowHandle, FlowResult
from wfapp.rounds.answer import Caller, Input

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def the_flow() -> FlowHandle:
    """Find the one flow."""
    return Job.flows.get()


def ends() -> list[tuple[str, str]]:
    """List how flows ended, with the reasons."""
    kinds = ["finished", "aborted", "cancelled", "failed", "expired"]
    return list(FlowEvent.objects.filter(kind__in=kinds).values_list("kind", "error"))


def statuses(result: FlowResult) -> dict[str, str]:
    """Give how each step came out."""
    return {one.name: one.status for one in result.steps}


def test_a_flow_at_rest_is_cancelled_for_a_reason(outside: World) -> None:
    """The timeline keeps it, and the result; a flow that has acted is undone first."""
    waiting, order = ForStaff.run(), Order.start(data={"city": "Linz"})
    end = ForStaff.flows.get(pk=waiting.id).cancel("nobody-there").end
    assert end is not None
    assert (end.status, end.reason) == ("aborted", "cancelled")
    order.cancel(reason="out-of-stock")
    results = [ForStaff.flows.get(pk=waiting.id).result(), order.result()]
    assert [(one.status, one.reason) for one in results] == [
        ("cancelled", "nobody-there"),
        ("cancelled", "out-of-stock"),
    ]
    assert ends() == [("cancelled", "nobody-there"), ("cancelled", "out-of-stock")]
    assert outside.written[-2:] == ["refund", "unreserve"]


@pytest.mark.parametrize("reason", ["no stock of Ada's", "x" * 65, "-", "Out"])
def test_a_reason_holds_no_value(reason: str) -> None:
    """It is a word."""
    flow = ForStaff.run()
    with pytest.raises(DeclarationError) as refused:
        ForStaff.flows.get(pk=flow.id).cancel(reason)
    assert str(refused.value) == (
        f"cancel: reason is {reason!r}; legal is a word for the timeline, such as 'out-of-stock', of 64 small "
        f"letters, digits, '-', '_' and '.' at most."
    )
    assert Flow.objects.get().status == "waiting"


@locks_rows
def test_a_step_that_runs_learns_it(outside: World) -> None:
    """It leaves where it looks; what it did is rolled back, and what completed is undone."""
    outside.hooks["send"] = lambda workflow: until(workflow.flow.raise_if_cancelled)
    with beside(Job.run) as (run,):
        until(lambda: "send" in outside.calls)
        assert the_flow().cancel("out-of-stock").status in ("pending", "aborted")
        result = run.result()
    assert (result.status, result.reason) == ("cancelled", "out-of-stock")
    assert statuses(result) == {"take": "completed", "check": "completed", "book": "compensated"}
    assert outside.written == ["take", "check", "book", "unbook"]
    assert ends() == [("cancelled", "out-of-stock")]


@locks_rows
def test_a_step_that_does_not_look_is_the_last_one(outside: World) -> None:
    """It is asked before the next one begins."""
    gate = outside.hooks["book"] = Gate()
    with beside(Job.run) as (run,):
        assert gate.come.wait(30)
        the_flow().cancel()
        gate.go.set()
        result = run.result()
    assert (result.status, result.reason, outside.calls[-1]) == ("cancelled", "", "unbook")
    assert "send" not in outside.calls


@locks_rows
def test_a_plain_step_behind_one_that_is_slow_does_not_begin(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share a transaction, so that of neither anything is left."""
    monkeypatch.setattr("wfapp.rounds.attempt.LOOK", 0.0)
    gate = outside.hooks["first"] = Gate()
    with beside(Export.run) as (run,):
        assert gate.come.wait(30)
        Export.flows.get().cancel()
        gate.go.set()
        result = run.result()
    assert (result.status, outside.calls, outside.written) == ("cancelled", ["first"], [])


@locks_rows
def test_an_end_that_there_is_not_takes_no_step_from_its_owner(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever posts the action all the same, where the workflow cannot be cancelled, waits as for any other round."""
    monkeypatch.setattr(Revisited, "cancellable", False)
    caller, gate = Caller(door="python"), Gate()
    outside.hooks["reserve"] = gate
    token = rounds.start(Revisited, caller=caller, params={}).token
    assert token is not None
    with beside(lambda: rounds.play(token, caller=caller, input=Input(values={"city": "Linz"}))) as (round_,):
        assert gate.come.wait(30)
        for _ in range(3):
            with pytest.raises(Busy):
                rounds.play(token, caller=caller, input=Input(action="wf.cancel"))
        gate.go.set()
        assert round_.result().status == "form"
    assert outside.calls == outside.written == ["plain", "reserve", "charge", "note"]


@locks_rows
def test_a_flow_whose_last_step_has_completed_is_finished(outside: World) -> None:
    """Named: abort in the last step undoes finished work."""
    gate = outside.hooks["done"] = Gate()
    with beside(Job.run) as (run,):
        assert gate.come.wait(30)
        assert the_flow().cancel("too-late").status == "pending"
        gate.go.set()
        result = run.result()
    assert (result.status, result.reason, result.data) == ("finished", "", {"amount": 1})
    assert outside.written == ["take", "check", "book", "send", "done"]
    end = the_flow().cancel("too-late").end
    assert end is not None
    assert end.status == "finished"
    assert ends() == [("finished", "")]


def test_between_two_attempts_it_is_cancelled(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named: abort between attempts reported as failed. In place, where the caller sits the wait out."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(seconds=2))
    outside.errors["send"] = [OSError(), OSError()]
    with beside(Job.run) as (run,):
        until(FlowEvent.objects.filter(kind="retried").exists)
        the_flow().cancel("out-of-stock")
        result = run.result()
    assert (result.status, result.reason, outside.calls.count("send")) == ("cancelled", "out-of-stock", 1)
    assert ends() == [("cancelled", "out-of-stock")]


def test_while_it_waits_for_long_it_is_cancelled(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And at once: nobody has to come for that."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["send"] = [OSError()]
    flow = Job.flows.get(pk=Job.run().id)
    flow.cancel("out-of-stock")
    assert (flow.status, flow.result().reason, outside.written[-1]) == ("cancelled", "out-of-stock", "unbook")


@locks_rows
def test_one_that_fails_for_good_meanwhile_is_cancelled(outside: World) -> None:
    """Somebody was told that it would be: it is never failed then."""

    def fail(workflow: Any) -> None:
        until(lambda: workflow.flow.cancelled)
        raise ZeroDivisionError

    outside.hooks["send"] = fail
    with beside(Job.run) as (run,):
        until(lambda: "send" in outside.calls)
        the_flow().cancel()
        result = run.result()
    assert (result.status, result.error, outside.calls.count("send")) == ("cancelled", None, 1)


@locks_rows
@pytest.mark.parametrize("number", range(3))
def test_many_who_cancel_end_it_once(number: int, outside: World) -> None:
    """With one event, and its undo once."""
    gate = outside.hooks["send"] = Gate()
    with beside(Job.run) as (run,):
        assert gate.come.wait(30)
        with beside(*[partial(cancel, the_flow().id)] * 6):
            pass
        gate.go.set()
        result = run.result()
    assert result.status == "cancelled"
    assert outside.calls.count("unbook") == 1
    assert ends() == [("cancelled", "")]


def cancel(pk: uuid.UUID) -> None:
    Job.flows.get(pk=pk).cancel()
