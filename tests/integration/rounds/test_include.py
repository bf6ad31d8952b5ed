"""A workflow inside of another one, through whole rounds."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from tests.integration.rounds.helpers import begin, play
from tests.workflows import NameForm
from wfapp import Context, Finish, Include, Workflow, step

pytestmark = pytest.mark.django_db(transaction=True)


class VerifyContext(Context):
    email: str = ""
    code: str = ""
    verified: bool = False


class EmailCodeForm(forms.Form):
    code = forms.CharField(max_length=6)

    class Page:
        passes = ("email",)
        title = "Code for {{ ctx.email }}"


class Verify(Workflow[VerifyContext]):
    """Verify an address by a code."""

    name = "tests/verify-email"

    @step
    def send(self) -> None:
        self.ctx.code = "123456"

    @step(form=EmailCodeForm, attempts=3)
    def code(self, form: EmailCodeForm) -> None:
        if form.cleaned_data["code"] != self.ctx.code:
            raise ValidationError({"code": "Wrong code."})
        self.ctx.verified = True

    @code.action(label="Send another")
    def resend(self) -> None:
        self.message("Sent.")

    @step
    def done(self) -> Finish:
        return Finish(data={"at": "now"}, message="Verified")


class OrderContext(Context):
    mail: str = ""
    verified: bool = False
    at: str = ""


class Order(Workflow[OrderContext]):
    """Ask an address and verify it."""

    name = "tests/order"
    steps = (
        "ask",
        Include(
            "tests/verify-email",
            takes={"email": "mail"},
            gives={"verified": "verified", "at": lambda ctx, data: data["at"]},
        ),
        "finish",
    )

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        self.ctx.mail = form.cleaned_data["name"]

    @step
    def finish(self) -> Finish:
        return Finish(data={"verified": self.ctx.verified, "at": self.ctx.at})


def test_a_sub_flow_takes_and_gives() -> None:
    """Its pages come between those around it; what it gives is there behind it."""
    page: Any = play(begin(Order), name="ada@example.org")
    assert (page.page.step, page.page.title) == ("verify_email/code", "Code for ada@example.org")
    stayed = play(page, action="resend")
    wrong: Any = play(stayed, code="1")
    assert wrong.page.errors == {"code": "Wrong code."}
    end: Any = play(wrong, code="123456")
    assert (end.status, end.end.data) == ("finished", {"verified": True, "at": "now"})
    assert [message.text for message in end.messages] == ["Verified"]
