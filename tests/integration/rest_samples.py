"""Workflows behind the REST endpoint, and how a client posts to it."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.urls import include, path

from wfapp import Abort, Context, Finish, Params, Secret, Workflow, step

urlpatterns = [path("wf/", include("wfapp.urls"))]

BROWSER = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
JSON = "application/json"


class NameForm(forms.Form):
    """Ask who it is."""

    name = forms.CharField(max_length=20)


class CodeForm(forms.Form):
    """Ask for a code."""

    code = forms.CharField(min_length=6, max_length=6)
    note = forms.CharField(required=False)

    class Page:
        """Say what the page shows."""

        passes = ["name"]
        title = "Enter the code, {{ ctx.name }}"
        submit = "Verify code"

    def prepare(self, passed: dict[str, Any], data: dict[str, Any]) -> None:
        """Ask for a note with a certain code."""
        self.fields["note"].required = data.get("code") == "999999"


class CodeContext(Context):
    """Hold who it is and which code is right."""

    name: str = ""
    code: Secret[str] = ""


class Verify(Workflow[CodeContext]):
    """Sign in who knows the code."""

    name = "rest/verify"
    exposed = True

    @step(form=NameForm)
    def who(self, form: NameForm) -> None:
        """Refuse nobody."""
        if form.cleaned_data["name"] == "nobody":
            raise ValidationError({"name": "There is nobody."})
        if form.cleaned_data["name"] == "lost":
            raise Http404("No User matches the given query.")
        if form.cleaned_data["name"].startswith("boom"):
            raise ZeroDivisionError("told nothing")
        self.ctx.name, self.ctx.code = form.cleaned_data["name"], "123456"

    @step(form=CodeForm)
    def verify(self, form: CodeForm) -> None:
        """Compare the code."""
        if form.cleaned_data["code"] != self.ctx.code:
            raise ValidationError({"code": "Invalid code"})

    @verify.action(label="Resend", limit=2)
    def resend(self) -> None:
        """Say so."""
        self.message("A new code is on its way.")

    @verify.action(label="Give up")
    def give_up(self) -> Abort:
        """End the flow."""
        return Abort("gave-up", "Until next time.")

    @step
    def enter(self) -> Finish:
        """Sign in."""
        self.set_cookie("visited", "yes", secure=False)
        user = User.objects.get(username=self.ctx.name)
        return Finish(sign_in=user, data={"name": self.ctx.name}, message="Welcome", redirect="/home/")


class Sealed(Verify):
    """Keep the state in the token, until it would hold a secret."""

    name = "rest/sealed"
    storage = "token", "database"

    @step(form=NameForm)
    def who(self, form: NameForm) -> None:
        """Move to a row."""
        self.store_in("database")
        super().who(form)


class Cart(Params):
    """Say which cart it is."""

    cart: int = 0


class Order(Workflow[Context]):
    """Take params."""

    name = "rest/order"
    exposed = True
    Params = Cart

    confirm = step(form=NameForm)

    @step
    def done(self) -> Finish:
        """Tell the cart."""
        return Finish(data={"cart": self.params.cart})


class Internal(Order):
    """Stay off the endpoint."""

    name = "rest/internal"
    exposed = False


def send(client: Client, body: object, **headers: str) -> Any:
    """Post a body as JSON."""
    return client.post("/wf/", json.dumps(body), content_type=JSON, headers=headers)


def submit(wfs: object, **fields: object) -> dict[str, Any]:
    """Make the body that submits a page."""
    return {"wfs": wfs, "input": {"formData": fields}}
