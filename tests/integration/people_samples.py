"""Workflows that several people have a part in, and the addresses of their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import include, path

from tests.integration.link_samples import EmailForm, NameForm
from wfapp import Abort, Context, DeviceLink, EmailLink, Finish, Next, Workflow, step
from wfapp.web import WorkflowView

__all__ = ["Approval", "Detour", "Passed", "SignUp", "Unrouted", "urlpatterns"]


class ApprovalContext(Context):
    applicant: str = ""
    income: str = ""
    verdict: str = ""
    runs: int = 0


class ApplicationForm(forms.Form):
    applicant = forms.CharField()
    income = forms.CharField(required=False)


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])
    note = forms.CharField(required=False)


class Approval(Workflow[ApprovalContext]):
    """Apply, and wait for somebody who may approve."""

    name = "people/approval"
    title = "Application"
    exposed = True
    cancellable = True

    @step(form=ApplicationForm, revisit=True, passes=["income"])
    def apply(self, form: ApplicationForm) -> None:
        self.ctx.applicant, self.ctx.income = form.cleaned_data["applicant"], form.cleaned_data["income"]

    @step(
        form=ReviewForm,
        permission="wfapp.view_flow",
        keep=True,
        passes=["applicant"],
        title="Review {{ ctx.applicant }}",
    )
    def review(self, form: ReviewForm) -> Abort | None:
        if form.cleaned_data["note"] == "refuse":
            raise ValidationError({"note": "Say more."})
        self.ctx.verdict, self.ctx.runs = form.cleaned_data["verdict"], self.ctx.runs + 1
        self.message("Somebody looked at it.")
        return None if self.ctx.verdict == "yes" else Abort("declined", "It was declined.")

    @review.action(label="Take a note")
    def take_note(self) -> None:
        self.message("Noted, among us.")

    @review.action(label="On my phone")
    def phone(self) -> DeviceLink:
        return DeviceLink()

    @step(form=NameForm, passes=["verdict"], answers=True, title="You may sign: {{ ctx.verdict }}")
    def sign(self, form: NameForm) -> Finish:
        return Finish(data={"name": form.cleaned_data["name"], "runs": self.ctx.runs})


class Continued(Approval):
    """Come back to it from any device."""

    name = "people/continued"
    continues = "user"


class Unrouted(Approval):
    """Have no pages."""

    name = "people/unrouted"


class SignUp(Workflow[ApprovalContext]):
    """Pass pages before a link, and list answers behind it."""

    name = "people/sign-up"
    exposed = True
    cancellable = True
    continues = "user"
    lifetime = timedelta(days=7)
    steps = ["who", "invite", "join", "confirm"]
    who = step(form=ApplicationForm, revisit=True)
    join = step(form=NameForm, revisit=True, title="Join")

    @step
    def invite(self) -> EmailLink:
        return EmailLink("ada@example.com", "flows/mail/plain", title="Join us")

    @step(form=EmailForm, answers=True)
    def confirm(self, form: EmailForm) -> Finish:
        return Finish(data={"email": form.cleaned_data["email"]})


class Detour(Workflow[ApprovalContext]):
    """Offer ways around the link that it waits for."""

    name = "people/detour"
    exposed = True
    steps = ["who", "prove", "inside"]
    who = step(form=NameForm)
    inside = step(form=NameForm, title="Inside")

    @step
    def prove(self) -> EmailLink:
        return EmailLink("ada@example.com", "flows/mail/plain", title="Prove it")

    @prove.action(label="Skip")
    def skip(self) -> Next:
        return Next()

    @prove.action(label="On my phone")
    def phone(self) -> DeviceLink:
        return DeviceLink()


class Passed(Workflow[ApprovalContext]):
    """Replace links by a key that is none."""

    name = "people/passed"
    key = "unknown"
    template = "flows/mail/plain"

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        pass

    @step
    def invite(self) -> Any:
        return EmailLink("ada@example.com", type(self).template, replaces=type(self).key)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("approval/", WorkflowView.as_view(workflow=Approval)),
    path("continued/", WorkflowView.as_view(workflow=Continued)),
    path("detour/", WorkflowView.as_view(workflow=Detour)),
    path("passed/", WorkflowView.as_view(workflow=Passed)),
    path("sign-up/", WorkflowView.as_view(workflow=SignUp)),
    path("wf/", include("wfapp.urls")),
]
