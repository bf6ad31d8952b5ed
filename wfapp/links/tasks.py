"""The first try as a task of Django's; imported where ``WFAPP["DELIVERY"]`` is ``"task"`` alone."""

from __future__ import annotations

import uuid

from wfapp.links.delivery import deliver
from wfapp.tasks import as_task

__all__ = ["deliver_message"]


@as_task
def deliver_message(using: str, pk: str) -> None:
    """Try one message."""
    deliver(using, uuid.UUID(pk))
