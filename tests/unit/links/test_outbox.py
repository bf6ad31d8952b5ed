"""A message is a row of the commit that asked for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.rounds import helpers as rounds
from tests.integration.rounds.helpers import play, statements
from tests.unit.links.workflows import Failing, Greet, GreetContext, GreetToken
from tests.workflows import HelloContext, NameForm
from wfapp import Include, Workflow, step
from wfapp.links.outbox import deliver_due, drop, retry
from wfapp.models import FlowEvent, OutgoingMessage
from wfapp.rounds.answer import Answer
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


def begin(name: str = "Ann", workflow: type[Workflow[Any]] = Greet) -> Answer:
    return rounds.begin(workflow, name=name)


def test_a_step_mails() -> None:
    """The templates see the context as it was at that moment, the site, and the extra values."""
    begin()
    assert deliver_due().sent == 1
    [letter] = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert letter.subject == "Hello Ann, from wfapp demo"
    assert letter.body == "Good day Ann.\nYour code: 123456\nhttps://site.example/"
    assert letter.alternatives[0].content == "<p>Good day Ann.</p>\n"  # type: ignore[attr-defined]


def test_nothing_is_sent_in_the_round() -> None:
    """Its time would tell who is known."""
    begin()
    assert mail.outbox == []
    assert OutgoingMessage.objects.get().status == "queued"


def test_a_message_costs_one_statement() -> None:
    """However many there are; a round without one takes none."""
    answer = begin()
    with CaptureQueriesContext(connection) as action:
        play(answer, action="again")
    assert len(statements(action)) == 4


def test_an_exception_takes_the_message_back() -> None:
    """It goes with the round."""
    with pytest.raises(RuntimeError):
        begin("crash")
    assert not OutgoingMessage.objects.exists()


def test_a_rejected_step_sends_what_it_asked_for() -> None:
    """As its database writes stay."""
    assert begin("wrong").rejected
    assert deliver_due().sent == 1


def test_a_repeated_answer_sends_nothing() -> None:
    """A double click gets one mail."""
    answer = begin()
    play(answer, action="again")
    play(answer, action="again")
    assert OutgoingMessage.objects.count() == 2


def test_a_flow_in_a_token_sends_too() -> None:
    """It has no timeline to note it on."""
    begin(workflow=GreetToken)
    assert deliver_due().sent == 1
    assert not FlowEvent.objects.exists()


def test_a_flow_sends_through_every_channel() -> None:
    """An e-mail, a text message; the webhook goes nowhere here and is tried again."""
    play(begin(), code="1")
    assert sorted(OutgoingMessage.objects.values_list("channel", "purpose")) == [
        ("email", "mail/hello"),
        ("sms", "mail/hello"),
        ("webhook", "code.typed"),
    ]
    OutgoingMessage.objects.filter(channel="webhook").delete()
    deliver_due()
    assert [(letter.to, letter.text) for letter in Failing.letters] == [("+491701234567", "changed later: 654321")]


def test_the_body_is_wiped_once_it_is_sent() -> None:
    """And was sealed before: no column shows the address or the text."""
    begin()
    [row] = OutgoingMessage.objects.values()
    assert not [value for value in row.values() if "ann@example.com" in repr(value) or "123456" in repr(value)]
    deliver_due()
    row = OutgoingMessage.objects.values().get()
    assert (row["body"], row["status"], row["tries"], row["error"]) == (b"", "sent", 1, "")


def test_the_timeline_says_that_it_was_sent() -> None:
    """By the name of the template."""
    begin()
    deliver_due()
    assert FlowEvent.objects.filter(kind="sent").values_list("step", "revision").get() == ("mail/hello", 1)


def test_a_message_that_waits_for_its_first_try_is_not_tried_again() -> None:
    """A sender may be at it."""
    begin()
    assert not retry("default", OutgoingMessage.objects.get().pk)


def test_a_dropped_message_is_wiped_and_never_sent() -> None:
    """Once."""
    begin()
    pk = OutgoingMessage.objects.get().pk
    assert drop("default", pk)
    assert not drop("default", pk)
    assert deliver_due().sent == 0
    row = OutgoingMessage.objects.get()
    assert (row.status, bytes(row.body)) == ("dropped", b"")


def test_a_step_of_an_included_workflow_mails_what_it_passes() -> None:
    """Its own keys, by its own step; the message belongs to the flow."""
    with isolated_registry():

        class Inner(Workflow[GreetContext]):
            name = "tests/greet-inner"

            @step(form=NameForm, passes=["name"])
            def ask(self, form: NameForm) -> None:
                self.ctx.name = form.cleaned_data["name"]
                self.mail("ann@example.com", "mail/hello")

        class Outer(Workflow[HelloContext]):
            name = "tests/greet-outer"
            steps = (Include("tests/greet-inner"), "done")

            @step
            def done(self) -> None:
                pass

        begin(workflow=Outer)
    assert deliver_due().sent == 1
    assert mail.outbox[0].subject == "Hello Ann, from wfapp demo"
    assert OutgoingMessage.objects.get().workflow == "tests/greet-outer"
