"""An address for each of the contestants."""

from __future__ import annotations

from django.urls import include, path

from bench.handwritten import EventRowView, RowView, TokenView
from bench.wizard import NamedOrderWizard, OrderWizard
from bench.workflows import Order, TokenOrder
from wfapp.web import WorkflowView

urlpatterns = [
    path("wf/", include("wfapp.urls")),
    path("order/", WorkflowView.as_view(workflow=Order)),
    path("token-order/", WorkflowView.as_view(workflow=TokenOrder)),
    path("row/", RowView.as_view()),
    path("event-row/", EventRowView.as_view()),
    path("token/", TokenView.as_view()),
    path("wizard/", OrderWizard.as_view()),
    path("wizard/<step>/", NamedOrderWizard.as_view(url_name="wizard", done_step_name="done"), name="wizard"),
]
