"""Workflows that the testing helpers are tried on, and the addresses of their pages."""

from __future__ import annotations

import base64
import logging
import secrets
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.urls import path

from project.urls import urlpatterns as project_urls
from tests.workflows import Hello, HelloBoth, HelloToken, NameForm
from wfapp import Context, Finish, Params, Secret, Struct, While, Workflow, step
from wfapp.declaration.links import EmailLink
from wfapp.web import WorkflowView

__all__ = [
    "Box",
    "CodeForm",
    "Inviting",
    "JoinContext",
    "JoinForm",
    "Joining",
    "Leaky",
    "Looping",
    "Ordering",
    "Wobbly",
    "urlpatterns",
]


class JoinContext(Context):
    email: str = ""
    nickname: str = ""
    plan: str = ""
    code: Secret[str] = ""


class JoinForm(forms.Form):
    email = forms.EmailField()
    nickname = forms.CharField(required=False)
    topics = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    news = forms.BooleanField(required=False, initial=True)
    since = forms.DateField(required=False)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=6)

    class Page:
        passes = ("email",)
        title = "Code for {{ ctx.email }}"


class Joining(Workflow[JoinContext]):
    """Take details, mail a code, end."""

    name = "tests/joining"
    title = "Join"
    exposed = True
    cancellable = True
    flow_model = "flows.InviteFlow"

    class Params(Params):
        plan: str = "free"

    @step(form=JoinForm, keep=True, title="Your details", revisit=True)
    def details(self, form: JoinForm) -> None:
        self.ctx.email, self.ctx.plan = form.cleaned_data["email"], "plan " + self.params.plan
        self.ctx.nickname = form.cleaned_data["nickname"]
        self.send_code()

    @step(form=CodeForm)
    def verify(self, form: CodeForm) -> None:
        if form.cleaned_data["code"] != self.ctx.code:
            raise ValidationError({"code": "Wrong code."})

    @verify.action(label="Resend", cooldown=timedelta(seconds=30))
    def resend(self) -> None:
        self.send_code()
        self.message("Sent again.")

    @verify.action(label="Save")
    def note(self, form: CodeForm) -> None:
        self.message(f"Saved {sorted(form.cleaned_data)}.")

    @step
    def done(self) -> Finish:
        kept = self.answers["details"]
        return Finish(data={"topics": kept["topics"], "news": kept["news"], "since": kept["since"]})

    def send_code(self) -> None:
        code = self.ctx.code = f"{secrets.randbelow(10**6):06}"
        to = self.ctx.email
        text = f"Hello. Your code is {code}. Or go to https://example.com/join/?x=1."
        transaction.on_commit(lambda: send_mail("Your code", text, None, [to]))


class Inviting(Workflow[JoinContext]):
    """Hand the flow to whoever opens a link."""

    name = "tests/inviting"
    exposed = True

    @step(form=JoinForm, passes=["email"])
    def invite(self, form: JoinForm) -> EmailLink:
        self.ctx.email = form.cleaned_data["email"]
        return EmailLink(self.ctx.email, template="mail/invite")

    @step(form=NameForm, passes=["email"])
    def accept(self, form: NameForm) -> Finish:
        return Finish(data={"name": form.cleaned_data["name"]})


class Looping(Workflow[Context]):
    name = "tests/looping"
    exposed = True
    steps = (While(lambda ctx: True, ["item"]),)
    item = step(form=NameForm)


class Box(Workflow[Context]):
    """Need a right."""

    name = "tests/box"
    exposed = True
    login_required = True

    @step(form=NameForm)
    def fill(self, form: NameForm) -> Finish:
        return Finish(data={"by": str(self.user)}, message="Filled", redirect="/hello/")


class Inner(Struct):
    word: str = ""


class LeakyContext(JoinContext):
    hidden: str = ""
    inner: Inner | None = None
    late: str = ""


class Leaky(Workflow[LeakyContext]):
    """Leak where the test says."""

    name = "tests/leaks-on-purpose"
    exposed = True
    flow_model = "flows.InviteFlow"
    where = ""

    @step(form=JoinForm)
    def details(self, form: JoinForm) -> None:
        self.ctx.email = form.cleaned_data["email"]
        self.ctx.code, self.ctx.hidden = "secret-734512", "hidden-99183"
        self.ctx.inner = Inner(word="inner-55512")
        if self.where == "message":
            self.message(f"Nothing but {self.ctx.hidden}.")
        if self.where == "log":
            logging.getLogger("tests").debug("It is %s.", self.ctx.code)
        if self.where == "cookie":
            self.set_cookie("a", base64.b64encode(b"?" + self.ctx.inner.word.encode()).decode())

    @step(form=CodeForm, passes=["email"], title="read_title")
    def verify(self, form: CodeForm) -> Finish:
        self.ctx.late = "late-81236"
        data = {"late": self.ctx.late} if self.where == "end" else {}
        return Finish(data=data, redirect=f"/?x={self.ctx.code}" if self.where == "url" else "/")

    def read_title(self) -> str:
        return f"Not {self.ctx.code}" if self.where == "title" else "Fine"


class LineForm(forms.Form):
    item = forms.CharField()
    count = forms.IntegerField(min_value=1)


class PhotoForm(forms.Form):
    photo = forms.FileField()


class Ordering(Workflow[JoinContext]):
    """Take rows, then a file."""

    name = "tests/ordering"
    exposed = True

    @step(form=forms.formset_factory(LineForm), keep=True)
    def lines(self, form: forms.BaseFormSet[LineForm]) -> None:
        self.ctx.plan = ", ".join(f"{row['count']} {row['item']}" for row in form.cleaned_data if row)

    @step(form=PhotoForm)
    def photo(self, form: PhotoForm) -> Finish:
        return Finish(data={"lines": self.ctx.plan, "size": form.cleaned_data["photo"].size})


class Wobbly(Workflow[JoinContext]):
    """Break a promise, the one that the test names."""

    name = "tests/wobbly"
    exposed = True
    fault = ""

    @step(form=NameForm, title="read_title")
    def first(self, form: NameForm) -> None:
        if self.fault == "raise" and len(form.cleaned_data["name"]) > 3:
            raise ZeroDivisionError

    @step(form=NameForm, title="read_title")
    def second(self, form: NameForm) -> None:
        self.ctx.nickname = form.cleaned_data["name"]

    def read_title(self) -> str:
        if self.fault == "draw":
            send_mail("Somebody looks", "at it", None, ["ada@example.com"])
        return secrets.token_hex(4) if self.fault == "answer" else "Fine"


urlpatterns = [
    path("ordering/", WorkflowView.as_view(workflow=Ordering)),
    path("wobbly/", WorkflowView.as_view(workflow=Wobbly)),
    path("leaky/", WorkflowView.as_view(workflow=Leaky)),
    path("join/", WorkflowView.as_view(workflow=Joining)),
    path("join/<str:plan>/", WorkflowView.as_view(workflow=Joining)),
    path("invite/", WorkflowView.as_view(workflow=Inviting)),
    path("box/", WorkflowView.as_view(workflow=Box)),
    path("t/hello/", WorkflowView.as_view(workflow=Hello)),
    path("t/token/", WorkflowView.as_view(workflow=HelloToken)),
    path("t/both/", WorkflowView.as_view(workflow=HelloBoth)),
    path("loop/", WorkflowView.as_view(workflow=Looping)),
    *project_urls,
]
