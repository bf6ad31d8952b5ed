"""The tables of wfapp: flows, what happened to them, what they send, their files, and the counters of limits."""

from __future__ import annotations

from wfapp.models.counter import Counter
from wfapp.models.event import FlowEvent, Kind
from wfapp.models.flow import ENDED, OPEN, RUNNING, AbstractFlow, Flow, FlowQuerySet, Status
from wfapp.models.link import Link, LinkQuerySet, LinkStatus
from wfapp.models.outgoing import OutgoingMessage, OutgoingQuerySet, SendStatus
from wfapp.models.tables import flow_models, model_by_tag, table_tag
from wfapp.models.turn import Turn, TurnQuerySet
from wfapp.models.upload import Upload

__all__ = [
    "ENDED",
    "OPEN",
    "RUNNING",
    "AbstractFlow",
    "Counter",
    "Flow",
    "FlowEvent",
    "FlowQuerySet",
    "Kind",
    "Link",
    "LinkQuerySet",
    "LinkStatus",
    "OutgoingMessage",
    "OutgoingQuerySet",
    "SendStatus",
    "Status",
    "Turn",
    "TurnQuerySet",
    "Upload",
    "flow_models",
    "model_by_tag",
    "table_tag",
]
