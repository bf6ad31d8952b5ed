"""The one signal of wfapp."""

from __future__ import annotations

from django.dispatch import Signal

__all__ = ["flow_event"]

flow_event = Signal()
"""Sent after the commit with ``event``, a stored ``FlowEvent``; the sender is the flow's model."""
