"""Addresses of pages that <wf-form> takes over, and of the same ones that it does not."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.urls import path

from tests.integration.pages.workflows import Begin, NameForm, PageContext, Private, Saves, echo
from tests.workflows import Hello
from wfapp import Choice, Finish, Workflow, step
from wfapp.web import WorkflowView


class Joins(Workflow[PageContext]):
    """Sign somebody in, and let them choose where to go on."""

    name = "pages/joins"

    @step(form=NameForm)
    def ask(self, form: NameForm) -> Finish:
        user = get_user_model().objects.get(username=form.cleaned_data["name"])
        return Finish(sign_in=user, choices=[Choice("Look around", "/echo/")])


urlpatterns = [
    path("hello/", WorkflowView.as_view(workflow=Hello, smooth=True)),
    path("plain/", WorkflowView.as_view(workflow=Hello)),
    path(
        "saves/",
        WorkflowView.as_view(workflow=Saves, next_page="/echo/", redirect_authenticated_user=True, smooth=True),
    ),
    path("joins/", WorkflowView.as_view(workflow=Joins, smooth=True)),
    path("begin/<cart>/", WorkflowView.as_view(workflow=Begin, smooth=True)),
    path("private/", WorkflowView.as_view(workflow=Private, smooth=True)),
    path("echo/", echo),
]
