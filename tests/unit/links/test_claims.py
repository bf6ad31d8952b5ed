"""Of many senders one sends a message, and what became of it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.unit.links.queueing import put
from wfapp.errors import InvalidToken, PermanentFailure
from wfapp.links import claims
from wfapp.links.claims import FIRST_DELAY, LEASE, LONGEST_DELAY, claim, delay_after
from wfapp.models import OutgoingMessage

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def row() -> OutgoingMessage:
    return OutgoingMessage.objects.get()


def test_a_message_is_claimed_once() -> None:
    """Until the lease is over."""
    pk = put()
    assert claim("default", pk) is not None
    assert claim("default", pk) is None
    assert row().tries == 1
    assert row().due_at > timezone.now() + LEASE - timedelta(minutes=1)


def test_a_sender_that_was_killed_is_taken_over() -> None:
    """With the same name of the message."""
    pk = put("email")
    first = claim("default", pk)
    OutgoingMessage.objects.update(due_at=timezone.now())
    second = claim("default", pk)
    assert first is not None
    assert second is not None
    assert first.letter().message_id == second.letter().message_id == f"<{pk.hex}@site.example>"
    assert row().tries == 2


def test_a_row_that_changed_since_it_was_read_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The condition of the UPDATE decides."""
    pk = put()
    now = timezone.now

    def meanwhile() -> Any:
        OutgoingMessage.objects.update(tries=1)
        return now()

    monkeypatch.setattr(claims, "LEASE", LateSum(meanwhile))
    assert claim("default", pk) is None


class LateSum:
    """Do something when it is added to a time: between the reading of a row and its claim."""

    def __init__(self, act: Any) -> None:
        self.act = act

    def __radd__(self, time: Any) -> Any:
        self.act()
        return time


def test_a_slow_sender_that_lost_its_claim_postpones_nothing() -> None:
    """Somebody else is at it."""
    pk = put()
    slow = claim("default", pk)
    OutgoingMessage.objects.update(due_at=timezone.now())
    assert claim("default", pk) is not None
    assert slow is not None
    due = row().due_at
    slow.postponed(OSError("secret"))
    slow.failed(OSError("secret"), 1)
    assert (row().status, row().due_at, row().error) == ("queued", due, "")


def test_a_slow_sender_that_did_send_says_so() -> None:
    """Or it would be sent once more."""
    pk = put()
    slow = claim("default", pk)
    OutgoingMessage.objects.update(due_at=timezone.now())
    quick = claim("default", pk)
    assert slow is not None
    assert quick is not None
    quick.failed(OSError(), 1)
    slow.sent(1)
    assert (row().status, bytes(row().body)) == ("sent", b"")


def test_an_error_is_named_by_its_type_alone() -> None:
    """Its text may hold an address; a channel's own code is no value."""
    first = claim("default", put())
    assert first is not None
    first.postponed(OSError("ann@example.com"))
    assert row().error == "OSError"
    OutgoingMessage.objects.update(due_at=timezone.now())
    second = claim("default", row().pk)
    assert second is not None
    second.failed(PermanentFailure(410), 1)
    assert row().error == "PermanentFailure 410"


def test_a_body_opens_in_its_own_row_alone() -> None:
    """It is bound to it."""
    one, other = put(), put()
    body = OutgoingMessage.objects.get(pk=one).body
    OutgoingMessage.objects.filter(pk=other).update(body=body)
    claimed = claim("default", other)
    assert claimed is not None
    with pytest.raises(InvalidToken):
        claimed.letter()


@pytest.mark.parametrize(("tries", "delay"), [(1, FIRST_DELAY), (2, 2 * FIRST_DELAY), (5, 16 * FIRST_DELAY)])
def test_each_try_waits_twice_as_long(tries: int, delay: timedelta) -> None:
    """Give or take a fifth."""
    assert delay * 0.8 <= delay_after(tries) <= delay * 1.2


def test_no_try_waits_longer_than_six_hours() -> None:
    """However many there were."""
    assert delay_after(30_000) <= LONGEST_DELAY * 1.2
