"""The one signal of wfapp."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

__all__ = ["announce", "flow_event"]

flow_event = Signal()
"""Sent after the commit with ``event``, a stored ``FlowEvent``, whose class is the sender."""


def announce(events: Sequence[Any], using: str) -> None:
    """Send ``flow_event`` for each stored event once its transaction has committed; a raising receiver is logged."""
    transaction.on_commit(partial(_send, events), using=using, robust=True)


def _send(events: Sequence[Any]) -> None:
    for event in events:
        flow_event.send_robust(sender=type(event), event=event)
