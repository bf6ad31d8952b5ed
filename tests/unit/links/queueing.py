"""Put messages into the outbox without a flow."""

from __future__ import annotations

import uuid
from typing import Any

from wfapp.links.compose import Prepared
from wfapp.links.outbox import queue
from wfapp.models import OutgoingMessage

__all__ = ["put"]


def put(channel: str = "failing", to: str = "ann@example.com", **columns: Any) -> uuid.UUID:
    """Queue one message, and change columns of its row."""
    prepared = Prepared(channel=channel, purpose="mail/hello", to=to, subject="Hello", text="Good day.")
    [pk] = queue("default", uuid.uuid4(), "tests/greet", [prepared])
    if columns:
        OutgoingMessage.objects.filter(pk=pk).update(**columns)
    return pk
