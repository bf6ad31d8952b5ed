"""What a step asks to be sent is checked when it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from wfapp import Secret, Struct
from wfapp.declaration.outgoing import Call, Send
from wfapp.errors import DeclarationError, WrongOutcome

TEMPLATE = "write a template's name without its ending, such as 'accounts/mail/welcome'."


class Hidden(Struct):
    code: Secret[str] = ""


def send(**options: Any) -> Send:
    return Send(**{"channel": "email", "to": "ann@example.com", "template": "mail/hello", "step": "ask", **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": ["ann@example.com"]}, "mail: to is of type list; it must be one address, a str."),
        *(
            (
                {"template": template},
                f"mail: template is {template!r}; {TEMPLATE}",
            )
            for template in ("mail/hello.txt", "mail/hello.html", "../settings", "/etc/passwd", "", None, "x" * 201)
        ),
        ({"extra": {"ctx": 1}}, "mail: extra has 'ctx', a name that each template has; take another one."),
        ({"expires": timedelta(0)}, "mail: expires is datetime.timedelta(0); it must be a positive timedelta."),
    ],
)
def test_mistakes_of_a_mail(options: Any, message: str) -> None:
    """By the bad value and the legal ones; never by an address."""
    with pytest.raises(DeclarationError) as caught:
        send(**options)
    assert str(caught.value) == message


@pytest.mark.parametrize("event", ["", "a b", "a..b", ".a", "ä", None])
def test_mistakes_of_an_event(event: Any) -> None:
    """As the specification has them."""
    with pytest.raises(DeclarationError, match=r"^call: event is .*; legal are parts of letters, digits and '_'"):
        Call(url="https://hooks.example", payload={}, event=event, step="ask")


@pytest.mark.parametrize("payload", [{"a": object()}, {"a": float("nan")}, {"a": Hidden(code="x")}])
def test_a_payload_is_json_without_secrets(payload: Any) -> None:
    """As the data of an end."""
    with pytest.raises(WrongOutcome, match=r"^call\(payload=…\): "):
        Call(url="https://hooks.example", payload=payload, event="a.b", step="ask")


def test_a_payload_is_what_it_was_when_it_was_asked_for() -> None:
    """What the step does to it later is not sent."""
    payload = {"items": [1]}
    call = Call(url="https://hooks.example", payload=payload, event="a.b", step="ask")
    payload["items"].append(2)
    assert call.payload == {"items": [1]}
