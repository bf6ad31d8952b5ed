"""Durable steps: what is committed when, retries, failure, undo, cancellation, and the way back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.integration.durable.beside import pass_time
from tests.integration.durable.shop import TICK, Order, Revisited, World
from wfapp import Abort, Ask, Context, Workflow, step
from wfapp.declaration.durability import Retries
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent
from wfapp.rounds import end_by_staff
from wfapp.storage.columns import open_state
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

REST = ["confirm", "refund", "unreserve"]


def timeline() -> list[str]:
    """List what happened."""
    return [f"{event.kind} {event.step} {event.error}".strip() for event in FlowEvent.objects.order_by("id")]


def to_confirm() -> Any:
    """Start an order, which comes to its last page."""
    return Order.start(data={"city": "Linz"})


def ended(flow: Any, **data: Any) -> Any:
    """Answer the last page; give the end."""
    end = flow.submit(data).end
    assert end is not None
    return end


def test_steps_run_through_to_the_next_page(outside: World) -> None:
    """Each once, and the round answers with the page behind them."""
    flow = to_confirm()
    assert flow.answer.status == "form"
    assert outside.calls == outside.written == ["plain", "reserve", "charge", "note"]
    assert flow.answer.page.passed == {"city": "Linz", "charged": 1}
    assert ended(flow).data == {"charged": 1}
    assert timeline() == [
        "started",
        "submitted address",
        "step_done plain",
        "step_started reserve",
        "step_done reserve",
        "step_started charge",
        "step_done charge",
        "step_started note",
        "step_done note",
        "paused confirm",
        "submitted confirm",
        "step_started ship",
        "step_done ship",
        "step_started done",
        "step_done done",
        "finished",
    ]


def test_what_failed_is_tried_again_under_the_same_key(outside: World) -> None:
    """Its writes and its changes of the context are gone each time."""
    outside.errors["charge"] = [OSError("no line"), OSError("no line")]
    flow = to_confirm()
    assert outside.calls == ["plain", "reserve", "charge", "charge", "charge", "note"]
    assert outside.written == ["plain", "reserve", "charge", "note"]
    assert len({key for key in outside.keys if key.startswith("charge")}) == 1
    assert flow.answer.page.passed["charged"] == 1


def test_what_fails_for_good_is_undone(outside: World) -> None:
    """In reverse order; the flow is failed, and says no more than that."""
    outside.errors["ship"] = [OSError("no van to Linz")]
    end = ended(to_confirm())
    assert outside.calls[-3:] == ["ship", "refund", "unreserve"]
    assert outside.written == ["plain", "reserve", "charge", "note", *REST]
    assert (end.status, end.reason, end.data) == ("aborted", "failed", {})
    row = Flow.objects.get()
    assert (row.status, bytes(row.state)) == ("failed", b"")
    assert timeline()[-5:] == [
        "step_failed ship OSError",
        "compensating",
        "compensated charge",
        "compensated reserve",
        "failed",
    ]


def test_what_the_flow_knows_is_masked_in_what_is_kept_of_an_error(outside: World) -> None:
    """The undo that fails keeps the flow, and with it the first error."""
    outside.errors["ship"] = [OSError("no van to Linz")]
    outside.errors["unreserve"] = [OSError("shelf")]
    ended(to_confirm())
    row = Flow.objects.get()
    failure = open_state(Flow, row.pk, bytes(row.state), bytes(row.answer)).failure
    assert failure is not None
    assert (row.status, failure.type, failure.message) == ("compensation_failed", "OSError", "no van to •••")


def test_an_undo_that_fails_does_not_stop_the_others(outside: World) -> None:
    """It has retries of its own, is told in the timeline, and is tried again by the sweeper once it has rested."""
    outside.errors["ship"] = [OSError()]
    outside.errors["refund"] = [OSError(), OSError()]
    ended(to_confirm())
    assert outside.calls[-4:] == ["ship", "refund", "refund", "unreserve"]
    assert Flow.objects.get().status == "compensation_failed"
    assert recover(Flow).undone == 0
    Flow.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert recover(Flow).undone == 1
    assert outside.calls[-1] == "refund"
    assert Flow.objects.get().status == "failed"


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_the_end_from_outside_undoes(status: Any, outside: World) -> None:
    """Once, whoever asks again."""
    flow = to_confirm()
    assert end_by_staff(Flow, flow.id, status=status)
    assert not end_by_staff(Flow, flow.id, status="cancelled")
    assert outside.written[-2:] == ["refund", "unreserve"]
    assert Flow.objects.get().status == status
    assert timeline()[-5:] == ["paused confirm", "compensating", "compensated charge", "compensated reserve", status]


def test_whoever_plays_it_cancels_it(outside: World) -> None:
    """What completed is undone before the answer is there."""
    flow = to_confirm()
    end = flow.cancel().end
    assert (end.status, end.reason, outside.written[-2:]) == ("aborted", "cancelled", ["refund", "unreserve"])
    assert Flow.objects.get().status == "cancelled"


def test_an_abort_undoes(outside: World) -> None:
    """It is no good end either."""
    outside.hooks["confirm"] = lambda workflow: Abort("changed-my-mind")
    end = ended(to_confirm())
    assert (end.reason, outside.written[-2:]) == ("changed-my-mind", ["refund", "unreserve"])
    assert Flow.objects.get().status == "aborted"


def test_ask_undoes_what_lies_between(outside: World) -> None:
    """The context is as it was at the page, and the steps run anew."""
    outside.hooks["confirm"] = lambda workflow: Ask("address", error="Where to?")
    flow = to_confirm()
    answer = flow.submit({})
    assert (answer.page.step, answer.page.errors) == ("address", {"__form": "Where to?"})
    assert outside.written[-3:] == ["confirm", "refund", "unreserve"]
    answer = flow.submit({"city": "Graz"})
    assert (answer.page.step, answer.page.passed) == ("confirm", {"city": "Graz", "charged": 1})
    assert outside.calls[-4:] == ["plain", "reserve", "charge", "note"]


def test_a_step_that_asks_has_not_completed(outside: World) -> None:
    """Nothing of it is undone, and it needs no undo to ask."""
    outside.hooks["ship"] = lambda workflow: Ask("confirm", error="No van goes there.")
    answer = to_confirm().submit({})
    assert (answer.page.step, answer.page.errors) == ("confirm", {"__form": "No van goes there."})
    outside.hooks["charge"] = lambda workflow: Ask("address")
    assert to_confirm().answer.page.step == "address"
    assert outside.calls[-2:] == ["charge", "unreserve"]


def test_what_runs_anew_after_a_way_back_has_another_key(outside: World) -> None:
    """A provider would answer the key of before with what is undone by now; each undo has its own, too."""
    outside.hooks["confirm"] = lambda workflow: Ask("address")
    flow = to_confirm()
    for city in ("Graz", "Wien"):
        flow.submit({})
        flow.submit({"city": city})
    counts = Counter(key.split()[0] for key in set(outside.keys))
    assert [counts[name] for name in ("reserve", "charge", "refund", "unreserve")] == [3, 3, 2, 2]


def test_back_undoes_what_ran_since(outside: World) -> None:
    """Where the page says that one may come back to it; it waits there as long as ever."""
    flow = Revisited.start(data={"city": "Linz"})
    answer = flow.action("wf.back")
    assert (answer.page.step, answer.page.form["city"].value()) == ("address", "Linz")
    assert outside.calls == ["plain", "reserve", "charge", "note", "refund", "unreserve"]
    row = Flow.objects.get()
    assert row.expires_at is not None
    assert row.expires_at < timezone.now() + timedelta(minutes=15)
    assert flow.submit({"city": "Graz"}).page.passed == {"city": "Graz", "charged": 1}


def test_nobody_goes_back_over_a_durable_step(outside: World) -> None:
    """There is no such button."""
    assert [action.id for action in to_confirm().answer.page.actions] == ["wf.cancel"]


def test_an_exception_on_a_page_fails_a_flow_that_has_acted(outside: World) -> None:
    """It could not stay where it was for ever; what completed is undone."""
    outside.errors["confirm"] = [ZeroDivisionError()]
    end = ended(to_confirm())
    assert (end.reason, outside.written) == ("failed", ["plain", "reserve", "charge", "note", "refund", "unreserve"])


def test_an_exception_before_anything_was_done_rolls_back(outside: World) -> None:
    """The flow stays where it was, as ever."""
    flow = Order.start()
    outside.errors["plain"] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        flow.submit({"city": "Linz"})
    assert outside.written == []
    assert flow.submit({"city": "Linz"}).page.step == "confirm"


def test_a_late_step_is_rolled_back(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it did after its deadline: nothing of it is there, and since nobody knows, its own undo would run."""
    now, late = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + late[0])

    def slow(workflow: Any) -> None:
        assert workflow.flow.deadline is not None
        late[0] = timedelta(seconds=6)

    outside.hooks["ship"] = slow
    assert ended(to_confirm()).reason == "failed"
    assert "ship" not in outside.written
    assert timeline()[-5] == "step_failed ship StepTimedOut"


def test_a_database_error_spoils_only_its_attempt(outside: World) -> None:
    """After one, every further query of a transaction fails on PostgreSQL: the next attempt has a new one."""
    tries: list[int] = []

    def broken(workflow: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nothing FROM nowhere")

    outside.hooks["charge"] = broken
    assert to_confirm().answer.page.step == "confirm"
    assert outside.written == ["plain", "reserve", "charge", "note"]


def test_a_long_wait_is_nobodys(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flow is pending, the sweeper goes on with it once it is due, and not before."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["charge"] = [OSError()]
    flow = to_confirm()
    assert (flow.answer.status, Flow.objects.get().status) == ("pending", "pending")
    assert recover(Flow).run == 0
    pass_time(timedelta(minutes=6))
    assert recover(Flow).run == 1
    assert outside.written == ["plain", "reserve", "charge", "note"]
    assert Flow.objects.get().step == "confirm"
    assert flow.submit({}).end.data == {"charged": 1}


@pytest.mark.parametrize(("wait", "status"), [(2_000, "form"), (2_001, "pending")])
def test_up_to_two_seconds_are_waited_in_place(
    wait: int, status: str, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A longer wait is a due time, with no worker and no lock held."""
    slept: list[tuple[float, bool]] = []
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(milliseconds=wait))
    monkeypatch.setattr(
        "wfapp.rounds.running.time.sleep", lambda wait: slept.append((wait, connection.in_atomic_block))
    )
    outside.errors["charge"] = [OSError()]
    assert to_confirm().answer.status == status
    assert slept == ([(2.0, False)] if status == "form" else [])


@pytest.mark.parametrize(("wait", "status"), [(2_000, "cancelled"), (2_001, "compensating")])
def test_an_undo_waits_in_place_for_as_long(
    wait: int, status: str, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same limit."""
    slept: list[tuple[float, bool]] = []
    monkeypatch.setattr("wfapp.rounds.undoing.delay_after", lambda *args: timedelta(milliseconds=wait))
    monkeypatch.setattr(
        "wfapp.rounds.undoing.time.sleep", lambda wait: slept.append((wait, connection.in_atomic_block))
    )
    outside.errors["refund"] = [OSError()]
    flow = to_confirm()
    flow.cancel()
    assert (flow.status, slept) == (status, [(2.0, False)] if status == "cancelled" else [])


def test_only_what_is_worth_it_is_tried_again(outside: World) -> None:
    """Any other error fails at once."""
    tries: list[int] = []
    with isolated_registry():

        class Picky(Workflow[Context]):
            name = "tests/picky"

            @step(retries=5, delay=TICK, retry_on=(OSError, KeyError))
            def act(self) -> None:
                tries.append(1)
                raise [ConnectionError(), KeyError(), ValueError()][len(tries) - 1]

        result = Picky.run()
    assert (len(tries), result.status, result.error and result.error.type) == (3, "failed", "ValueError")


def test_jitter_is_drawn_for_each_wait(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for all of them."""
    drawn: list[float] = []

    def delay(policy: Retries, attempt: int, chance: float) -> timedelta:
        drawn.append(chance)
        return timedelta()

    monkeypatch.setattr("wfapp.rounds.running.delay_after", delay)
    outside.errors["charge"] = [OSError(), OSError()]
    to_confirm()
    assert len(set(drawn)) == 2
    assert all(0 <= chance < 1 for chance in drawn)


def test_each_attempt_has_a_transaction_of_its_own(outside: World) -> None:
    """Which is durable, begun after the last one was rolled back; between two of them none is open."""
    seen: list[tuple[bool, int]] = []

    def look(workflow: Any) -> None:
        seen.append((connection.in_atomic_block, len(connection.savepoint_ids)))
        if len(seen) < 3:
            raise OSError

    outside.hooks["charge"] = look
    to_confirm()
    assert seen == [(True, 0)] * 3
    assert outside.written.count("charge") == 1
