"""One page for whichever workflow a test makes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from wfapp.declaration.registry import registry
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]


def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    return WorkflowView.as_view(workflow=registry.get("promises/invite"))(request, **kwargs)


urlpatterns = [path("", page), path("wf/", include("wfapp.urls"))]
