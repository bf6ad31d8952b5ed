"""What staff see in the Django admin."""

from __future__ import annotations

from wfapp.admin.flows import BoundedPaginator, FlowAdmin, WorkflowFilter

__all__ = ["BoundedPaginator", "FlowAdmin", "WorkflowFilter"]
