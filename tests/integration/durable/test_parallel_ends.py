"""Groups that are cancelled, or of whose members nobody knows how far they came."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.durable.beside import Gate, beside, locks_rows, until
from tests.integration.durable.shop import World
from tests.integration.durable.team import Lenient, Team
from tests.integration.durable.test_cancel import ends, statuses
from tests.integration.durable.test_losses import lease_is_over
from wfapp import step
from wfapp.errors import StepTimedOut
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def leave(workflow: Any) -> None:
    """Look until the end is asked for, and leave."""
    until(lambda: workflow.flow.cancelled)
    workflow.flow.raise_if_cancelled()


def undone(outside: World) -> list[str]:
    """List what was undone, in order."""
    return [call for call in outside.calls if call.startswith("un")]


@locks_rows
@pytest.mark.parametrize("workflow", [Team, Lenient])
def test_a_group_that_is_cancelled_is_cancelled(workflow: type[Team], outside: World) -> None:
    """Never failed: a member that looks leaves, is not tried again, and its own undo runs."""
    outside.hooks = {"letter": leave, "audit": lambda flow: until(lambda: flow.flow.cancelled)}
    with beside(workflow.run) as (run,):
        until(lambda: {"letter", "audit"} <= set(outside.calls))
        workflow.flows.get().cancel("out-of-stock")
        result = run.result()
    assert (result.status, result.reason, result.error) == ("cancelled", "out-of-stock", None)
    assert undone(outside) == ["unletter", "unaudit", "unprepare"]
    assert outside.calls.count("letter") == 1
    assert statuses(result) == dict.fromkeys(["prepare", "letter", "audit"], "compensated")
    assert ends() == [("cancelled", "out-of-stock")]
    assert not FlowEvent.objects.filter(kind="step_failed").exists()


@locks_rows
def test_between_attempts_of_a_member_it_is_looked(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other one begins."""
    gate = outside.hooks["audit"] = Gate()
    monkeypatch.setattr("wfapp.rounds.parallel.delay_after", lambda *args: timedelta(seconds=2))
    outside.errors["letter"] = [OSError()]
    with beside(Team.run) as (run,):
        assert gate.come.wait(30)
        until(FlowEvent.objects.filter(kind="retried").exists)
        Team.flows.get().cancel()
        gate.go.set()
        result = run.result()
    assert (result.status, outside.calls.count("letter")) == ("cancelled", 1)
    assert undone(outside) == ["unaudit", "unprepare"]


@locks_rows
def test_a_sibling_that_leaves_is_undone_too(outside: World) -> None:
    """How far it came nobody knows; the error is that of the member that failed."""
    looks = threading.Event()

    def fail(workflow: Any) -> None:
        assert looks.wait(30)
        raise OSError("no line")

    def look(workflow: Any) -> None:
        looks.set()
        leave(workflow)

    outside.hooks = {"letter": fail, "audit": look}
    result = Team.run()
    assert (result.status, result.error and (result.error.step, result.error.others)) == ("failed", ("letter", ()))
    assert undone(outside) == ["unaudit", "unprepare"]


class AfterLenient(Lenient):
    """Fail behind the group."""

    name = "tests/durable-after-lenient"

    @step
    def end(self) -> Any:
        raise ValueError


@pytest.mark.parametrize("workflow", [Team, AfterLenient])
def test_a_member_that_was_late_once_is_undone(workflow: type[Team], outside: World) -> None:
    """Whatever its last attempt said; where the group goes on without it, by what fails later."""
    outside.errors = {"letter": [StepTimedOut(), OSError()]}
    assert workflow.run().status == "failed"
    assert [call for call in undone(outside) if call != "unaudit"] == ["unletter", "unprepare"]


@pytest.mark.parametrize("workflow", [Team, AfterLenient])
def test_a_member_that_failed_plainly_is_not_undone(workflow: type[Team], outside: World) -> None:
    """What it did before that is its own affair."""
    outside.errors = {"letter": [OSError(), OSError()]}
    assert workflow.run().status == "failed"
    assert "unletter" not in outside.calls


def test_a_member_whose_process_died_once_is_undone(outside: World) -> None:
    """It fails plainly after that: what it did before, nobody knows."""
    outside.errors["letter"] = [SystemExit(), OSError(), OSError()]
    with pytest.raises(SystemExit):
        Team.run()
    lease_is_over()
    assert recover(Flow).run == 1
    assert Flow.objects.get().status == "failed"
    assert [call for call in undone(outside) if call != "unaudit"] == ["unletter", "unprepare"]
