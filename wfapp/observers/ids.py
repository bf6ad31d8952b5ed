"""Ids that give the traces of flows a root: ``TracerProvider(id_generator=FlowIds())``.

The API of OpenTelemetry lets nobody choose the id of a span; this is the one way of its SDK to do so.
"""

from __future__ import annotations

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from wfapp.observers.tracing import forced_ids

__all__ = ["FlowIds"]


class FlowIds(RandomIdGenerator):
    """Make random ids, but for the span of a flow, to which its steps refer before it is sent."""

    takes_forced_ids = True

    def generate_trace_id(self) -> int:
        """Give the id of the flow's trace, or a random one."""
        forced = forced_ids.get()
        return super().generate_trace_id() if forced is None else forced[0]

    def generate_span_id(self) -> int:
        """Give the id of the flow's span, or a random one."""
        forced = forced_ids.get()
        return super().generate_span_id() if forced is None else forced[1]
