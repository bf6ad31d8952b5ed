"""A page with a button of every kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import include, path

from wfapp import Abort, Ask, Context, Finish, If, Limit, Next, Workflow, step
from wfapp.web import WorkflowView

__all__ = ["Desk", "urlpatterns"]


class AccountForm(forms.Form):
    account = forms.CharField(max_length=20)


class DeskForm(forms.Form):
    name = forms.CharField(max_length=5)
    age = forms.IntegerField(min_value=18)
    note = forms.CharField(required=False)

    def clean(self) -> None:
        raise ValidationError("A whole page is never right.")


class DeskContext(Context):
    account: str = ""
    draft: str = ""
    detour: bool = False


class Desk(Workflow[DeskContext]):
    """Ask an account, then show the desk, the detour where it is asked for, and the last page."""

    name = "actions/desk"
    exposed = True
    steps = ("account", "desk", If("detour", ["detoured"]), "last")

    @step(form=AccountForm, title="Account")
    def account(self, form: AccountForm) -> None:
        self.ctx.account = form.cleaned_data["account"]

    @step(form=DeskForm, passes=["draft"], title="Desk{{ ctx.draft }}")
    def desk(self, form: DeskForm) -> None:
        pass

    @desk.action(label="Plain")
    def plain(self) -> None:
        self.message("Plain.")

    @desk.action(label="Save draft")
    def save(self, form: DeskForm) -> None:
        self.ctx.draft = f": {sorted(form.cleaned_data.items())}"

    @desk.action(label="Shown")
    def show(self) -> None:
        self.ctx.detour = True

    @desk.action(label="Hidden", when="detour")
    def hidden(self) -> None:
        self.message("Found.")

    @desk.action(label="Slow", cooldown=timedelta(seconds=30))
    def slow(self) -> None:
        self.message("Slow.")

    @desk.action(label="Twice", limit=2)
    def twice(self) -> None:
        self.message("Counted.")

    @desk.action(label="Guess", limit=2)
    def guess(self, form: DeskForm) -> None:
        raise ValidationError({"name": "Wrong guess."})

    @desk.action(label="Crash", limit=2)
    def crash(self) -> None:
        raise RuntimeError("crashed on purpose")

    @desk.action(label="Account", limit=Limit("desk-account", key="account", rate="2/1h"))
    def by_account(self) -> None:
        self.message("Counted.")

    @desk.action(label="Address", limit=[1_000, Limit("desk-address", key="address", rate="2/1h")])
    def by_address(self) -> None:
        self.message("Counted.")

    @desk.action(label="Careful", cooldown=timedelta(hours=1), limit=Limit("desk-careful", key="account", rate="2/1h"))
    def careful(self) -> None:
        self.message("Counted.")

    @desk.action(label="On")
    def go_on(self) -> Next:
        return Next()

    @desk.action(label="Route")
    def route(self) -> Next:
        self.ctx.detour = True
        return Next()

    @desk.action(label="Back", limit=2)
    def ask_again(self) -> Ask:
        return Ask("account", error="Who is it again?")

    @desk.action(label="End")
    def end(self) -> Finish:
        return Finish(message="Ended.")

    @desk.action(label="Stop")
    def stop(self) -> Abort:
        return Abort("stopped", "Stopped.")

    detoured: Any = step(form=AccountForm, title="Detour")
    last: Any = step(form=AccountForm, title="Last")


urlpatterns = [
    path("wf/", include("wfapp.urls")),
    path("desk/", WorkflowView.as_view(workflow=Desk)),
]
