"""The addresses of the demo site, one that links of the trip lead to, and one that is taken over."""

from __future__ import annotations

from django.urls import include, path

from tests.browser.element.workflows import Parcel, Trip
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", include("project.urls")),
    path("parcel/", WorkflowView.as_view(workflow=Parcel, smooth=True), name="parcel"),
    path("trip/", WorkflowView.as_view(workflow=Trip), name="trip"),
]
