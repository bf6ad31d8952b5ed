"""A client of wfapp's JSON endpoint on httpx: for scripts, and for the tests of other services.

Nothing else of wfapp is imported here, so that a program without Django settings can use it.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("httpx") is None:
    raise ImportError("wfapp.client needs httpx: pip install wfapp[client]")

from wfapp.client.clients import AsyncWorkflowClient, WorkflowClient
from wfapp.client.errors import (
    BadAnswer,
    BadValue,
    Busy,
    ClientError,
    Fault,
    Gone,
    LimitReached,
    Malformed,
    NoFlow,
    NotAllowed,
    Stale,
    StillPending,
    UnknownWorkflow,
    Unreachable,
)
from wfapp.client.merging import merge
from wfapp.client.values import to_wire
from wfapp.client.wire import Action, Device, Message, Payload, Pending, View

__all__ = [
    "Action",
    "AsyncWorkflowClient",
    "BadAnswer",
    "BadValue",
    "Busy",
    "ClientError",
    "Device",
    "Fault",
    "Gone",
    "LimitReached",
    "Malformed",
    "Message",
    "NoFlow",
    "NotAllowed",
    "Payload",
    "Pending",
    "Stale",
    "StillPending",
    "UnknownWorkflow",
    "Unreachable",
    "View",
    "WorkflowClient",
    "merge",
    "to_wire",
]
