"""Server-rendered pages: any workflow in a browser, without JavaScript."""

from __future__ import annotations

from wfapp.web.views import WorkflowView

__all__ = ["WorkflowView"]
