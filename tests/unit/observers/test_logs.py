"""One line for each event, without a value."""

from __future__ import annotations

import logging
import uuid

import pytest

from wfapp.models import Flow, FlowEvent
from wfapp.observers.logs import log_event

PK = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("event", "level", "line"),
    [
        (FlowEvent(kind="started"), "INFO", "shop/order 00000000-0000-0000-0000-000000000007 started"),
        (
            FlowEvent(kind="step_done", step="charge", duration=12.345),
            "INFO",
            "shop/order 00000000-0000-0000-0000-000000000007 step_done charge 12.3 ms",
        ),
        (
            FlowEvent(kind="step_failed", step="charge", error="OSError", duration=0.0),
            "WARNING",
            "shop/order 00000000-0000-0000-0000-000000000007 step_failed charge OSError 0.0 ms",
        ),
    ],
)
def test_an_event_is_a_line(event: FlowEvent, level: str, line: str, caplog: pytest.LogCaptureFixture) -> None:
    """With what is known of it; what went wrong is a warning."""
    event.workflow, event.flow = "shop/order", PK
    with caplog.at_level(logging.INFO, "wfapp.flows"):
        log_event(Flow, event)
    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("wfapp.flows", level, line)
    ]
