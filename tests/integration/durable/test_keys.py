"""Idempotency keys of runs and starts from code and on the wire."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from tests.integration.durable.beside import Gate, apart, beside, locks_rows
from tests.integration.durable.jobs import Export, Job
from tests.integration.durable.shop import Order, World
from wfapp import rounds
from wfapp.errors import Busy, FlowAlreadyRunning, KeyReused
from wfapp.management.purge import purge_flows
from wfapp.management.recover import recover
from wfapp.models import Flow
from wfapp.programming import FlowResult
from wfapp.rounds.answer import Caller, Input
from wfapp.storage.base import FlowExists

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

RAN = ["take", "check", "book", "send", "done"]


class Killed(BaseException):
    """End a process, as far as whatever catches an Exception can tell."""


def crashed(outside: World, name: str = "send", key: str = "order-7") -> Flow:
    """Run a job whose process dies in a step; give its row."""
    outside.errors[name] = [Killed()]
    with pytest.raises(Killed):
        Job.run(key=key)
    return Flow.objects.get(status="pending")


def test_the_same_key_and_input_give_the_same_result(outside: World) -> None:
    """To the millisecond, and however the same input is written."""
    first = Job.run(params={"amount": 3}, key="order-7")
    assert Job.run(params={"amount": "3"}, key="order-7") == first
    assert Job.start(params={"amount": 3}, key="order-7").id == first.id
    assert outside.calls == RAN


def test_a_key_with_other_input_is_refused(outside: World) -> None:
    """Named: key reused with other input returns the old result."""
    Job.run(params={"amount": 3}, key="order-7")
    with pytest.raises(KeyReused):
        Job.run(params={"amount": 4}, key="order-7")
    with pytest.raises(KeyReused):
        Job.start(params={"amount": 4}, key="order-7")
    assert outside.calls == RAN


@pytest.mark.parametrize("amount", [3, 4])
def test_a_flow_that_is_run_again_has_the_same_input(amount: int, outside: World) -> None:
    """Where it is another one, the flow that has failed keeps its key, and its error."""
    outside.errors["send"] = [OSError(), OSError()]
    first = Job.run(params={"amount": 3}, key="order-7")
    try:
        fresh = Job.run(params={"amount": amount}, key="order-7", rerun_failed=True)
    except KeyReused:
        assert (amount, Job.run(params={"amount": 3}, key="order-7")) == (4, first)
    else:
        assert (amount, fresh.status) == (3, "finished")


def test_a_key_belongs_to_its_workflow_and_caller(outside: World) -> None:
    """Named: key shared across workflows."""
    ada, bob = User.objects.create_user("ada"), User.objects.create_user("bob")
    runs = [Job.run(key="order-7"), Export.run(key="order-7"), Job.run(key="order-7", user=ada)]
    runs.append(Job.run(key="order-7", user=bob))
    assert len({result.id for result in runs}) == 4


def test_no_client_comes_to_a_flow_by_the_key_of_code(outside: World) -> None:
    """However long it is: code need not hide its keys."""
    key = "order-" + "7" * 22
    first = Order.start(data={"city": "Linz"}, key=key)
    input = Input(values={"city": "Linz"})
    answer = rounds.start(Order, caller=Caller(door="rest"), params={}, input=input, idempotency_key=key)
    assert answer.flow_id != first.id


def test_a_start_that_was_refused_says_so_again(outside: World) -> None:
    """As long as it stands there: afterwards its page has no errors."""
    first, again = (Order.start(data={"city": ""}, key="order-7") for _ in range(2))
    assert (first.id, first.answer.rejected, again.answer.rejected) == (again.id, True, True)
    again.submit({"city": "Linz"})
    assert not Order.start(data={"city": ""}, key="order-7").answer.rejected


def test_a_failed_flow_gives_its_error_or_its_key(outside: World) -> None:
    """The step is not tried again by itself; asked for, a new flow is run."""
    outside.errors["send"] = [OSError("no line"), OSError("no line")]
    first = Job.run(key="order-7")
    again = Job.run(key="order-7")
    assert again == first
    assert (again.status, again.error and again.error.type) == ("failed", "OSError")
    fresh = Job.run(key="order-7", rerun_failed=True)
    assert (fresh.status, fresh.id != first.id) == ("finished", True)
    assert Job.run(key="order-7", rerun_failed=True) == fresh
    assert Job.flows.get(pk=first.id).status == "failed"


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_a_run_that_was_ended_does_not_block_its_key(
    status: Any, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named: cancelled run blocks its key. It gives its result, and its key to a new flow."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["send"] = [OSError()]
    first = Job.run(key="order-7")
    assert first.status == "pending"
    assert rounds.end_by_staff(Flow, first.id, status=status)
    again = Job.run(key="order-7")
    assert (again.id, again.status, again.steps[2].status) == (first.id, status, "compensated")
    assert Job.run(key="order-7", rerun_failed=True).status == "finished"


def test_what_could_not_be_undone_keeps_its_key_until_it_is(outside: World) -> None:
    """Another flow of this key would do again what is to be undone."""
    outside.errors |= {"send": [OSError(), OSError()], "unbook": [OSError()]}
    first = Job.run(key="order-7")
    assert first.status == "compensation_failed"
    again = Job.run(key="order-7", rerun_failed=True)
    assert (again.id, again.status) == (first.id, "compensation_failed")
    assert rounds.close_without_undo(Flow, first.id)
    assert Job.run(key="order-7").status == "failed"
    assert Job.run(key="order-7", rerun_failed=True).status == "finished"


def test_a_key_lives_as_long_as_the_row_and_no_longer(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it gives the result; after it, the key is free."""
    first = Job.run(key="order-7")
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=89))
    purge_flows(Flow, timezone.now(), 100)
    assert Job.run(key="order-7") == first
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=91))
    purge_flows(Flow, timezone.now(), 100)
    assert Job.run(key="order-7").id != first.id


def test_a_key_whose_answer_is_gone_tells_its_status(outside: World) -> None:
    """Nothing is left to compare, and nothing to give."""
    first = Job.run(key="order-7")
    Flow.objects.update(answer=b"")
    result = Job.run(params={"amount": 9}, key="order-7")
    assert (result.id, result.status, result.data, result.steps) == (first.id, "finished", {}, ())


def test_the_flow_of_a_crashed_owner_is_taken_over(outside: World) -> None:
    """Once its lease is over, and with the same key for the provider; until then it may live."""
    row = crashed(outside)
    with pytest.raises(FlowAlreadyRunning) as refused:
        Job.run(key="order-7")
    assert str(refused.value) == (
        f"The flow {row.pk} of 'tests/job' has this key and is not over yet; ask again later with the same key, or "
        f"look at flows.get(pk=…).result()."
    )
    with pytest.raises(FlowAlreadyRunning):
        Job.start(key="order-7")
    Flow.objects.update(due_at=timezone.now())
    result = Job.run(key="order-7")
    assert (result.id, result.status, result.steps[3].attempts) == (row.pk, "finished", 2)
    assert outside.written == RAN
    assert len({key for key in outside.keys if key.startswith("send ")}) == 1


def test_a_crash_before_the_first_step_loses_nothing(outside: World) -> None:
    """The row is there by then, for the sweeper too."""
    row = crashed(outside, "take")
    Flow.objects.update(due_at=timezone.now())
    assert recover(Flow).run == 1
    assert Job.run(key="order-7").id == row.pk
    assert outside.written == RAN


def run_or_refused(**given: Any) -> FlowResult | None:
    try:
        return Job.run(key="order-7", **given)
    except FlowAlreadyRunning:
        return None


def test_one_key_at_once_runs_once(outside: World) -> None:
    """Of many callers; the others learn that it runs, or how it came out."""
    with beside(*[run_or_refused] * 8) as runs:
        results = {run.result().id for run in runs if run.result() is not None}
    assert len(results) == 1
    assert outside.written == RAN


def test_one_key_at_once_is_run_again_once(outside: World) -> None:
    """One of many who ask for it gets the key of the flow that has failed."""
    outside.errors["send"] = [OSError(), OSError()]
    first = Job.run(key="order-7")
    with beside(*[partial(run_or_refused, rerun_failed=True)] * 8) as runs:
        results = {run.result().id for run in runs if run.result() is not None}
    assert len(results) == 1
    assert results.isdisjoint({first.id})
    assert (Flow.objects.count(), outside.calls.count("done")) == (2, 1)


def test_what_the_database_refuses_for_another_reason_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a user who is gone: nobody has the key, and to ask again would be in vain."""
    refusals = iter(range(1))

    def refuse(model: Any, state: Any, token: Any, /, **values: Any) -> None:
        next(refusals)
        raise FlowExists(token)

    monkeypatch.setattr("wfapp.storage.database._insert", refuse)
    with pytest.raises(FlowExists):
        Job.run(key="order-7")


@locks_rows
def test_a_start_that_waits_for_another_one_of_its_key_is_busy(outside: World) -> None:
    """Where the database is told to wait for no longer: its plain steps run in the transaction that stores the key."""
    gate = outside.hooks["plain"] = Gate()
    start = partial(Order.start, data={"city": "Linz"}, key="order-7")

    def impatient() -> Any:
        with connection.cursor() as cursor:
            postgresql = connection.vendor == "postgresql"
            cursor.execute("SET lock_timeout = 100" if postgresql else "SET SESSION innodb_lock_wait_timeout = 1")
        return start()

    with beside(start) as (first,):
        assert gate.come.wait(30)
        with beside(impatient) as (second,), pytest.raises(Busy):
            second.result()
        gate.go.set()
        assert first.result().id == start().id


@locks_rows
def test_a_lease_shorter_than_the_run_runs_once(outside: World, settings: Any) -> None:
    """Named: lease shorter than the run executes twice. Its heart beats, with a second caller and a sweeper beside."""
    settings.WFAPP = {**settings.WFAPP, "LEASE": timedelta(seconds=2)}
    gate = outside.hooks["book"] = Gate()

    def sweep() -> int:
        done = 0
        while not gate.go.wait(0.05):
            done += recover(Flow).run
        return done

    with beside(partial(Job.run, key="order-7"), sweep) as (run, sweeper):
        assert gate.come.wait(30)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with pytest.raises(FlowAlreadyRunning):
                Job.run(key="order-7")
            time.sleep(0.05)
        gate.go.set()
        assert (run.result().status, sweeper.result()) == ("finished", 0)
    assert outside.calls == outside.written == RAN


@locks_rows
def test_on_the_wire_a_running_flow_answers_pending(outside: World) -> None:
    """Under a new handle, which shows where it stands then."""
    gate = outside.hooks["charge"] = Gate()
    caller, key, input = Caller(door="rest"), "0123456789abcdefghijklmn", Input(values={"city": "Linz"})
    start = partial(rounds.start, Order, caller=caller, params={}, input=input, idempotency_key=key)
    with beside(start) as (first,):
        assert gate.come.wait(30)
        again = apart(start)
        gate.go.set()
        assert first.result().status == "form"
    assert (again.status, again.flow_id, again.pending.step) == ("pending", first.result().flow_id, "charge")
    assert rounds.show(again.token, caller=caller).page.step == "confirm"
    assert outside.calls == ["plain", "reserve", "charge", "note"]
