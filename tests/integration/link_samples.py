"""Workflows with links, and the addresses of their pages."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import include, path

from wfapp import Context, DeviceLink, EmailLink, Finish, SmsLink, Workflow, step
from wfapp.links.outbox import deliver_due
from wfapp.web import WorkflowView

__all__ = ["Invite", "Moving", "Texted", "link_in_mail", "urlpatterns"]


class EmailForm(forms.Form):
    email = forms.EmailField()


class NameForm(forms.Form):
    name = forms.CharField()


class InviteContext(Context):
    email: str = ""
    name: str = ""
    runs: int = 0


class Invite(Workflow[InviteContext]):
    """Invite somebody, whose page comes after the link."""

    name = "links/invite"
    title = "Invitation"
    exposed = True
    cancellable = True
    lifetime = timedelta(days=7)

    @step(form=EmailForm)
    def details(self, form: EmailForm) -> None:
        self.ctx.email = form.cleaned_data["email"]

    @step(passes=["email"], title="{{ ctx.email }} is invited")
    def invite(self) -> EmailLink:
        return EmailLink(self.ctx.email, "flows/mail/invite", replaces="email", title="Join us", submit="Join")

    @step
    def arrive(self) -> None:
        self.ctx.runs += 1

    @step(form=NameForm, passes=["email", "runs"], title="Welcome {{ ctx.email }} {{ ctx.runs }}")
    def join(self, form: NameForm) -> Finish:
        user = get_user_model().objects.create_user(form.cleaned_data["name"])
        return Finish(sign_in=user, data={"name": user.get_username()}, message="You are in.", redirect="/")


class Texted(Workflow[InviteContext]):
    """Send the link to a telephone."""

    name = "links/texted"
    exposed = True

    @step
    def text(self) -> SmsLink:
        return SmsLink("+49 170 1234567", "flows/mail/invite")

    @step(form=NameForm)
    def join(self, form: NameForm) -> Finish:
        return Finish(data={"name": form.cleaned_data["name"]})


class Moving(Workflow[InviteContext]):
    """Go on with a page on another device."""

    name = "links/moving"
    exposed = True
    steps = ["first", "second"]
    first = step(form=NameForm)

    @step(form=EmailForm)
    def second(self, form: EmailForm) -> Finish:
        return Finish(data={"email": form.cleaned_data["email"]}, message="Moved.")

    @second.action(label="Continue on your phone")
    def phone(self) -> DeviceLink:
        return DeviceLink(expires=timedelta(minutes=5))


def link_in_mail() -> str:
    """Deliver what is due, and give the path of the link in the newest mail."""
    deliver_due()
    [link] = [word for word in str(mail.outbox[-1].body).split() if word.startswith("https://site.example")]
    return link.removeprefix("https://site.example")


urlpatterns = [
    path("invite/", WorkflowView.as_view(workflow=Invite)),
    path("texted/", WorkflowView.as_view(workflow=Texted)),
    path("moving/", WorkflowView.as_view(workflow=Moving)),
    path("wf/", include("wfapp.urls")),
]
