"""What staff see in the Django admin."""

from __future__ import annotations

from wfapp.admin.flows import BoundedPaginator, FlowAdmin, WorkflowFilter
from wfapp.admin.messages import OutgoingMessageAdmin

__all__ = ["BoundedPaginator", "FlowAdmin", "OutgoingMessageAdmin", "WorkflowFilter"]
