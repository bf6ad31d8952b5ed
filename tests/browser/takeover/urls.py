"""The demo site, with every page taken over by ``<wf-form>``."""

from __future__ import annotations

from django.urls import path

from project.accounts.workflows import Login, Recover
from project.demo.workflows import Fields, Hello
from project.shop.workflows import PlaceOrder
from project.urls import urlpatterns as demo
from tests.integration.ends import Leaving, target
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [
    path("login/", WorkflowView.as_view(workflow=Login, redirect_authenticated_user=True, smooth=True), name="login"),
    path("recover/", WorkflowView.as_view(workflow=Recover, smooth=True), name="recover"),
    path("hello/", WorkflowView.as_view(workflow=Hello, smooth=True, next_page="front"), name="hello"),
    path("fields/", WorkflowView.as_view(workflow=Fields, smooth=True, next_page="front"), name="fields"),
    path("checkout/", WorkflowView.as_view(workflow=PlaceOrder, smooth=True, next_page="front"), name="checkout"),
    path("leave/", WorkflowView.as_view(workflow=Leaving, smooth=True), name="leave"),
    path("shop/", target),
    *demo,
]
