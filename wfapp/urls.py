"""The endpoint for REST clients and the web component: ``path("wf/", include("wfapp.urls"))``."""

from __future__ import annotations

from django.urls import path

from wfapp.rest.views import FlowViewSet

__all__ = ["app_name", "urlpatterns"]

app_name = "wfapp"
urlpatterns = [
    path("", FlowViewSet.as_view({"post": "create"}), name="endpoint"),
    path("files/<uuid:upload>/", FlowViewSet.as_view({"post": "file"}), name="file"),
]
