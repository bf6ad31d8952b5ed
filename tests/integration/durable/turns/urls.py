"""The addresses of the demo site, and the pages of the workflows of which only a few flows go on at once."""

from __future__ import annotations

from django.urls import include, path

from tests.integration.durable.turns.workflows import Booth, Door
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", include("project.urls")),
    path("booth/", WorkflowView.as_view(workflow=Booth), name="booth"),
    path("door/", WorkflowView.as_view(workflow=Door), name="door"),
]
