"""The flow that a log record belongs to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["FlowFilter", "current_flow", "for_one_flow"]

P = ParamSpec("P")
R = TypeVar("R")

current_flow: ContextVar[str] = ContextVar("current_flow", default="")
"""The id of the flow whose round is on; empty outside of one."""


class FlowFilter(logging.Filter):
    """Give each record ``flow``, the id of the flow whose round is on, or an empty text; it refuses none.

    For a handler of ``LOGGING``: ``"filters": {"flow": {"()": "wfapp.logs.FlowFilter"}}``, and ``%(flow)s`` in its
    format.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.flow = current_flow.get()
        return True


def for_one_flow(play: Callable[P, R]) -> Callable[P, R]:
    """Forget on leaving which flow a round was about."""

    @wraps(play)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        before = current_flow.set("")
        try:
            return play(*args, **kwargs)
        finally:
            current_flow.reset(before)

    return wrapper
