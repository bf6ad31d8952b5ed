"""Many presses at once, on a real database: a limit holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.integration.test_concurrency import at_once, begin
from tests.workflows import HelloContext, NameForm
from wfapp import Limit, Workflow, rounds, step
from wfapp.errors import Fault, Stale
from wfapp.models import FlowEvent
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

ANYBODY = Caller(door="python")


def presses() -> int:
    """Fifty where rows are locked; SQLite locks its whole file, and a dozen threads show the same."""
    return 12 if connection.vendor == "sqlite" else 50


def pressing(page_of: Callable[[int], Answer], action: str) -> Callable[[int], Answer]:
    """Press a button as a client does that takes the current page with each 409."""

    def press(number: int) -> Answer:
        token = page_of(number).token
        for _ in range(60):
            assert token is not None
            try:
                return rounds.play(token, caller=ANYBODY, input=Input(action=action, values={"name": str(number)}))
            except Stale as stale:
                token = stale.answer.token
        raise AssertionError("stale too often")

    return press


def outcomes(results: list[Any]) -> set[str]:
    """Name the different results: a press that ran, the words of a refusal, the code of a fault."""
    named = set()
    for result in results:
        if isinstance(result, Fault):
            named.add(result.error_code)
        else:
            named.add(next(iter(result.page.errors.values()), "ran"))
    return named


def test_parallel_presses_stay_within_the_limit_of_their_flow() -> None:
    """Of fifty on one page at most five run, and the next one is refused."""
    with isolated_registry():

        class Pressed(Workflow[HelloContext]):
            name = "tests/pressed"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                pass

            @ask.action(label="Press", limit=5)
            def press(self) -> None:
                User.objects.create_user(f"press-{User.objects.count()}")

        first = begin(Pressed)
        results = at_once(presses(), pressing(lambda number: first, "press"))
        assert 1 <= User.objects.count() <= 5
        assert FlowEvent.objects.filter(kind="action").count() == User.objects.count()
        spent = "This is no longer possible: it was used as often as allowed."
        assert outcomes(results) <= {"ran", spent, "busy"}
        for number in range(6):
            pressing(lambda _: first, "press")(1_000 + number)
        assert User.objects.count() == 5


def test_parallel_presses_of_many_flows_share_one_limit() -> None:
    """Of fifty flows on one account at most five presses run."""
    with isolated_registry():

        class Shared(Workflow[HelloContext]):
            name = "tests/shared"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.name = form.cleaned_data["name"]

            @step(form=NameForm)
            def send(self, form: NameForm) -> None:
                pass

            @send.action(label="Press", limit=Limit("tests-shared", key="hidden", rate="5/1h"))
            def press(self) -> None:
                User.objects.create_user(f"press-{self.flow.id}")

        pages = [begin(Shared, name="ada") for _ in range(presses())]
        results = at_once(presses(), pressing(lambda number: pages[number], "press"))
        assert 1 <= User.objects.count() <= 5
        assert outcomes(results) <= {"ran", "limit", "busy"}
        if connection.vendor != "sqlite":
            assert User.objects.count() == 5
