"""Try a message right after its commit, and never in the request: its time would tell who is known."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections, transaction
from django.utils.module_loading import import_string

from wfapp.conf import conf
from wfapp.links.delivery import deliver

__all__ = ["DELIVERIES", "Senders", "dispatch", "senders"]

THREADS = 4
"""How many threads of a process send at a time."""

LONGEST_QUEUE = 1_000
"""How many messages may wait for them; the sweeper sends the others."""

logger = logging.getLogger("wfapp.links")

Address = tuple[str, uuid.UUID]


class Senders:
    """Send in a few threads, which begin when there is something to send and end when there is nothing left.

    They are daemons: a process that stops does not wait for a mail server, and what it was sending is taken over.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._waiting: deque[Address] = deque()
        self._busy = 0
        self._alive: set[threading.Thread] = set()

    def put(self, messages: Iterable[Address]) -> None:
        """Hand messages over, and return at once."""
        with self._lock:
            self._waiting.extend(message for message in messages if len(self._waiting) < LONGEST_QUEUE)
            if not self._waiting or self._busy >= self._threads:
                return
            thread = threading.Thread(target=self._work, name="wfapp-sender", daemon=True)
            self._busy += 1
            self._alive.add(thread)
        try:
            thread.start()
        except RuntimeError:
            logger.warning("No thread could be started to send with; the sweeper will.")
            with self._lock:
                self._busy -= 1
                self._alive.discard(thread)

    def wait(self, timeout: float) -> bool:
        """Wait until all is done; False where that takes longer, in seconds. For tests."""
        end = time.monotonic() + timeout
        with self._lock:
            alive = list(self._alive)
        for thread in alive:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in alive)

    def _work(self) -> None:
        try:
            while (message := self._next()) is not None:
                _deliver(*message)
        finally:
            connections.close_all()
            with self._lock:
                self._alive.discard(threading.current_thread())

    def _next(self) -> Address | None:
        """Take a message, or leave: in one step, so that none is put between the two."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._busy -= 1
            return None


def _deliver(using: str, pk: uuid.UUID) -> None:
    try:
        deliver(using, pk)
    except Exception as error:  # noqa: BLE001 - a thread that ends with one would leave the others waiting
        logger.error("Message %s was left to the sweeper: %s.", pk, type(error).__name__)


senders = Senders()


def _forget() -> None:
    """Begin anew in the child of a fork, which has none of its parent's threads."""
    senders.__init__()  # type: ignore[misc]  # the one object that everybody imported


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _by_thread(messages: list[Address]) -> None:
    senders.put(messages)


def _by_task(messages: list[Address]) -> None:
    # An optional part of the site, which is imported where it is used alone.
    task: Any = import_string("wfapp.links.tasks.deliver_message")
    for using, pk in messages:
        task.enqueue(using, str(pk))


def _by_sweep(messages: list[Address]) -> None:
    pass


DELIVERIES: dict[str, Callable[[list[Address]], None]] = {"thread": _by_thread, "task": _by_task, "sweep": _by_sweep}


def dispatch(using: str, pks: list[uuid.UUID]) -> None:
    """Have messages tried once this transaction has been committed, in the way that ``WFAPP["DELIVERY"]`` names."""
    hand_over = DELIVERIES[conf.DELIVERY]

    def after_commit() -> None:
        hand_over([(using, pk) for pk in pks])

    # Robust: what cannot be handed over now is due all the same, and the round has been committed.
    transaction.on_commit(after_commit, using=using, robust=True)
