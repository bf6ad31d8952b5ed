"""The tables of wfapp: flows, what happened to them, and the counters of limits."""

from __future__ import annotations

from wfapp.models.counter import Counter
from wfapp.models.event import FlowEvent, Kind
from wfapp.models.flow import ENDED, OPEN, AbstractFlow, Flow, FlowQuerySet, Status
from wfapp.models.tables import flow_models, model_by_tag, table_tag

__all__ = [
    "ENDED",
    "OPEN",
    "AbstractFlow",
    "Counter",
    "Flow",
    "FlowEvent",
    "FlowQuerySet",
    "Kind",
    "Status",
    "flow_models",
    "model_by_tag",
    "table_tag",
]
