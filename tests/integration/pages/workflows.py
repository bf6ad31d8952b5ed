"""Workflows and addresses for the tests of pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.workflows import Guarded, Hello, HelloBoth, HelloToken, SignIn, TakesFiles
from wfapp import Abort, Context, Finish, Limit, Params, Workflow, step
from wfapp.web import WorkflowView


class NameForm(forms.Form):
    name = forms.CharField(max_length=20)
    password = forms.CharField(required=False, widget=forms.PasswordInput)


class ConfirmForm(forms.Form):
    sure = forms.BooleanField()


class CountryForm(forms.Form):
    country = forms.ChoiceField(choices=[("at", "Austria"), ("de", "Germany")])
    state = forms.CharField(required=False)

    def prepare(self, passed: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        self.fields["state"].label = "Land" if data.get("country") == "de" else "Bundesland"


class PageContext(Context):
    text: str = ""


class Begin(Workflow[PageContext]):
    """Begin without a form: only a button can start it."""

    name = "pages/begin"
    title = "Begin here"

    class Params(Params):
        cart: int = 0

    @step
    def prepare_text(self) -> None:
        self.ctx.text = f"cart {self.params.cart}"

    @step(form=ConfirmForm, passes=["text"], title="Confirm {{ ctx.text }}")
    def confirm(self, form: ConfirmForm) -> Finish:
        return Finish(message="Confirmed", redirect="/elsewhere/")


class Careful(Workflow[PageContext]):
    """Let two attempts in, and give up on the name ``stop``."""

    name = "pages/careful"

    @step(form=NameForm, limit=Limit("pages-name", key="name", rate="2/10m"))
    def ask(self, form: NameForm) -> Abort | None:
        if form.cleaned_data["name"] == "stop":
            return Abort("stopped", "You stopped this.")
        raise forms.ValidationError("Not you.")


class Private(Workflow[PageContext]):
    """Serve signed-in people alone."""

    name = "pages/private"
    login_required = True
    first = step(form=ConfirmForm)


class Reviewed(Workflow[PageContext]):
    """Wait for staff after the first page."""

    name = "pages/reviewed"
    title = "Your application"
    apply = step(form=NameForm)
    approve = step(form=ConfirmForm, permission="auth.view_user")


class Live(Workflow[PageContext]):
    """Draw a field that depends on another one, on the second page."""

    name = "pages/live"
    first = step(form=NameForm)
    country = step(form=CountryForm)


class LiveFirst(Live):
    """Draw it on the first page."""

    name = "pages/live-first"
    first = None  # type: ignore[assignment]


class Saves(Workflow[PageContext]):
    """Say something and go to the person's ``next`` with a user signed in."""

    name = "pages/saves"

    @step(form=NameForm)
    def ask(self, form: NameForm) -> Finish:
        self.message("Welcome back.")
        return Finish(sign_in=get_user_model().objects.get(username=form.cleaned_data["name"]), message="Signed in.")

    @ask.action(label="Hint", cooldown=timedelta(seconds=30), limit=2)
    def hint(self) -> None:
        self.message("Try alice.")


class Broken(Workflow[PageContext]):
    """Raise in a step."""

    name = "pages/broken"

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        raise RuntimeError("broken on purpose")


def echo(request: HttpRequest) -> HttpResponse:
    """Tell who is signed in and which messages Django has for them."""
    user = request.user.get_username() or "nobody"
    return HttpResponse("; ".join([user, *map(str, get_messages(request))]))


urlpatterns = [
    path("hello/", WorkflowView.as_view(workflow=Hello)),
    path("token/", WorkflowView.as_view(workflow=HelloToken)),
    path("both/", WorkflowView.as_view(workflow=HelloBoth)),
    path("guarded/", WorkflowView.as_view(workflow=Guarded)),
    path("sign-in/", WorkflowView.as_view(workflow=SignIn)),
    path("saves/", WorkflowView.as_view(workflow=Saves, next_page="/echo/", redirect_authenticated_user=True)),
    path("loop/", WorkflowView.as_view(workflow=Saves, next_page="/loop/?a=1", redirect_authenticated_user=True)),
    path("to/", WorkflowView.as_view(workflow=SignIn, redirect_field_name="to")),
    path("begin/<cart>/", WorkflowView.as_view(workflow=Begin)),
    path("careful/", WorkflowView.as_view(workflow=Careful)),
    path("private/", WorkflowView.as_view(workflow=Private)),
    path("login/", WorkflowView.as_view(workflow=Private)),
    path("reviewed/", WorkflowView.as_view(workflow=Reviewed)),
    path("live-first/", WorkflowView.as_view(workflow=LiveFirst)),
    path("live/", WorkflowView.as_view(workflow=Live)),
    path("broken/", WorkflowView.as_view(workflow=Broken)),
    path("own/", WorkflowView.as_view(workflow=Hello, template_name="own.html", extra_context={"site": "Ours"})),
    path("htmx/", WorkflowView.as_view(workflow=Hello, extra_context={"htmx": True})),
    path("files/", WorkflowView.as_view(workflow=TakesFiles)),
    path("echo/", echo),
    path("elsewhere/", echo),
]
