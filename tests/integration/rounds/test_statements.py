"""How many statements a round takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.rounds.helpers import ANYBODY, STORE, begin, play, statements
from tests.workflows import Hello, HelloBoth, HelloToken
from wfapp import Abort, Workflow, rounds, step
from wfapp.models import Flow, FlowEvent
from wfapp.storage.clock import time_of
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def clock() -> None:
    """Ask the database what time it is, as each process does once a minute."""
    time_of("default")


def test_a_database_round_takes_three_statements() -> None:
    """Claim, store, one INSERT of events; the start inserts the row instead of claiming it."""
    with CaptureQueriesContext(connection) as start:
        answer = begin(Hello)
    with CaptureQueriesContext(connection) as rejected:
        answer = play(answer, name="wrong")
    with CaptureQueriesContext(connection) as accepted:
        answer = play(answer, name="Ada")
    with CaptureQueriesContext(connection) as action:
        answer = play(answer, action="resend")
    with CaptureQueriesContext(connection) as end:
        play(answer, code="123456")
    assert [len(statements(queries)) for queries in (start, rejected, accepted, action, end)] == [1 + STORE] * 5


def test_a_look_and_a_repetition_take_one_statement() -> None:
    """Showing a page reads its row; repeating an answer claims it and writes nothing."""
    first = begin(Hello)
    page = play(first, name="Ada")
    with CaptureQueriesContext(connection) as shown:
        rounds.show(page.token, caller=ANYBODY)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as repeated:
        play(first, name="Ada")
    with CaptureQueriesContext(connection) as refreshed:
        play(page, action="wf.refresh", code="1")
    assert [len(statements(queries)) for queries in (shown, repeated, refreshed)] == [1, 1, 1]


def test_a_token_round_takes_no_statement() -> None:
    """Nothing is stored for a flow that lives in its token."""
    with CaptureQueriesContext(connection) as queries:
        play(play(begin(HelloToken), name="Ada"), code="123456")
    assert statements(queries) == []


def test_a_move_takes_two_statements() -> None:
    """The row and its events are inserted; there is nothing to claim."""
    answer = begin(HelloBoth)
    with CaptureQueriesContext(connection) as queries:
        moved = play(answer, name="Ada")
    assert len(statements(queries)) == 2
    assert moved.token is not None
    assert moved.token.storage == "database"
    assert Flow.objects.get().id == answer.flow_id == moved.flow_id


@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_a_durable_step_takes_two_statements_and_its_undo_two(count: int, undone: bool) -> None:
    """Its row and its events, between BEGIN and COMMIT; beside those of the start, of the Abort and of its end."""
    with isolated_registry():
        workflow = many(count, undone=undone)
        with CaptureQueriesContext(connection) as queries:
            flow = workflow.start()
        assert flow.status == ("aborted" if undone else "finished")
    # The row is inserted; at the end of the way back it is looked whether the flow holds files.
    assert len(statements(queries)) == (2 + (3 + 2 * count) * STORE if undone else 1 + (1 + count) * STORE)


@pytest.mark.parametrize("count", [1, 40])
def test_plain_steps_take_none(count: int) -> None:
    """However many run in one round, there is one INSERT for all their events."""
    with isolated_registry():
        workflow = many(count, durable=False)
        with CaptureQueriesContext(connection) as queries:
            flow = workflow.start()
        assert flow.status == "finished"
    assert len(statements(queries)) == 1 + STORE
    assert FlowEvent.objects.filter(kind="step_done").count() == count


def many(count: int, *, durable: bool = True, undone: bool = False) -> type[Workflow[Any]]:
    """Make a workflow of so many steps."""
    body: dict[str, Any] = {"name": "tests/many"}
    for number in range(count):
        body[f"do{number}"] = made = step(durable=durable)(lambda self: None)
        if undone:
            body[f"undo{number}"] = made.compensate(doing_nothing(f"undo{number}"))
    if undone:
        body["leave"] = step(lambda self: Abort("enough"))
    return type("Many", (Workflow,), body)


def doing_nothing(name: str) -> Callable[[Any], None]:
    """Make a method of that name: an undo is called by it."""

    def method(self: Any) -> None:
        """Do nothing."""

    method.__name__ = name
    return method


def test_a_second_click_on_a_move_meets_the_row(settings: Any) -> None:
    """Even where the cache forgets, the row is inserted once and the first answer is given again."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    answer = begin(HelloBoth)
    first, second = play(answer, name="Ada"), play(answer, name="Ada")
    assert first.token == second.token
    assert Flow.objects.count() == 1
    assert play(second, code="123456").status == "finished"
