"""The heart of a process: while one of its steps runs, it says so, and nobody takes the flow over.

One thread for all of them, with a connection of its own: a step's transaction neither waits for it nor sees it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import msgspec
from django.db import DatabaseError, connections, router

from wfapp.conf import conf
from wfapp.models import RUNNING, AbstractFlow
from wfapp.storage.clock import time_of
from wfapp.storage.columns import PROGRESS_PURPOSE, row_binding
from wfapp.storage.lease import Lease
from wfapp.storage.sealing import seal, unseal
from wfapp.storage.transaction import is_locked

__all__ = ["beating", "is_asked_to_stop", "progress_of", "tell_progress"]

logger = logging.getLogger("wfapp.storage")

_BEATS = 3
"""How often a lease is renewed before it would end."""

_BLINK = 0.1
"""How long a word aside waits for SQLite's lock, in seconds."""

# Names of a table and of columns alone are put into these.
_ASK = "SELECT {stop} FROM {table} WHERE {id} = %s AND {fence} = %s"
_TELL = "UPDATE {table} SET {progress} = %s WHERE {id} = %s AND {fence} = %s"

_numbers = itertools.count()
_leases: dict[int, Lease] = {}
_lock = threading.Lock()
_thread: threading.Thread | None = None
_wake = threading.Event()
_pause = 0.0
"""How long the heart rests between two beats, in seconds."""


@contextmanager
def beating(lease: Lease) -> Iterator[None]:
    """Renew a lease for as long as the block runs, and the process lives."""
    number = next(_numbers)
    _leases[number] = lease
    _start()
    if _pause > _rest():
        # It rests for as long as a lease lasted once.
        _wake.set()
    try:
        yield
    finally:
        del _leases[number]


def is_asked_to_stop(lease: Lease) -> bool:
    """Tell whether somebody asked for the end of a flow while a step of it runs."""
    row = _aside(lease, _ASK)
    return row is not None and bool(row[0])


def tell_progress(lease: Lease, fraction: float, text: str) -> None:
    """Store how far a step is, for whoever looks; where the database is busy with the step itself, nobody learns it."""
    sealed = seal(PROGRESS_PURPOSE, msgspec.json.encode((fraction, text)), *row_binding(lease.model, lease.state.id))
    try:
        _aside(lease, _TELL, sealed)
    except DatabaseError as error:
        if not is_locked(error):
            raise


def progress_of(model: type[AbstractFlow], pk: uuid.UUID) -> tuple[float, str] | None:
    """Read how far the step of a flow is; ``None`` where it has not told."""
    rows = model._base_manager.using(router.db_for_write(model)).filter(pk=pk)
    sealed = bytes(rows.values_list("progress", flat=True).first() or b"")
    if not sealed:
        return None
    told: tuple[float, str] = msgspec.json.decode(
        unseal(PROGRESS_PURPOSE, sealed, *row_binding(model, pk)), type=tuple[float, str]
    )
    return told


def _aside(lease: Lease, statement: str, *values: Any) -> tuple[Any, ...] | None:
    """Run a statement beside the step's transaction, which may see the row only as it was when it began.

    Django lets no coroutine wait for a database, so that for one of these a thread does.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(lease, statement, values)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_run, lease, statement, values).result()


def _run(lease: Lease, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Run a statement on a connection of its own, and give its first row.

    SQLite lets one write at a time: a step that has written is not waited for, since it waits itself.
    """
    connection = connections[lease.using].copy()
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "timeout": _BLINK}
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(**_names(lease)), [*values, *_key(lease)])
            row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
            return row
    finally:
        connection.close()


def _names(lease: Lease) -> dict[str, str]:
    quote = connections[lease.using].ops.quote_name
    columns = {name: quote(name) for name in ("id", "fence", "stop", "progress")}
    return {**columns, "table": quote(lease.model._meta.db_table)}


def _key(lease: Lease) -> list[Any]:
    return [lease.model._meta.pk.get_db_prep_value(lease.state.id, connections[lease.using]), lease.run.fence]


def _start() -> None:
    global _thread  # noqa: PLW0603  there is one heart
    if _thread is not None and _thread.is_alive():
        return
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_beat, name="wfapp-heart", daemon=True)
            _thread.start()


def _rest() -> float:
    return conf.LEASE.total_seconds() / _BEATS


def _beat() -> None:
    global _pause  # noqa: PLW0603
    while True:
        _pause = _rest()
        if _wake.wait(_pause):
            _wake.clear()
            continue
        for lease in list(_leases.values()):
            try:
                _renew(lease)
            except Exception as error:  # noqa: BLE001  the others must be renewed, and this one again
                logger.warning("A lease of flow %s was not renewed: %s.", lease.state.id, type(error).__name__)
                connections.close_all()
        connections.close_all()


def _renew(lease: Lease) -> None:
    # One that is over by now may be in the list still; what is not run must not become due.
    rows = lease.model._base_manager.using(lease.using).filter(pk=lease.state.id, fence=lease.run.fence)
    rows.filter(status__in=RUNNING).update(due_at=time_of(lease.using) + conf.LEASE)


def _forget() -> None:
    """Begin anew in a forked child: the threads of its parent are not there."""
    global _thread, _lock  # noqa: PLW0603
    _thread = None
    # Its parent may have held it at that very moment.
    _lock = threading.Lock()
    _leases.clear()


os.register_at_fork(after_in_child=_forget)
