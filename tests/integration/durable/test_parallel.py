"""Steps that run at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.integration.durable.shop import World
from tests.integration.durable.team import Lenient, Team, TeamContext
from tests.integration.durable.test_losses import lease_is_over
from wfapp import Abort, Parallel, Workflow, step
from wfapp.errors import DeclarationError
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def test_members_see_what_was_and_their_changes_are_laid_together(outside: World) -> None:
    """Each writes its own keys; one whose condition does not hold is left out."""
    end = Team.start().answer.end
    assert end is not None
    assert end.data == {"mailed": "prepared letter", "audited": "prepared audit"}
    assert sorted(outside.written) == ["after", "audit", "letter", "prepare"]
    assert outside.calls[-1] == "after"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite runs them one after another")
def test_members_run_at_the_same_time(outside: World) -> None:
    """Each waits for the other, in the middle of its transaction."""
    meet = threading.Barrier(2, timeout=20)

    def wait(workflow: Any) -> None:
        meet.wait()

    outside.hooks = {"letter": wait, "audit": wait}
    assert Team.start().answer.status == "finished"


def test_the_first_failure_stops_the_group_and_undoes_what_completed(outside: World) -> None:
    """The most recent first; a sibling is told to stop."""
    audited = threading.Event()

    def fail(workflow: Any) -> None:
        if connection.vendor != "sqlite":
            assert audited.wait(20)
        raise OSError("no line")

    def pass_by(workflow: Any) -> None:
        connection.on_commit(audited.set)

    outside.hooks = {"letter": fail, "audit": pass_by}
    end = Team.start().answer.end
    assert end is not None
    assert end.reason == "failed"
    assert outside.calls.count("letter") == 2
    undone = [call for call in outside.calls if call.startswith("un")]
    assert undone == (["unprepare"] if connection.vendor == "sqlite" else ["unaudit", "unprepare"])
    assert Flow.objects.get().status == "failed"


def test_a_lenient_group_goes_on_with_what_it_has(outside: World) -> None:
    """One error is told in the timeline, and no more."""
    outside.errors["letter"] = [OSError(), OSError()]
    end = Lenient.start().answer.end
    assert end is not None
    assert end.data == {"mailed": "", "audited": "prepared audit"}
    assert [event.error for event in FlowEvent.objects.filter(kind="step_failed")] == ["OSError"]


def test_a_lenient_group_fails_where_all_do(outside: World) -> None:
    """All errors are kept."""
    outside.errors = {"letter": [OSError(), OSError()], "audit": [ValueError()]}
    end = Lenient.start().answer.end
    assert end is not None
    assert end.reason == "failed"
    errors = FlowEvent.objects.filter(kind="step_failed").values_list("step", "error")
    assert sorted(set(errors)) == [("audit", "ValueError"), ("letter", "OSError")]
    assert outside.calls[-1] == "unprepare"


def test_a_group_of_nobody_is_passed(outside: World) -> None:
    """Where no condition holds."""
    with isolated_registry():

        class Nobody(Team):
            name = "tests/durable-nobody"
            letter = step(when="skips_none")
            audit = step(when="skips_none")

            def skips_none(self) -> bool:
                return not self.ctx.skipped

        answer = Nobody.start().answer
    assert (answer.status, outside.calls) == ("finished", ["prepare"])


def test_the_wait_of_one_member_cuts_no_other_one_short(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comes to its next attempt in its own time."""
    waits = {"letter": timedelta(hours=1), "audit": timedelta(minutes=1)}
    with isolated_registry():

        class Waits(Lenient):
            name = "tests/durable-waits"
            letter = step(retries=2, delay=waits["letter"], backoff="fixed")
            audit = step(retries=2, delay=waits["audit"], backoff="fixed")

        outside.errors = {"letter": [OSError()], "audit": [OSError(), OSError()]}
        result = Waits.run()
        assert (result.status, Counter(outside.calls)) == ("pending", {"prepare": 1, "letter": 1, "audit": 1})
        for calls in ({"letter": 1, "audit": 2}, {"letter": 1, "audit": 3}, {"letter": 2, "audit": 3}):
            lease_is_over()
            assert recover(Flow).run == 1
            assert {name: outside.calls.count(name) for name in calls} == calls
        assert Waits.flows.get(pk=result.id).result().status == "finished"


def test_a_member_has_no_say_in_where_the_flow_goes(outside: World) -> None:
    """An outcome of one is an error."""
    outside.hooks["audit"] = lambda workflow: Abort("no")
    end = Team.start().answer.end
    assert end is not None
    assert end.reason == "failed"
    assert FlowEvent.objects.get(kind="step_failed", step="audit").error == "WrongOutcome"


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (
            Parallel("tell", ["one", "two"], fail_fast="no"),  # type: ignore[arg-type]
            "Parallel('tell'): fail_fast is 'no'; legal are True and False.",
        ),
        (Parallel("tell", ["one"]), "Parallel('tell') has the members ['one']; it must have a list of two or more"),
        (Parallel("one", ["one", "two"]), "Parallel('one') has the name of a step, a hook or another group"),
        (Parallel("tell", ["one", "one"]), "steps names 'one' 2 times; a step stands in it once."),
        (Parallel("a b", ["one", "two"]), "Parallel has the name 'a b'; it must be a name such as 'notify'."),
    ],
)
def test_mistakes_are_found_at_definition(group: Parallel, message: str) -> None:
    """Before anything runs."""

    def declare() -> None:
        class Wrong(Workflow[TeamContext]):
            name = "tests/durable-wrong"
            steps = [group]

            @step
            def one(self) -> None: ...

            @step
            def two(self) -> None: ...

    with pytest.raises(DeclarationError) as caught:
        declare()
    assert message in str(caught.value)
