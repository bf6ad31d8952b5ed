"""The transaction of a round, and what the databases say when somebody else holds a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.flows.factories import make
from wfapp.errors import Busy
from wfapp.models import Flow
from wfapp.storage import transaction
from wfapp.storage.transaction import PATIENCE, first_transaction, is_locked, pauses, round_transaction

on_the_database = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


class Driver(Exception):
    """Stand where a driver's own exception hangs below Django's."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate
        super().__init__()


def error(*args: Any, sqlstate: str | None = None, kind: type[DatabaseError] = OperationalError) -> DatabaseError:
    """Give an error as Django raises it."""
    made = kind(*args)
    made.__cause__ = Driver(sqlstate)
    return made


LOCKED = [
    error("could not obtain lock on row in relation", sqlstate="55P03"),
    error(1205, "Lock wait timeout exceeded; try restarting transaction"),
    error(1213, "Deadlock found when trying to get lock; try restarting transaction"),
    error(3572, "Statement aborted because lock(s) could not be acquired immediately"),
    error("database is locked"),
    error("database is locked (5)"),
]
OTHER = [
    error(),
    error("server closed the connection unexpectedly", sqlstate="08006"),
    error("duplicate key value", sqlstate="23505", kind=IntegrityError),
    error("canceling statement due to statement timeout", sqlstate="57014"),
    error(1062, "Duplicate entry", kind=IntegrityError),
    error(2006, "Server has gone away"),
    error("1205"),
    error("no such table: wfapp_flow"),
    error("the database is locked"),
    InterfaceError("connection already closed"),
]


@pytest.mark.parametrize("refused", LOCKED, ids=str)
def test_a_row_that_somebody_holds_is_locked(refused: DatabaseError) -> None:
    """PostgreSQL says so by its code, MariaDB and MySQL by a number, SQLite in words."""
    assert is_locked(refused)


@pytest.mark.parametrize("refused", OTHER, ids=str)
def test_another_error_is_not(refused: Any) -> None:
    """It must not be mistaken for a flow at work, and tried again for seconds."""
    assert not is_locked(refused)


@contextmanager
def another_connection() -> Iterator[BaseDatabaseWrapper]:
    """Open a second connection that waits for no lock."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            if other.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 0")
        yield other
    finally:
        other.close()


def hold(other: BaseDatabaseWrapper) -> None:
    """Ask for what a round takes: the row, or in SQLite the file."""
    other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=False)
    with other.cursor() as cursor:
        if other.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("SELECT id FROM wfapp_flow FOR UPDATE NOWAIT")


class TestDatabase:
    """Ask the database that the tests run on."""

    pytestmark = on_the_database

    def test_a_row_that_a_round_holds_is_locked_to_another_connection(self) -> None:
        """Whatever the driver calls it."""
        make(Flow)
        with round_transaction("default"), another_connection() as other:
            list(Flow.objects.select_for_update(nowait=True))
            with pytest.raises(DatabaseError) as refused:
                hold(other)
        assert is_locked(refused.value)

    def test_the_row_is_free_after_the_round(self) -> None:
        """Nothing waits for anything any more."""
        make(Flow)
        with round_transaction("default"):
            list(Flow.objects.select_for_update(nowait=True))
        with another_connection() as other:
            hold(other)

    def write_and_raise(self, begin: Callable[[str], AbstractContextManager[None]]) -> None:
        """Fail after a row was written."""
        with begin("default"):
            make(Flow)
            raise RuntimeError("on purpose")

    @pytest.mark.parametrize("begin", [round_transaction, first_transaction])
    def test_an_exception_undoes_what_was_written(self, begin: Callable[[str], AbstractContextManager[None]]) -> None:
        """And goes on its way."""
        with pytest.raises(RuntimeError, match="on purpose"):
            self.write_and_raise(begin)
        assert not connection.in_atomic_block
        assert not Flow.objects.exists()

    @pytest.mark.parametrize("begin", [round_transaction, first_transaction])
    def test_what_was_written_stays(self, begin: Callable[[str], AbstractContextManager[None]]) -> None:
        """The block ends in a commit."""
        with begin("default"):
            flow = make(Flow)
        assert not connection.in_atomic_block
        assert Flow.objects.get() == flow

    @pytest.mark.parametrize("begin", [round_transaction, first_transaction])
    def test_a_round_is_durable(self, begin: Callable[[str], AbstractContextManager[None]]) -> None:
        """Inside a transaction of somebody else, its commit would be none."""
        message = "A durable atomic block cannot be nested within another atomic block."
        with round_transaction("default"), pytest.raises(RuntimeError, match=message), begin("default"):
            pass

    def test_a_first_round_that_finds_the_file_locked_is_busy(self) -> None:
        """SQLite alone locks a round that has no row yet."""
        if connection.vendor != "sqlite":
            pytest.skip("locks rows")
        with another_connection() as other:
            hold(other)
            with connection.cursor() as cursor:
                before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
                cursor.execute("PRAGMA busy_timeout = 0")
            try:
                with pytest.raises(Busy) as refused, first_transaction("default"):
                    pass
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(f"PRAGMA busy_timeout = {before}")
        assert (refused.value.retry_after, is_locked(refused.value.__cause__)) == (1, True)  # type: ignore[arg-type]

    @pytest.mark.parametrize("mode", [None, "EXCLUSIVE"])
    def test_the_sites_own_kind_of_transaction_stays(self, mode: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
        """A round in SQLite begins as IMMEDIATE, and nothing else does."""
        if connection.vendor != "sqlite":
            pytest.skip("has no transaction mode")
        own = connections["default"]
        own.ensure_connection()
        monkeypatch.setattr(own, "transaction_mode", mode)
        with round_transaction("default"):
            inside = own.transaction_mode  # type: ignore[attr-defined]
        assert (inside, own.transaction_mode) == (mode, mode)  # type: ignore[attr-defined]


class Clock:
    """Let time pass in sleep alone."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock of the test in place of the real one."""
    made = Clock()
    monkeypatch.setattr(transaction, "time", made)
    return made


def test_pauses_end_when_patience_does(clock: Clock) -> None:
    """At most one pause later."""
    for _ in pauses():
        pass
    assert PATIENCE <= sum(clock.slept) < PATIENCE + 0.08


def test_the_first_try_comes_at_once_and_the_others_are_spread(clock: Clock) -> None:
    """Retries of many requests must not come all at the same time."""
    tries = list(pauses())
    assert len(tries) == len(clock.slept) + 1
    assert all(0.02 <= pause <= 0.08 for pause in clock.slept)
    assert len(set(clock.slept)) == len(clock.slept)


def test_a_lock_that_is_free_takes_no_pause(clock: Clock) -> None:
    """Whoever succeeds leaves."""
    next(pauses())
    assert clock.slept == []
