"""Workflows that send, and channels that fail on demand."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError

from tests.workflows import CodeForm, NameForm
from wfapp import Context, Finish, Workflow, step
from wfapp.links.channels import Channel, Letter, SmsChannel

__all__ = ["Failing", "Greet", "GreetContext", "GreetToken", "Sms"]


class GreetContext(Context):
    name: str = ""
    hidden: str = ""


class Greet(Workflow[GreetContext]):
    """Mail a greeting to the address that is typed as a code; some names do something else."""

    name = "tests/greet"
    exposed = True

    @step(form=NameForm, passes=["name"])
    def ask(self, form: NameForm) -> None:
        self.ctx.name, self.ctx.hidden = form.cleaned_data["name"], "hidden"
        self.mail("ann@example.com", "mail/hello", extra={"code": "123456"})
        self.ctx.name = "changed later"
        if form.cleaned_data["name"] == "wrong":
            raise ValidationError({"name": "Not that one."})
        if form.cleaned_data["name"] == "crash":
            raise RuntimeError("crashed on purpose")

    @step(form=CodeForm)
    def verify(self, form: CodeForm) -> None:
        self.call("https://hooks.example/in?key=sesame", {"code": form.cleaned_data["code"]}, event="code.typed")

    @verify.action(label="Again")
    def again(self) -> None:
        self.mail("ann@example.com", "mail/hello")

    @step(passes=["name"])
    def done(self) -> Finish:
        self.notify("sms", "+49 170 1234567", "mail/hello", extra={"code": "654321"})
        return Finish()


class GreetToken(Greet):
    """Play the same in a token."""

    name = "tests/greet-token"
    storage = "token"


class Failing(Channel):
    """Raise what ``errors`` hold, one after the other, then send."""

    name = "failing"
    errors: ClassVar[list[Exception]] = []
    letters: ClassVar[list[Letter]] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)
        if self.errors:
            raise self.errors.pop(0)


class Sms(SmsChannel):
    """Do the same for numbers."""

    def send(self, letter: Letter) -> None:
        Failing.letters.append(letter)
