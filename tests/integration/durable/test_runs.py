"""Runs from code: what is run, what the result tells, and what is never told."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from tests.integration.durable.beside import pass_time
from tests.integration.durable.jobs import Asks, AsksInBranch, AsksInside, Async, Export, Exports, ForStaff, Job
from tests.integration.durable.shop import World
from tests.integration.durable.team import Team
from wfapp import Abort, Context, Finish, Workflow, step
from wfapp.errors import DeclarationError, FlowFailed, MalformedRequest, MissingAbility, NotAllowed, NotAvailable
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent
from wfapp.programming import FlowResult
from wfapp.rounds.answer import Caller
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ALL = ["take", "check", "book", "send", "done"]


def told(result: FlowResult) -> list[tuple[str, str, int, str]]:
    """List what the result says of each step, but for the time it took."""
    return [(one.name, one.status, one.attempts, one.error) for one in result.steps]


def test_a_run_tells_how_each_step_came_out(outside: World) -> None:
    """Durable and plain ones, in order; the data is the Finish's."""
    result = Job.run(params={"amount": 7})
    assert (result.status, result.data, result.error, result.reason) == ("finished", {"amount": 7}, None, "")
    assert told(result) == [(name, "completed", 1, "") for name in ALL]
    assert outside.calls == outside.written == ALL
    assert result.raise_for_status() is result
    assert 0 < max(one.duration for one in result.steps) <= result.duration
    assert Flow.objects.get(pk=result.id).status == "finished"


def test_converted_input_is_what_steps_see() -> None:
    """Named: converted input ignored."""
    assert Job.run(params={"amount": "42"}).data == {"amount": 42}


def test_input_that_does_not_fit_runs_nothing(outside: World) -> None:
    """It is checked before there is a flow."""
    with pytest.raises(MalformedRequest, match="of a wrong type: amount"):
        Job.run(params={"amount": "many"})
    assert (outside.calls, Flow.objects.count()) == ([], 0)


def test_plain_steps_share_one_transaction(outside: World) -> None:
    """One of them fails, and nothing of those before it is there; the flow has failed at the step that raised."""
    outside.errors["second"] = [OSError("no disk")]
    result = Export.run()
    assert outside.written == []
    assert (result.status, told(result)) == ("failed", [("second", "failed", 1, "OSError")])
    assert result.error is not None
    assert (result.error.step, result.error.type, result.error.message) == ("second", "OSError", "no disk")
    assert [f"{e.kind} {e.step} {e.error}".strip() for e in FlowEvent.objects.order_by("id")] == [
        "started",
        "step_started first",
        "step_failed second OSError",
        "failed",
    ]


def test_a_step_that_was_undone_is_told_so(outside: World) -> None:
    """Named: a compensated step still shown as completed."""
    outside.errors["send"] = [OSError("to 4711"), OSError("to 4711")]
    result = Job.run(params={"amount": 4711})
    assert told(result) == [
        ("take", "completed", 1, ""),
        ("check", "completed", 1, ""),
        ("book", "compensated", 1, ""),
        ("send", "failed", 2, "OSError"),
    ]
    assert (result.status, result.error and result.error.message) == ("failed", "to •••")
    with pytest.raises(FlowFailed, match=f"The flow {result.id} is failed: step 'send' raised OSError."):
        result.raise_for_status()


def test_the_error_of_an_undo_is_told(outside: World) -> None:
    """Named: compensation error vanishes. The first error stays what the flow failed with."""
    outside.errors["send"] = [OSError(), OSError()]
    outside.errors["unbook"] = [ZeroDivisionError()]
    result = Job.run()
    assert told(result)[2:] == [
        ("book", "compensation_failed", 1, "ZeroDivisionError"),
        ("send", "failed", 2, "OSError"),
    ]
    assert (result.status, result.error and result.error.type) == ("compensation_failed", "OSError")
    Flow.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert recover(Flow).undone == 1
    again = Job.flows.get(pk=result.id).result()
    assert (again.status, told(again)[2][:2]) == ("failed", ("book", "compensated"))


def test_what_a_step_wrote_before_it_failed_is_masked(outside: World) -> None:
    """It is in no context that was ever stored."""

    def broken(workflow: Any) -> None:
        workflow.ctx.secret = "hunter2"
        raise ValueError(f"wrong: {workflow.ctx.secret}")

    outside.hooks["second"] = broken
    error = Export.run().error
    assert error is not None
    assert error.message == "wrong: •••"


def test_what_a_step_says_ends_the_run(outside: World) -> None:
    """An Abort gives its reason, and undoes."""
    outside.hooks["done"] = lambda workflow: Abort("sold-out")
    result = Job.run()
    assert (result.status, result.reason) == ("aborted", "sold-out")
    assert told(result)[2] == ("book", "compensated", 1, "")


@pytest.mark.parametrize(("workflow", "name"), [(Asks, "page"), (AsksInside, "asks/page"), (AsksInBranch, "page")])
def test_a_workflow_with_a_form_is_refused(workflow: type[Workflow[Any]], name: str) -> None:
    """Wherever in its order that stands."""
    says = (
        f"{workflow.name}: run is for workflows without forms, and step '{name}' has one; use start, and answer its "
        f"pages."
    )
    with pytest.raises(NotAvailable) as refused:
        workflow.run()
    assert str(refused.value) == says
    assert Flow.objects.count() == 0


def test_a_workflow_without_rows_is_refused() -> None:
    """A run is a row."""
    with isolated_registry():

        class Sealed(Workflow[Context]):
            name = "tests/sealed-job"
            storage = "token"

            @step
            def only(self) -> Finish:
                return Finish()

        with pytest.raises(MissingAbility) as refused:
            Sealed.run()
    says = "tests/sealed-job: run keeps its flow in a row, and storage lists token; add 'database'."
    assert str(refused.value) == says


def test_a_step_that_is_not_the_callers_ends_the_run(outside: World) -> None:
    """The flow waits for somebody who may run it; before the first step nothing is started."""
    result = ForStaff.run()
    assert (result.status, outside.written) == ("waiting", ["first"])
    assert ForStaff.run(user=User.objects.create_superuser("clerk")).status == "aborted"
    with isolated_registry():

        class Locked(Workflow[Context]):
            name = "tests/locked-job"
            login_required = True

            @step
            def only(self) -> None:
                pass

        with pytest.raises(NotAllowed):
            Locked.run()
    assert Flow.objects.filter(workflow="tests/locked-job").count() == 0


def test_a_wait_that_is_long_is_nobodys(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result says pending, and the flow goes on without the caller."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["send"] = [OSError()]
    result = Job.run()
    assert (result.status, result.raise_for_status()) == ("pending", result)
    pass_time(timedelta(minutes=6))
    assert recover(Flow).run == 1
    result = Job.flows.get(pk=result.id).result()
    assert (result.status, told(result)[3]) == ("finished", ("send", "completed", 2, ""))


def test_a_wait_within_the_timeout_is_waited_for(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than in place: the caller looks again, and takes the flow up once it is due."""
    monkeypatch.setattr("wfapp.rounds.running.IN_PLACE", timedelta())
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(milliseconds=50))
    outside.errors["send"] = [OSError()]
    assert Job.run(timeout=timedelta(seconds=30)).status == "finished"


def test_the_timeout_bounds_the_wait(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is over no further step is begun here, and a wait is nobody's; the sweeper goes on."""
    with monkeypatch.context() as patched:
        patched.setattr(Caller, "patience", lambda self: timedelta(minutes="check" not in outside.calls))
        result = Job.run(timeout=timedelta(minutes=1))
    assert (result.status, outside.calls) == ("pending", ["take", "check"])
    assert recover(Flow).run == 1
    assert Job.flows.get(pk=result.id).result().status == "finished"
    with pytest.raises(DeclarationError, match="run: timeout"):
        Job.run(timeout=timedelta(0))


def test_a_caller_whose_time_is_over_before_the_first_step_has_started_a_flow(outside: World) -> None:
    """It is there for the sweeper."""
    result = Job.run(timeout=timedelta(microseconds=1))
    assert (result.status, outside.calls) == ("pending", [])
    assert recover(Flow).run == 1
    assert Job.flows.get(pk=result.id).result().status == "finished"


def test_steps_of_included_workflows_are_told_by_their_place(outside: World) -> None:
    """The first step may be one of these; an undo there is told as well."""
    outside.errors["done"] = [OSError()]
    result = Exports.run()
    assert [(one.name, one.status) for one in result.steps] == [
        ("one/first", "completed"),
        ("one/second", "completed"),
        ("two/book", "compensated"),
        ("two/wait", "completed"),
        ("done", "failed"),
    ]


def test_members_of_a_group_are_told(outside: World) -> None:
    """Each on its own, with what it took; the one that failed once is the one whose error is kept."""
    outside.errors["letter"] = [OSError("1"), OSError("2")]
    result = Team.run()
    known = {one.name: (one.status, one.attempts, one.error) for one in result.steps}
    assert known.pop("audit", ("compensated", 1, "")) == ("compensated", 1, "")
    assert known == {"prepare": ("compensated", 1, ""), "letter": ("failed", 2, "OSError")}
    assert (result.status, result.error and result.error.message) == ("failed", "2")
    again = Team.run()
    assert sorted(one.name for one in again.steps) == ["after", "audit", "end", "letter", "prepare"]
    assert {one.status for one in again.steps} == {"completed"}


def test_a_run_inside_of_a_transaction_is_refused(outside: World) -> None:
    """It commits by itself: Django says so, and nothing ran."""
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable atomic block"):
        Job.run()
    assert (outside.calls, Flow.objects.count()) == ([], 0)


def test_only_the_newest_steps_are_told(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop may run any number of them."""
    monkeypatch.setattr("wfapp.rounds.records.MOST", 2)
    assert [one.name for one in Job.run().steps] == ["send", "done"]


def test_async_steps_write_in_the_transaction_of_their_step(outside: World) -> None:
    """Awaited ORM calls, and an undo's."""
    assert Async.run().data == {"booked": 2}
    assert outside.calls == ["awake"]


def test_an_async_step_is_cancelled_at_its_next_await(outside: World) -> None:
    """Named: timed-out step keeps writing. What it wrote before is rolled back with it."""
    outside.hooks["nap"] = lambda workflow: 30
    result = Async.run()
    assert (result.status, told(result)[1]) == ("failed", ("wait", "failed", 1, "StepTimedOut"))
    assert list(Group.objects.order_by("id").values_list("name", flat=True)) == ["booked", "unbooked"]
    assert outside.calls == []


def test_a_plain_step_that_is_late_keeps_nothing(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named: timed-out step keeps writing."""
    with isolated_registry():

        class Late(Workflow[Context]):
            name = "tests/late-job"

            @step(timeout=timedelta(milliseconds=50))
            def slow(self) -> None:
                assert self.flow.deadline is not None
                while timezone.now() <= self.flow.deadline:
                    time.sleep(0.01)
                outside.called("slow", self)

        result = Late.run()
    assert (result.status, result.error and result.error.type) == ("failed", "StepTimedOut")
    assert (outside.calls, outside.written) == (["slow"], [])
