"""The addresses of the demo site, and the page of a workflow with background steps."""

from __future__ import annotations

from django.urls import include, path

from tests.integration.durable.background.workflows import Workspace
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", include("project.urls")),
    path("workspace/", WorkflowView.as_view(workflow=Workspace), name="workspace"),
    path("smooth/", WorkflowView.as_view(workflow=Workspace, smooth=True), name="smooth"),
]
