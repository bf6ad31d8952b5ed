"""Play flows as a client of Python's, for the tests of rounds."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from wfapp import Workflow, rounds
from wfapp.rounds.answer import Answer, Caller, Input

__all__ = ["ANYBODY", "STORE", "begin", "play", "statements"]

ANYBODY = Caller(door="python")
STORE = 1 if connection.vendor == "postgresql" else 2
"""The statements that store a row and its events: PostgreSQL takes both at once."""


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY, **values: Any) -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values=values) if values else None)


def play(answer: Answer, caller: Caller = ANYBODY, action: str = "", **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(action=action, values=values or None))


def statements(queries: CaptureQueriesContext) -> list[str]:
    """Keep what is not the transaction's own."""
    own = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in queries if not query["sql"].startswith(own)]
