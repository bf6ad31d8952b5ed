"""Answers as JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from django import forms
from django.test import RequestFactory
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from wfapp import Choice, Skip
from wfapp.declaration.outcomes import Message
from wfapp.forms import compile_payload
from wfapp.rest.answers import JsonResponse, describe_answer
from wfapp.rounds.answer import ActionView, Answer, End, Page, Progress, StepView
from wfapp.storage.tokens import Token, flow_key

FLOW = uuid.UUID(int=7)
TOKEN = Token("database", "h" * 43, 2)
AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


class CodeForm(forms.Form):
    """Ask for a code."""

    code = forms.CharField(min_length=6, max_length=6, initial="000000")


def described(transport: Any = "body", **answer: Any) -> dict[str, Any]:
    """Describe an answer as a client decodes it."""
    request = RequestFactory().post("/", headers={"Host": "localhost"})
    whole = Answer(**{"workflow": None, "flow_id": FLOW, "token": TOKEN, **answer})
    body: dict[str, Any] = json.loads(JsonResponse(describe_answer(whole, request, transport)).content)
    return body


def page(**options: Any) -> Page:
    """Make a page."""
    form = CodeForm()
    step = StepView(id="verify", label="Verify", state="current")
    values: dict[str, Any] = {
        "step": "verify",
        "form": form,
        "pristine": form,
        "title": "Enter the code",
        "description": "",
        "submit": "Verify code",
        "actions": (),
        "passed": {},
        "errors": {},
        "progress": Progress(current=1, steps=(step,)),
        "answers": {},
        "live": False,
        "static": False,
    }
    return Page(**{**values, **options})


def test_a_page_is_described() -> None:
    """Payload, view and context stand under inputRequired; what there is none of is left out."""
    payload = compile_payload(CodeForm())
    assert described(status="form", page=page()) == {
        "status": "form",
        "wfs": f"database.{'h' * 43}.2",
        "inputRequired": {
            "transport": "http",
            "payload": {
                "id": "tests.CodeForm",
                "version": payload.version,
                "schema": payload.schema,
                "ui": payload.ui,
            },
            "view": {
                "step": "verify",
                "title": "Enter the code",
                "description": "",
                "submit": {"text": "Verify code"},
                "actions": [],
                "fields": {},
                "initial": {"code": "000000"},
                "progress": {"current": 1, "steps": [{"id": "verify", "label": "Verify", "state": "current"}]},
                "live": False,
            },
            "context": {},
        },
    }


def test_errors_stand_in_the_context() -> None:
    """They join what the page passes."""
    body = described(status="form", page=page(passed={"email": "a@example.com"}, errors={"code": "Invalid code"}))
    assert body["inputRequired"]["context"] == {"email": "a@example.com", "errors": {"code": "Invalid code"}}


def test_a_context_without_errors_has_no_such_key() -> None:
    """The passed keys stand alone."""
    body = described(status="form", page=page(passed=MappingProxyType({"email": "a@example.com"})))
    assert body["inputRequired"]["context"] == {"email": "a@example.com"}


def test_what_prepare_changed_stands_in_the_view() -> None:
    """The payload is that of the form before; the difference lies beside it."""
    changed = CodeForm()
    changed.fields["code"].label = "Your code"
    body = described(status="form", page=page(form=changed, live=True))["inputRequired"]
    assert body["payload"]["schema"]["properties"]["code"]["title"] == "Code"
    assert body["view"]["fields"] == {"code": {"schema": {"title": "Your code"}}}
    assert body["view"]["live"] is True


def test_actions_are_described() -> None:
    """When a button can be pressed again, and how often, is told where it is known."""
    actions = (
        ActionView(id="resend", label="Resend", available_at=AT, remaining=4),
        ActionView(id="save", label="Save draft", with_data=True),
    )
    assert described(status="form", page=page(actions=actions))["inputRequired"]["view"]["actions"] == [
        {"id": "resend", "label": "Resend", "withData": False, "availableAt": "2030-01-02T03:04:05Z", "remaining": 4},
        {"id": "save", "label": "Save draft", "withData": True},
    ]


def test_a_cookies_token_is_named_not_told() -> None:
    """The public key of the flow and the revision are all that the body holds."""
    assert described("cookie", status="form", page=page())["wfs"] == {"flow": flow_key(FLOW), "revision": 2}


def test_messages_stand_beside_the_page() -> None:
    """Each has a level and a text."""
    body = described(status="form", page=page(), messages=(Message(text="Sent."), Message(level="warn", text="Soon.")))
    assert body["messages"] == [{"level": "info", "text": "Sent."}, {"level": "warn", "text": "Soon."}]


def test_waiting_for_somebody_else_shows_a_title() -> None:
    """The page of a person with a right that the caller lacks is not described."""
    assert described(status="waiting", title="Approve") == {
        "status": "waiting",
        "wfs": f"database.{'h' * 43}.2",
        "view": {"title": "Approve", "actions": []},
    }


def test_a_step_without_a_form_shows_a_title() -> None:
    """Somebody must press its button: it is submitted with empty formData."""
    assert described(status="start", title="Approve") == {
        "status": "start",
        "wfs": f"database.{'h' * 43}.2",
        "view": {"title": "Approve", "actions": []},
    }


def test_a_finished_flow_tells_its_data_and_where_to_go() -> None:
    """The step's redirect goes before the person's next."""
    end = End(
        status="finished",
        data={"id": 42, "price": Decimal("1.50"), "day": date(2030, 1, 2)},
        message=Message(level="success", text="Saved"),
        redirect="/done/",
        next="/elsewhere/",
    )
    assert described(status="finished", end=end) == {
        "status": "finished",
        "finished": True,
        "data": {"id": 42, "price": "1.50", "day": "2030-01-02"},
        "message": {"level": "success", "text": "Saved"},
        "next": {"trigger": "immediate", "action": {"type": "redirect", "target": "/done/"}},
    }


def test_a_finished_flow_without_anything_to_tell() -> None:
    """No message, no redirect: the data is an empty object."""
    assert described(status="finished", end=End(status="finished")) == {
        "status": "finished",
        "finished": True,
        "data": {},
    }


def test_a_redirect_to_another_host_is_left_out() -> None:
    """It is checked again when it is used."""
    end = End(status="finished", next="https://evil.example/")
    assert "next" not in described(status="finished", end=end)


def test_a_countdown_is_in_milliseconds() -> None:
    """With a button beside it where the step asked for one."""
    end = End(status="finished", redirect="/done/", after=4000)
    auto = {"trigger": "auto", "timeoutMs": 4000, "action": {"type": "redirect", "target": "/done/"}}
    assert described(status="finished", end=end)["next"] == auto
    skipped = described(status="finished", end=replace(end, skip=Skip("Wait", "cancel")))["next"]
    assert skipped == auto | {"skipButton": {"label": "Wait", "behavior": "cancel"}}


def test_the_first_choice_is_the_primary_one() -> None:
    """The others stand in their order."""
    choices = (Choice("Shop", "/shop/"), Choice("Again", reload=True), Choice("Close", dismiss=True))
    assert described(status="finished", end=End(status="finished", next="/n/", choices=choices))["next"] == {
        "trigger": "manual",
        "primary": {"label": "Shop", "action": {"type": "redirect", "target": "/shop/"}},
        "options": [
            {"label": "Again", "action": {"type": "reload"}},
            {"label": "Close", "action": {"type": "dismiss"}},
        ],
    }


def test_an_aborted_flow_tells_its_reason() -> None:
    """There is no data, but a code for clients and a text for people."""
    end = End(status="aborted", reason="too-many-attempts", message=Message(level="warn", text="Start again."))
    assert described(status="aborted", end=end) == {
        "status": "aborted",
        "finished": True,
        "aborted": True,
        "reason": "too-many-attempts",
        "message": {"level": "warn", "text": "Start again."},
    }


class Chosen(Mapping[str, int]):
    """Be a mapping that is no dict."""

    def __getitem__(self, key: str) -> int:
        return {"a": 1}[key]

    def __iter__(self) -> Any:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


class Line(msgspec.Struct):
    """Be what a context holds."""

    name: str


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (mark_safe("<b>"), "<b>"),
        (lazystr("later"), "later"),
        (Chosen(), {"a": 1}),
        (Line(name="x"), {"name": "x"}),
        (FLOW, "00000000-0000-0000-0000-000000000007"),
    ],
)
def test_values_of_python_are_written_plainly(value: object, written: object) -> None:
    """What contexts, texts and ends hold arrives as the JSON that a client expects."""
    assert json.loads(JsonResponse({"value": value}).content) == {"value": written}


def test_a_value_without_a_form_in_json_is_named() -> None:
    """The error says of which type it is."""
    with pytest.raises(NotImplementedError) as caught:
        JsonResponse({"value": object()})
    assert str(caught.value) == "A value of type object has no form in JSON."
