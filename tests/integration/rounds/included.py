"""A workflow that another one includes, for the tests of whole rounds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from tests.integration.rounds.helpers import begin, play
from tests.workflows import NameForm
from wfapp import Abort, Ask, Context, Finish, If, Include, Params, Secret, While, Workflow, step
from wfapp.engine.state import State
from wfapp.rounds.answer import Answer, Page
from wfapp.storage.base import get_storage

__all__ = ["Order", "OrderContext", "Verify", "VerifyContext", "at_code", "at_sure", "page", "state"]


class VerifyContext(Context):
    email: str = ""
    code: Secret[str] = ""
    verified: bool = False
    tries: int = 0


class VerifyForm(forms.Form):
    code = forms.CharField(max_length=20)

    class Page:
        passes = ("email",)
        title = "Code for {{ ctx.email }}"


class Verify(Workflow[VerifyContext]):
    """Verify an address by a code, and ask why."""

    name = "tests/verify-email"
    title = "Verify"

    class Params(Params):
        length: int = 6

    @step
    def send(self) -> None:
        self.ctx.code = "123456789"[: self.params.length]

    @step(form=VerifyForm, attempts=3)
    def code(self, form: VerifyForm) -> Any:
        self.ctx.tries += 1
        match form.cleaned_data["code"]:
            case "keep":
                self.save_context()
                raise ValidationError("Kept.")
            case "abort":
                return Abort("fraud")
            case "sign in":
                return Finish(sign_in=get_user_model()(pk=1))
            case "early":
                return Finish(data={"at": "early"}, message="Early")
            case self.ctx.code:
                self.ctx.verified = True
                return None
        raise ValidationError({"code": "Wrong code."})

    @code.action(label="Skip", limit=2, cooldown=timedelta(seconds=30))
    def skip(self) -> Finish | None:
        return Finish(data={"at": "skipped"}) if "why" in self.answers else None

    why: Any = step(form=NameForm, keep=True, title="Why?")

    @step(form=NameForm)
    def sure(self, form: NameForm) -> Ask | None:
        return Ask("code", error="Once more.") if form.cleaned_data["name"] == "no" else None


class OrderContext(Context):
    mail: str = ""
    verified: bool = False
    at: str = ""
    again: bool = False


class Order(Workflow[OrderContext]):
    """Ask an address and verify it, as often as wanted."""

    name = "tests/order"
    exposed = True
    title = "Order"
    steps = (
        "ask",
        While(
            lambda ctx: True,
            [
                Include(
                    "tests/verify-email",
                    takes={"email": "mail"},
                    gives={"verified": "verified", "at": lambda ctx, data: data.get("at", "")},
                    params={"length": lambda ctx: 3},
                    name="check",
                ),
                If("again", ["repeat"], else_=["finish"]),
            ],
        ),
    )

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        self.ctx.mail = form.cleaned_data["name"]
        self.ctx.again = self.ctx.mail == "again"

    @step(form=NameForm)
    def repeat(self, form: NameForm) -> Ask | None:
        return Ask("ask") if form.cleaned_data["name"] == "ask" else None

    @step
    def finish(self) -> Finish:
        return Finish(data={"verified": self.ctx.verified, "at": self.ctx.at, "answers": list(self.answers)})


def page(answer: Answer) -> Page:
    """Give the page of an answer."""
    assert answer.page is not None
    return answer.page


def state(answer: Answer) -> State:
    """Give what is stored."""
    assert answer.token is not None
    return get_storage(answer.token.storage).peek(answer.token)


def at_code(mail: str = "ada@example.org") -> Answer:
    """Come to the first page of the sub-flow."""
    return play(begin(Order), name=mail)


def at_sure(mail: str = "ada@example.org") -> Answer:
    """Come to its last page."""
    return play(play(at_code(mail), code="123"), name="Because")
