"""Flows as traces of OpenTelemetry: ``flow_event.connect(trace_event)``.

A flow goes through many processes, so its ids are made of the flow's own: all of its spans are in one trace, whoever
sends them. It needs the extra ``otel``.
"""

from __future__ import annotations

import hashlib
import uuid
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context

from wfapp.models import FlowEvent, Kind

__all__ = ["forced_ids", "trace_event"]

_STEPS = {
    Kind.SUBMITTED: "",
    Kind.REJECTED: "",
    Kind.STEP_DONE: "",
    Kind.STEP_FAILED: "",
    Kind.RETRIED: "",
    Kind.COMPENSATED: " undo",
    Kind.UNCOMPENSATED: " undo",
}
"""The events that tell of a step, and what their span is called beside it."""

_ENDS = {Kind.FINISHED, Kind.ABORTED, Kind.CANCELLED, Kind.EXPIRED, Kind.FAILED}
_BAD = {Kind.STEP_FAILED, Kind.RETRIED, Kind.UNCOMPENSATED, Kind.FAILED}

forced_ids: ContextVar[tuple[int, int] | None] = ContextVar("wfapp_forced_ids", default=None)
"""The ids of the trace and of the span that is about to begin; see ``wfapp.observers.ids``."""


def trace_event(sender: Any, event: FlowEvent, **kwargs: Any) -> None:
    """Send a span for each attempt of a step and of an undo, and one for the flow once that has ended."""
    if event.kind in _STEPS:
        name = f"{event.workflow} {event.step}{_STEPS[Kind(event.kind)]}"
        _send(event, name, _began(event), _below(event.flow, event.workflow))
    elif event.kind in _ENDS:
        started = FlowEvent.objects.using(event._state.db).filter(flow=event.flow, kind=Kind.STARTED).first()
        began = _began(started or event)
        if _makes_roots():
            reset = forced_ids.set(_ids(event.flow))
            try:
                _send(event, event.workflow, began, Context())
            finally:
                forced_ids.reset(reset)
        else:
            _send(event, event.workflow, began, _below(event.flow, event.workflow))


def _send(event: FlowEvent, name: str, began: datetime, context: Context) -> None:
    attributes: dict[str, str | int] = {
        "wfapp.workflow": event.workflow,
        "wfapp.flow": str(event.flow),
        "wfapp.event": str(event.kind),
        "wfapp.revision": event.revision,
    }
    if event.step:
        attributes["wfapp.step"] = event.step
    if event.error:
        attributes["error.type" if event.kind in _BAD else "wfapp.reason"] = event.error
    span = trace.get_tracer("wfapp").start_span(name, context, attributes=attributes, start_time=_nanoseconds(began))
    if event.kind in _BAD:
        span.set_status(trace.Status(trace.StatusCode.ERROR))
    span.end(_nanoseconds(event.created_at))


def _below(flow: uuid.UUID, workflow: str) -> Context:
    """Give the context of what belongs to a flow, whose own span is sent at its end, by whoever ends it.

    The site's sampler is asked as for that span, so that a trace is sent whole or not at all.
    """
    trace_id, span_id = _ids(flow)
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    sampler = getattr(trace.get_tracer_provider(), "sampler", None)
    if sampler is not None and not sampler.should_sample(None, trace_id, workflow).decision.is_sampled():
        flags = trace.TraceFlags(trace.TraceFlags.DEFAULT)
    parent = trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _ids(flow: uuid.UUID) -> tuple[int, int]:
    """Derive the ids of the trace and of the span of a flow.

    A sampler that takes a part of all traces goes by the bits of their ids, and some of a UUID are the same in each.
    """
    digest = hashlib.sha256(flow.bytes).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _makes_roots() -> bool:
    """Tell whether the site's provider takes the ids that are forced."""
    generator = getattr(trace.get_tracer_provider(), "id_generator", None)
    return bool(getattr(generator, "takes_forced_ids", False))


def _began(event: FlowEvent) -> datetime:
    return event.created_at - timedelta(milliseconds=event.duration or 0.0)


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
