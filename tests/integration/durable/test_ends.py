"""Ends that leave something to be undone: nothing of that is lost, and nothing is undone that was not done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.integration.durable.beside import Gate, beside, locks_rows
from tests.integration.durable.shop import Order, World
from tests.integration.durable.test_losses import lease_is_over, run_and_die
from tests.integration.durable.test_steps import ended, timeline, to_confirm
from wfapp import Abort, Ask
from wfapp.management.batches import locked
from wfapp.management.recover import recover
from wfapp.models import Flow
from wfapp.rounds import end_by_staff, retry_undo, undoing

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def test_a_step_that_aborts_is_not_undone_itself(outside: World) -> None:
    """It says how the flow ends, and has done what it meant to; what completed before it is undone."""
    outside.hooks["charge"] = lambda workflow: Abort("declined")
    end = Order.start(data={"city": "Linz"}).answer.end
    assert (end.status, end.reason) == ("aborted", "declined")
    assert outside.written == ["plain", "reserve", "charge", "unreserve"]
    assert timeline()[-5:] == [
        "step_started charge",
        "step_done charge",
        "compensating",
        "compensated reserve",
        "aborted",
    ]


@pytest.mark.parametrize("error", [ValueError("\udcff"), type("E" * 200, (Exception,), {})()])
def test_an_error_that_no_column_holds_fails_a_flow_like_others(error: Exception, outside: World) -> None:
    """A text that no JSON takes, and a name as long as names may be."""
    outside.errors["ship"] = [error]
    assert ended(to_confirm()).reason == "failed"
    assert outside.written[-2:] == ["refund", "unreserve"]
    assert timeline()[-5] == f"step_failed ship {type(error).__name__[:100]}"


def unmailable(workflow: Any) -> None:
    workflow.mail("ann@example.com", "mail/of-no-template")


def unstorable(workflow: Any) -> None:
    workflow.ctx.city = 7


def uncommittable(workflow: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_user_groups (user_id, group_id) VALUES (-1, -1)")


@pytest.mark.parametrize("spoil", [unmailable, unstorable, uncommittable])
def test_a_step_that_came_to_its_end_and_could_not_be_stored_is_undone(spoil: Any, outside: World) -> None:
    """It did all that it meant to: that its mail, its context or its commit fails is nothing it could catch."""
    if spoil is uncommittable and connection.vendor == "mysql":
        pytest.skip("MariaDB looks at once")
    outside.hooks["charge"] = spoil
    assert Order.start(data={"city": "Linz"}).answer.end.reason == "failed"
    assert outside.calls.count("charge") == 3
    assert outside.written == ["plain", "reserve", "refund", "unreserve"]


def test_an_undo_tells_how_far_it_is(outside: World) -> None:
    """Whoever waits for the way back reads it; who waits for nothing does not, and no undo fails for that."""
    outside.hooks["refund"] = lambda workflow: workflow.flow.progress(0.5, "Giving back")
    flow = to_confirm()
    flow.cancel()
    assert (flow.status, outside.written[-2:]) == ("cancelled", ["refund", "unreserve"])


@pytest.fixture
def stuck(outside: World) -> Any:
    """Give a flow that has failed, and whose money could not be given back."""
    flow = to_confirm()
    outside.errors |= {"ship": [OSError()], "refund": [OSError(), OSError()]}
    ended(flow)
    assert flow.status == "compensation_failed"
    return flow


def undone_later(outside: World) -> None:
    """Let the sweeper undo once more, and see that it does."""
    Flow.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert recover(Flow).undone == 1
    assert outside.calls[-1] == "refund"
    assert Flow.objects.get().status == "failed"


def test_of_many_sweepers_one_undoes_again(stuck: Any, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have seen it as well, and look again under its lock: it rests for an hour then."""
    tried = outside.calls.count("refund")
    Flow.objects.update(updated_at=timezone.now() - timedelta(hours=2))

    def after_another_one(rows: Any) -> Any:
        Flow.objects.update(updated_at=timezone.now())
        return locked(rows)

    with monkeypatch.context() as patched:
        patched.setattr("wfapp.management.recover.locked", after_another_one)
        assert recover(Flow).undone == 0
    assert (stuck.status, outside.calls.count("refund")) == ("compensation_failed", tried)
    undone_later(outside)


def test_what_could_not_be_undone_cannot_be_cancelled(stuck: Any, outside: World) -> None:
    """It has failed already: code is told so, and its undo is not lost."""
    end = stuck.cancel("never-mind").end
    assert (end.status, end.reason) == ("aborted", "failed")
    assert stuck.status == stuck.result().status == "compensation_failed"
    undone_later(outside)


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_nobody_ends_what_could_not_be_undone(status: Any, stuck: Any, outside: World) -> None:
    """Neither staff nor the sweeper."""
    assert not end_by_staff(Flow, stuck.id, status=status)
    Flow.objects.update(expires_at=timezone.now())
    assert recover(Flow).expired == 0
    assert stuck.status == "compensation_failed"
    undone_later(outside)


def test_a_person_cannot_cancel_what_could_not_be_undone(stuck: Any, outside: World) -> None:
    """Their button answers how the flow has ended."""
    assert stuck.action("wf.cancel").end.reason == "failed"
    assert stuck.status == "compensation_failed"
    undone_later(outside)


def test_what_could_not_be_undone_on_the_way_back_is_not_lost(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever undid is gone, and staff cancel the flow before anybody goes on with it."""
    outside.hooks["confirm"] = lambda workflow: Ask("address")
    outside.errors |= {"refund": [OSError(), OSError()], "unreserve": [OSError()]}
    flow = to_confirm()
    with monkeypatch.context() as patched:
        patched.setattr(undoing, "_arrived", lambda *args: (_ for _ in ()).throw(SystemExit()))
        run_and_die(flow)
    assert end_by_staff(Flow, flow.id, status="cancelled")
    assert flow.status == "compensation_failed"
    assert retry_undo(Flow, flow.id)
    assert (flow.status, outside.written[-2:]) == ("cancelled", ["refund", "unreserve"])


@locks_rows
@pytest.mark.parametrize("error", [None, OSError()])
@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_an_end_asked_for_on_the_way_back_is_how_it_ends(status: Any, error: OSError | None, outside: World) -> None:
    """While an undo runs, once all are done; where one fails too, so that there is no way back, it has not failed."""
    gate = Gate()

    def refund(workflow: Any) -> None:
        gate(workflow)
        if error is not None:
            raise error

    outside.hooks |= {"confirm": lambda workflow: Ask("address"), "refund": refund}
    flow = to_confirm()
    with beside(lambda: flow.submit({}).end) as (end,):
        assert gate.come.wait(30)
        assert end_by_staff(Flow, flow.id, status=status, reason="never-mind")
        gate.go.set()
        assert end.result().reason == status
    if error is not None:
        assert flow.status == "compensation_failed"
        del outside.hooks["refund"]
        assert retry_undo(Flow, flow.id)
    assert (flow.status, outside.written[-2:]) == (status, ["refund", "unreserve"][:: -1 if error else 1])
    assert flow.result().reason == "never-mind"


def test_a_step_that_asked_is_not_undone_by_whoever_ends_the_flow(outside: World) -> None:
    """Whoever undid what was before it is gone; the step itself had not completed."""
    outside.hooks["charge"] = lambda workflow: Ask("address")
    outside.errors["unreserve"] = [SystemExit()]
    with pytest.raises(SystemExit):
        to_confirm()
    lease_is_over()
    Order.flows.get().cancel()
    assert outside.calls[-3:] == ["charge", "unreserve", "unreserve"]
    assert Flow.objects.get().status == "cancelled"
