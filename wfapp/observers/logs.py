"""What happens to flows as lines of a log: ``flow_event.connect(log_event)``."""

from __future__ import annotations

import logging
from typing import Any

from wfapp.models import FlowEvent, Kind

__all__ = ["log_event"]

logger = logging.getLogger("wfapp.flows")

_BAD = {
    Kind.STEP_FAILED,
    Kind.RETRIED,
    Kind.UNCOMPENSATED,
    Kind.COMPENSATION_FAILED,
    Kind.FAILED,
    Kind.UNSENT,
}


def log_event(sender: Any, event: FlowEvent, **kwargs: Any) -> None:
    """Log one line with names, ids and durations; what went wrong is a warning."""
    words = [event.workflow, str(event.flow), event.kind, event.step, event.error]
    if event.duration is not None:
        words.append(f"{event.duration:.1f} ms")
    logger.log(logging.WARNING if event.kind in _BAD else logging.INFO, "%s", " ".join(word for word in words if word))
