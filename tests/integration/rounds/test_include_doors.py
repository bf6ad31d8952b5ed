"""A workflow inside of another one, through each door."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import path

from project import urls
from tests.integration.rounds.included import Order
from wfapp.testing import Walk, assert_no_leak
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
urlpatterns = [*urls.urlpatterns, path("order/", WorkflowView.as_view(workflow=Order))]


@pytest.mark.parametrize("via", ["html", "json", "python"])
def test_an_included_workflow_passes_through_each_door(via: Any) -> None:
    """Its pages, its errors, its button, going back, and the end."""
    walk = Walk(Order, via=via).submit(name="ada@example.org")
    assert (walk.shown.step, walk.shown.title) == ("check/code", "Code for ada@example.org")
    walk.reject(code="1")
    assert walk.shown.errors == {"code": "Wrong code."}
    walk.action("skip").submit(code="123").submit(name="Because").back()
    assert (walk.shown.step, walk.shown.initial) == ("check/why", {"name": "Because"})
    walk.submit(name="Because").submit(name="yes")
    assert walk.finished
    assert walk.data == {"verified": True, "at": "", "answers": []}
    assert_no_leak(walk)
