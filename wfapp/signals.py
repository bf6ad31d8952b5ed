"""The one signal of wfapp, and the thread that sends it: no flow waits for whoever listens."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connections
from django.dispatch import Signal

__all__ = ["announce", "announced", "flow_event"]

logger = logging.getLogger("wfapp.signals")

flow_event = Signal()
"""Sent after the commit with ``event``, a stored ``FlowEvent``; the sender is the flow's model.

Receivers are called one event after the other, in the order of the commits of this process, in a thread of their own.
"""

MOST = 10_000
"""How many events wait for slow receivers; those beyond are not announced, and stand in their table all the same."""

SLOW = 1.0
"""From how many seconds on receivers are slow enough to be told of in the log."""

IDLE = 5.0
"""How long the thread waits for another event, in seconds."""

LAST_WORDS = 5.0
"""How long a process that ends waits until all is announced, in seconds."""


class _Herald:
    """Announce what happened, in a thread that is there while there is something to announce."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Any, Any]] = deque()
        self._there = False
        self._speaking = False

    def tell(self, sender: Any, events: Sequence[Any]) -> None:
        with self._changed:
            left = MOST - len(self._waiting)
            if left < len(events):
                logger.error("Receivers of flow_event are too slow: %s events are not announced.", len(events) - left)
            self._waiting.extend((sender, event) for event in events[:left])
            if not self._there:
                self._begin()
            self._changed.notify_all()

    def _begin(self) -> None:
        try:
            threading.Thread(target=self._speak, name="wfapp-events", daemon=True).start()
        except RuntimeError:
            # The interpreter ends, or the machine has no thread left: no flow fails for that.
            logger.error("No thread for receivers of flow_event: %s events are not announced.", len(self._waiting))
            self._waiting.clear()
        else:
            self._there = True

    def wait(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._speaking, timeout)

    def _speak(self) -> None:
        while (told := self._next()) is not None:
            try:
                _send(*told)
            except BaseException as error:  # noqa: BLE001  a SystemExit, say: whoever raises ends nothing here
                logger.error("A receiver of flow_event raised %s.", type(error).__name__)
            if not self._waiting:
                # A receiver may have asked the database; this thread must not hold a connection for nobody.
                _close()
            with self._changed:
                self._speaking = False
                self._changed.notify_all()

    def _next(self) -> tuple[Any, Any] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, IDLE)
            if not self._waiting:
                self._there = False
                return None
            self._speaking = True
            return self._waiting.popleft()


def announce(sender: Any, events: Sequence[Any]) -> None:
    """Send ``flow_event`` for each of these events, soon."""
    _herald.tell(sender, events)


def announced(timeout: float = LAST_WORDS) -> bool:
    """Wait until all receivers have heard of everything so far; False where that takes longer, in seconds."""
    return _herald.wait(timeout)


def _send(sender: Any, event: Any) -> None:
    began = time.monotonic()
    for receiver, error in flow_event.send_robust(sender=sender, event=event):
        if isinstance(error, Exception):
            logger.error("A receiver of flow_event failed: %s (%s).", receiver, type(error).__name__)
    if (took := time.monotonic() - began) > SLOW:
        logger.warning("The receivers of flow_event took %.1f seconds for one event.", took)


def _close() -> None:
    try:
        connections.close_all()
    except DatabaseError as error:
        logger.warning("A connection of receivers could not be closed (%s).", type(error).__name__)


def _begin_anew() -> None:
    """Leave what waits to the parent of a forked child: its thread is not here."""
    global _herald  # noqa: PLW0603  there is one herald
    _herald = _Herald()


_herald = _Herald()
os.register_at_fork(after_in_child=_begin_anew)
atexit.register(announced)
