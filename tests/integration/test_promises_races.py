"""What holds when requests with one key, or one start key, come at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, connections

from tests.workflows import Hello, HelloBoth
from wfapp import rounds
from wfapp.errors import Busy, Fault
from wfapp.models import Flow, FlowEvent
from wfapp.rounds.answer import Answer, Caller, Input

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]

ANYBODY = Caller(door="python")
PAGE = Caller(door="page", browser="b" * 43, transport="cookie")
NAME = Input(values={"name": "Ada"})


def at_once(job: Callable[[], Answer], count: int = 12) -> list[Answer | Fault]:
    """Do a thing in many threads, each with a connection of its own."""

    def alone(_number: int) -> Answer | Fault:
        try:
            return job()
        except Fault as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def answers(results: list[Answer | Fault]) -> list[Answer]:
    """Give the answers; every fault must be the one that says to come again."""
    assert {type(fault) for fault in results if isinstance(fault, Fault)} <= {Busy}
    return [answer for answer in results if isinstance(answer, Answer)]


def test_one_idempotency_key_starts_one_flow() -> None:
    """Whoever comes second gets that flow under a new handle; the last handle opens it."""
    key = "0123456789abcdefghijklmn"
    got = answers(at_once(lambda: rounds.start(Hello, caller=ANYBODY, params={}, input=NAME, idempotency_key=key)))
    assert {answer.flow_id for answer in got} == {Flow.objects.get().pk}
    assert FlowEvent.objects.filter(kind="submitted").count() == 1
    last = rounds.start(Hello, caller=ANYBODY, params={}, input=NAME, idempotency_key=key)
    assert last.token is not None
    assert rounds.play(last.token, caller=ANYBODY, input=Input(values={"code": "123456"})).status == "finished"


@pytest.mark.parametrize("workflow", [Hello, HelloBoth], ids=["database", "moved"])
def test_one_start_key_starts_one_flow(workflow: Any) -> None:
    """Many clicks on a first page are one."""
    cache.clear()
    start_key = rounds.first_page(workflow, caller=PAGE, params={}).start_key
    got = answers(at_once(lambda: rounds.start(workflow, caller=PAGE, params={}, input=NAME, start_key=start_key)))
    assert got
    assert {answer.flow_id for answer in got} == {Flow.objects.get().pk}
    assert len({str(answer.token) for answer in got}) == 1
    assert FlowEvent.objects.filter(kind="submitted").count() == 1


def test_a_workflow_that_continues_is_come_back_to_by_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets a handle; the last one opens the flow, and nothing ran twice."""
    monkeypatch.setattr(Hello, "continues", "user")
    caller = replace(ANYBODY, user=User.objects.create_user("ada"))
    first = rounds.start(Hello, caller=caller, params={}, input=NAME)
    got = answers(at_once(lambda: rounds.start(Hello, caller=caller, params={})))
    assert {answer.flow_id for answer in got} == {first.flow_id}
    assert Flow.objects.count() == 1


def test_connections_are_what_the_test_says() -> None:
    """On SQLite the tests need a file: in memory it is one connection."""
    assert connection.vendor != "sqlite" or "memory" not in str(connection.settings_dict["NAME"])
