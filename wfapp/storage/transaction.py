"""One transaction of our own for each round, and what the databases say when a row is locked."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction

from wfapp.errors import Busy

__all__ = [
    "PATIENCE",
    "FirstTransaction",
    "RoundTransaction",
    "first_transaction",
    "is_conflict",
    "is_cut",
    "is_locked",
    "pauses",
    "round_transaction",
]

PATIENCE = 2.0
"""How long a round waits for a flow that another one holds, in seconds."""

_POSTGRESQL_LOCKED = {"55P03"}
_POSTGRESQL_CONFLICT = {"40001", "40P01"}
_MYSQL_LOCKED = {1205, 1213, 3572}
_MYSQL_CONFLICT = {1205, 1213}


class RoundTransaction(transaction.Atomic):
    """Begin on SQLite as ``IMMEDIATE``: it has no row locks, so the read must be under the write lock already.

    A site's own settings stay as they are.
    """

    def __enter__(self) -> None:
        connection = connections[str(self.using)]
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            super().__enter__()
            return
        connection.ensure_connection()
        site = connection.transaction_mode  # type: ignore[attr-defined]
        connection.transaction_mode = "IMMEDIATE"  # type: ignore[attr-defined]
        try:
            super().__enter__()
        finally:
            connection.transaction_mode = site  # type: ignore[attr-defined]


class FirstTransaction(RoundTransaction):
    """Turn the news that somebody else holds the file into Busy."""

    def __enter__(self) -> None:
        try:
            super().__enter__()
        except DatabaseError as error:
            if not is_locked(error):
                raise
            raise Busy from error


def round_transaction(using: str, *, durable: bool = True) -> AbstractContextManager[None]:
    """Run a block in a durable transaction; one that is not may stand inside another."""
    return RoundTransaction(using, savepoint=True, durable=durable)


def first_transaction(using: str) -> AbstractContextManager[None]:
    """Run a block that has no row to lock in a round's transaction; raises Busy.

    Only SQLite lets it wait: for the one write lock of the file, as long as the connection's ``timeout`` says.
    """
    return FirstTransaction(using, savepoint=True, durable=True)


def is_locked(error: DatabaseError) -> bool:
    """Tell whether a database refused because somebody else holds the row (or, in SQLite, the file)."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in _POSTGRESQL_LOCKED:
        return True
    first = error.args[0] if error.args else None
    return first in _MYSQL_LOCKED or (isinstance(first, str) and first.startswith("database is locked"))


def is_conflict(error: Exception) -> bool:
    """Tell whether a database ended a transaction in favour of another one: run again, it may well succeed."""
    if not isinstance(error, DatabaseError):
        return False
    if getattr(error.__cause__, "sqlstate", None) in _POSTGRESQL_CONFLICT:
        return True
    first = error.args[0] if error.args else None
    return first in _MYSQL_CONFLICT or (isinstance(first, str) and first.startswith("database is locked"))


def is_cut(using: str, error: Exception) -> bool:
    """Tell whether a connection was lost, outside of any transaction by now, and let the next statement make one."""
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    connection = connections[using]
    if connection.connection is None or not connection.is_usable():
        connection.close()
        return True
    return False


def pauses() -> Iterator[None]:
    """Yield at once and then every 20 to 80 ms, until PATIENCE has passed."""
    end = time.monotonic() + PATIENCE
    yield
    while time.monotonic() < end:
        time.sleep(random.uniform(0.02, 0.08))  # noqa: S311 - it spreads retries, it hides nothing
        yield
