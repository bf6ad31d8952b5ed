"""The addresses of the demo site, one that links of the trip lead to, and those that are taken over."""

from __future__ import annotations

from django.urls import include, path

from tests.browser.element.workflows import Odd, Parcel, Trip
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", include("project.urls")),
    path("odd/", WorkflowView.as_view(workflow=Odd, smooth=True), name="odd"),
    path("parcel/", WorkflowView.as_view(workflow=Parcel, smooth=True), name="parcel"),
    path("trip/", WorkflowView.as_view(workflow=Trip), name="trip"),
]
