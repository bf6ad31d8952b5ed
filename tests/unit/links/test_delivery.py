"""What is due is sent; what fails is tried again, and given up in the end."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from tests.unit.links.queueing import put
from tests.unit.links.workflows import Failing, Greet
from wfapp.errors import PermanentFailure
from wfapp.links.delivery import Delivered, deliver_due, outboxes
from wfapp.links.outbox import retry
from wfapp.models import FlowEvent, OutgoingMessage

pytestmark = pytest.mark.django_db


def row() -> OutgoingMessage:
    return OutgoingMessage.objects.get()


def due_again() -> None:
    OutgoingMessage.objects.update(due_at=timezone.now())


def test_what_fails_is_tried_again_with_the_same_name() -> None:
    """Until it is sent."""
    put()
    Failing.errors[:] = [OSError(), RuntimeError()]
    for done in (Delivered(postponed=1), Delivered(postponed=1), Delivered(sent=1), Delivered()):
        assert deliver_due() == done
        due_again()
    assert len(Failing.letters) == 3
    assert len({letter.message_id for letter in Failing.letters}) == 1


def test_it_waits_before_it_is_tried_again() -> None:
    """A run tries a message once."""
    put()
    Failing.errors[:] = [OSError()]
    deliver_due()
    assert row().due_at > timezone.now() + timedelta(seconds=20)
    assert deliver_due() == Delivered()


def test_it_is_given_up_after_the_last_try(settings: Any) -> None:
    """Its text is kept for staff, who begin anew."""
    settings.WFAPP = {**settings.WFAPP, "DELIVERY_TRIES": 2}
    put()
    Failing.errors[:] = [OSError(), OSError()]
    deliver_due()
    due_again()
    assert deliver_due() == Delivered(failed=1)
    assert (row().status, row().error, row().tries, bool(row().body)) == ("failed", "OSError", 2, True)
    due_again()
    assert deliver_due() == Delivered()
    assert retry("default", row().pk)
    assert deliver_due() == Delivered(sent=1)


def test_a_message_that_kills_its_senders_is_given_up(settings: Any) -> None:
    """Each of them counted before it died."""
    settings.WFAPP = {**settings.WFAPP, "DELIVERY_TRIES": 2}
    put(tries=2)
    assert deliver_due() == Delivered(failed=1)
    assert (row().error, Failing.letters) == ("PermanentFailure interrupted", [])


@pytest.mark.parametrize("channel", ["failing", "email"])
def test_what_is_hopeless_is_given_up_at_once(channel: str, settings: Any) -> None:
    """The other side says so, or no key opens it any more."""
    put(channel)
    if channel == "failing":
        Failing.errors[:] = [PermanentFailure(410)]
    else:
        OutgoingMessage.objects.update(body=b"nonsense")
    assert deliver_due() == Delivered(failed=1)


def test_a_channel_that_is_gone_is_hopeless(settings: Any) -> None:
    """A deploy removed it."""
    put()
    settings.WFAPP = {**settings.WFAPP, "CHANNELS": {}}
    assert deliver_due() == Delivered(failed=1)
    assert row().error == "NotSendable"


def test_what_is_too_late_is_dropped() -> None:
    """A code that has expired helps nobody."""
    put(expires_at=timezone.now())
    assert deliver_due() == Delivered(expired=1)
    assert (row().status, bytes(row().body), Failing.letters) == ("dropped", b"", [])


def test_the_oldest_goes_first_in_batches_of_any_size() -> None:
    """Each of them once."""
    pks = [put(due_at=timezone.now() - timedelta(minutes=minutes)) for minutes in range(5)]
    assert deliver_due(batch_size=2).sent == 5
    assert [letter.id for letter in Failing.letters] == pks[::-1]


def test_one_that_fails_holds_up_no_other() -> None:
    """Also where a batch holds nothing but what fails."""
    for _ in range(4):
        put()
    Failing.errors[:] = [OSError(), OSError()]
    assert deliver_due(batch_size=2) == Delivered(sent=2, postponed=2)


def test_the_log_names_the_message_and_no_address(caplog: pytest.LogCaptureFixture) -> None:
    """Nor the text of the exception."""
    pk = put()
    Failing.errors[:] = [OSError("ann@example.com")]
    with caplog.at_level(logging.DEBUG):
        deliver_due()
    assert caplog.messages == [f"Message {pk} (failing mail/hello) was not sent: OSError."]


def test_the_timeline_says_that_it_was_given_up() -> None:
    """For whoever looks at the flow."""
    Greet.start(data={"name": "Ann"})
    OutgoingMessage.objects.update(channel="failing")
    Failing.errors[:] = [PermanentFailure()]
    deliver_due()
    assert FlowEvent.objects.filter(kind="unsent").values_list("step", flat=True).get() == "mail/hello"


def test_a_flow_that_is_gone_has_no_timeline() -> None:
    """Its message is sent all the same."""
    put("email")
    assert deliver_due().sent == 1
    assert len(mail.outbox) == 1
    assert not FlowEvent.objects.exists()


def test_the_databases_of_flows_are_asked() -> None:
    """Here there is one."""
    assert outboxes() == ["default"]
