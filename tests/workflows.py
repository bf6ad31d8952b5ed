"""Sample workflows that many tests play."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from wfapp import Abort, Ask, Context, Files, Finish, If, Limit, Params, Secret, Struct, Workflow, step
from wfapp.forms import MultipleFileField


class NameForm(forms.Form):
    name = forms.CharField(max_length=20)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=6)

    class Page:
        passes = ("name",)
        title = "Code for {{ ctx.name }}"


class CountForm(forms.Form):
    count = forms.IntegerField()


class HelloContext(Context):
    name: str = ""
    hidden: str = ""
    calls: int = 0
    secret: Secret[str] = ""


class Hello(Workflow[HelloContext]):
    """Ask a name and a code; the code 123456 is right, the name ``crash`` raises."""

    name = "tests/hello"
    title = "Hello"
    exposed = True

    @step(form=NameForm, title="Your name")
    def ask(self, form: NameForm) -> None:
        if form.cleaned_data["name"] == "crash":
            raise RuntimeError("crashed on purpose")
        if form.cleaned_data["name"] == "wrong":
            raise ValidationError({"name": "Not that one."})
        self.ctx.name = form.cleaned_data["name"]
        self.ctx.hidden = "hidden " + self.ctx.name

    @step(form=CodeForm, submit="Check")
    def verify(self, form: CodeForm) -> None:
        self.ctx.calls += 1
        if form.cleaned_data["code"] == "crash":
            raise RuntimeError("crashed on purpose")
        if form.cleaned_data["code"] != "123456":
            raise ValidationError({"code": "Wrong code."})

    @verify.action(label="Send {{ ctx.name }} another", cooldown=timedelta(seconds=30), limit=3)
    def resend(self) -> None:
        self.message("Sent.")

    @step
    def done(self) -> Finish:
        return Finish(data={"name": self.ctx.name}, message="Welcome")


class HelloToken(Hello):
    """Play the same in a token, but for the action, whose limit a token cannot count."""

    name = "tests/hello-token"
    storage = "token"
    resend = None  # type: ignore[assignment]


class HelloBoth(Hello):
    """Begin in a token and move to the database once the name is there."""

    name = "tests/hello-both"
    storage = ("token", "database")

    @step(form=NameForm, title="Your name")
    def ask(self, form: NameForm) -> None:
        super().ask(form)
        self.store_in("database")


class Guarded(Hello):
    """Count attempts: five codes in a flow."""

    name = "tests/guarded"

    @step(attempts=5)
    def verify(self, form: CodeForm) -> None:
        super().verify(form)


class SignIn(Workflow[HelloContext]):
    """Sign a user in by a name alone."""

    name = "tests/sign-in"
    exposed = True

    @step(form=NameForm)
    def ask(self, form: NameForm) -> Finish:
        user = get_user_model().objects.get(username=form.cleaned_data["name"])
        self.set_cookie("greeted", "yes")
        return Finish(sign_in=user)


class Role(Struct):
    name: str = ""


class WideContext(Context):
    email: str = ""
    role: Role | None = None
    number: int = 0


class Wide(Workflow[WideContext]):
    """Branch on a number, with input and limits."""

    name = "tests/wide"
    exposed = True
    steps = ("count", If("is_big", ["big"], else_=["small"]), "finish")

    class Params(Params):
        factor: int = 1

    @step(form=CountForm, limit=Limit("wide", key="count", rate="3/1m"))
    def count(self, form: CountForm) -> None:
        self.ctx.number = form.cleaned_data["count"] * self.params.factor
        if self.ctx.number == 13:
            raise ValidationError("Unlucky.")

    def is_big(self) -> bool:
        return self.ctx.number > 100

    @step(form=NameForm)
    def big(self, form: NameForm) -> Ask | None:
        if form.cleaned_data["name"] == "again":
            return Ask("count", error="Once more, please.")
        self.ctx.role = Role(name=form.cleaned_data["name"])
        return None

    small: Any = step(form=NameForm)

    @step
    def finish(self) -> Finish | Abort:
        if "small" in self.answers and self.answers["small"]["name"] == "abort":
            return Abort("unwanted")
        return Finish(data={"number": self.ctx.number})


class ScanForm(forms.Form):
    title = forms.CharField(max_length=50)
    scan = forms.FileField(max_length=100)
    extra = forms.FileField(required=False)


class ManyForm(forms.Form):
    scans = MultipleFileField(required=False)


class FilesContext(Context):
    read: str = ""
    names: list[str] = []


class TakesFiles(Workflow[FilesContext]):
    """Take a scan and more scans, and look at them again; the title ``bad`` is refused, ``infected`` the scan's, \
``crash`` raises."""

    name = "tests/files"

    @step(form=ScanForm, keep=True, revisit=True, files=Files(max_size=1000, max_count=2))
    def upload(self, form: ScanForm) -> None:
        title, scan = form.cleaned_data["title"], form.cleaned_data["scan"]
        self.ctx.read = scan.read().decode()
        if title == "bad":
            raise ValidationError({"title": "Not that one."})
        if title == "infected":
            raise ValidationError({"scan": "It has a virus."})
        if title == "crash":
            raise RuntimeError("crashed on purpose")

    @step(form=ManyForm, keep=True)
    def more(self, form: ManyForm) -> None:
        self.ctx.names = [upload.name for upload in form.cleaned_data["scans"]]

    @step(form=NameForm, answers=True)
    def last(self, form: NameForm) -> Finish:
        scan = self.answers["upload"]["scan"]
        return Finish(data={"scan": scan.name, "content": scan.read().decode(), "names": self.ctx.names})
