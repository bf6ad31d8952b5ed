"""Display-only fields through every door: shown on their page alone, and deaf to what is sent for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django import forms
from django.urls import include, path

from tests.integration.fields.doors import DOORS, Code, Door, Page, Rest
from wfapp import Context, Finish, Secret, Workflow, rounds, step
from wfapp.fields import Copyable, Paragraph, QRCode
from wfapp.models import Flow
from wfapp.rounds.answer import Caller, Input
from wfapp.storage.base import get_storage
from wfapp.testing import isolated_registry
from wfapp.web import WorkflowView

pytestmark = pytest.mark.django_db

URI = "otpauth://totp/Ann?secret=JBSWY3DPEHPK3PXP"
SENT: dict[str, Any] = {"intro": "sent", "uri": "sent", "codes": "sent"}

urlpatterns = [path("wf/", include("wfapp.urls"))]


class EnrolContext(Context):
    account: str = ""
    uri: Secret[str] = ""
    codes: list[Secret[str]] | None = None
    seen: list[str] = []


class BeginForm(forms.Form):
    name = forms.CharField(initial="Ann")


class EnrolForm(forms.Form):
    intro = Paragraph(source="account")
    uri = QRCode(source="uri", label="Scan")
    codes = Copyable(source="codes", label="Codes")
    code = forms.CharField()

    class Page:
        passes = ["account"]
        reveals = ["uri", "codes"]
        title = "Enrol {{ data.uri }}{{ data.intro }}"


@pytest.fixture
def enrol(settings: Any) -> Iterator[type[Workflow[Any]]]:
    """Declare a workflow that reveals a secret on its second page."""
    settings.ROOT_URLCONF = __name__
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    before = list(urlpatterns)
    with isolated_registry():

        class Enrol(Workflow[EnrolContext]):
            name = "fields/enrol"
            exposed = True

            @step(form=BeginForm)
            def begin(self, form: BeginForm) -> None:
                self.ctx.account, self.ctx.uri = form.cleaned_data["name"], URI

            @step(form=EnrolForm, keep=True)
            def confirm(self, form: EnrolForm) -> None:
                if form.cleaned_data["code"] == "wrong":
                    form.add_error("code", "No.")
                self.ctx.seen = sorted(form.cleaned_data)

            @confirm.action(label="New codes")
            def renew(self) -> None:
                self.ctx.codes = ["one", "two"]

            @confirm.action(label="Save")
            def save(self, form: EnrolForm) -> None:
                self.message(",".join(form.cleaned_data))

            @step(form=forms.Form, title="Done")
            def done(self, form: forms.Form) -> Finish:
                return Finish(data={"seen": self.ctx.seen, "kept": list(self.answers["confirm"])})

        urlpatterns.append(path("enrol/", WorkflowView.as_view(workflow=Enrol)))
        yield Enrol
    urlpatterns[:] = before


def at_code(door: type[Door], workflow: type[Workflow[Any]]) -> tuple[Any, Any]:
    """Walk to the page that shows."""
    flow: Any = door(workflow, "/enrol/")
    return flow, flow.submit(name="Ann")


@pytest.mark.parametrize("door", DOORS)
def test_it_shows_on_its_page_alone(door: type[Door], enrol: Any) -> None:
    """On a rejection and a refresh of it too, and nowhere after."""
    flow, seen = at_code(door, enrol)
    assert URI in seen.text
    assert "M4 4h7v1h-7z" in seen.text
    assert ">Codes" not in seen.text
    assert URI in flow.refresh(code="1").text
    assert URI in flow.submit(code="wrong").text
    assert URI not in flow.submit(code="1").text


@pytest.mark.parametrize("door", DOORS)
def test_what_is_sent_for_them_reaches_nobody(door: type[Door], enrol: Any) -> None:
    """Neither the step, nor the kept answers, nor a text; and it is no unknown key."""
    flow, _seen = at_code(door, enrol)
    seen = flow.refresh(code="1", **SENT)
    assert "sent" not in seen.text
    assert "sent" not in flow.submit(code="wrong", **SENT).text
    seen = flow.submit(code="1", **SENT)
    assert seen.errors == {}
    if door is not Page:
        assert flow.submit().data == {"seen": ["code"], "kept": ["code"]}


@pytest.mark.parametrize("door", DOORS)
def test_they_start_with_nothing(door: type[Door], enrol: Any) -> None:
    """There is no value of them to send back."""
    _flow, seen = at_code(door, enrol)
    assert {"intro", "uri", "codes"}.isdisjoint(seen.initial)


def test_one_without_a_value_is_gone_until_it_has_one(enrol: Any) -> None:
    """An action may give it one."""
    client, _seen = at_code(Rest, enrol)
    assert client.required["view"]["fields"]["codes"] is None
    client._play({"action": "renew"})
    assert client.required["view"]["fields"]["codes"] == {"schema": {"description": "one\ntwo"}}
    page, _seen = at_code(Page, enrol)
    assert "one\ntwo</textarea>" in page.visitor.submit(page.sheet, "renew").text
    code, _seen = at_code(Code, enrol)
    assert "codes" in code.flow.action("renew").page.form.fields


def test_a_client_gets_the_value_in_the_view_and_not_in_the_payload(enrol: Any) -> None:
    """A payload is remembered; a form with these fields alone is not live."""
    client, _seen = at_code(Rest, enrol)
    first = client.required["payload"]
    assert URI not in json.dumps(first)
    client.submit(code="wrong")
    assert client.required["payload"] == first
    fields = client.required["view"]["fields"]
    assert fields["intro"] == {"schema": {"description": "Ann"}}
    assert fields["uri"]["schema"] == {"description": URI}


def test_an_action_with_data_gets_nothing_of_them(enrol: Any) -> None:
    """Nor is null, which a form renderer sends for them, a value."""
    client, _seen = at_code(Rest, enrol)
    client._play({"action": "save", "formData": {"code": "1", "uri": None}})
    assert client.answer["messages"] == [{"level": "info", "text": "code"}]


def test_a_rejected_action_shows_what_is_stored(enrol: Any) -> None:
    """A rejection drops what the action wrote to the context, and so does its page."""

    def broken(self: Any) -> None:
        self.ctx.account = "dropped"
        raise forms.ValidationError("No.")

    enrol.renew = broken
    client, _seen = at_code(Rest, enrol)
    client._play({"action": "renew", "formData": {"code": "1"}})
    assert client.required["view"]["fields"]["intro"] == {"schema": {"description": "Ann"}}
    assert client.required["context"]["account"] == "Ann"


def test_nothing_of_it_is_stored_beside_the_context(enrol: Any) -> None:
    """The last answer is kept as what it needs: after its page the secret is in the context alone."""
    anybody = Caller(door="python")
    answer = rounds.start(enrol, caller=anybody, params={}, input=Input(values={"name": "Ann"}))
    assert answer.token is not None
    for values in ({"code": "wrong", "uri": "sent"}, {"code": "1"}):
        answer = rounds.play(answer.token, caller=anybody, input=Input(values=values))
        assert answer.token is not None
        state = get_storage("database").peek(answer.token)
        assert URI.encode() in bytes(state.context)
        assert b"JBSWY3DP" not in msgspec.json.encode([state.last, state.answers])
        assert URI not in str(Flow.objects.values())
