"""The outbox: a message is a row of the commit that asked for it, so that neither exists without the other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.conf import conf
from wfapp.links.channels import get_channel
from wfapp.links.claims import seal_body
from wfapp.links.compose import Prepared
from wfapp.links.delivery import Delivered, deliver_due
from wfapp.links.dispatch import dispatch
from wfapp.models import OutgoingMessage, SendStatus
from wfapp.storage.clock import time_of

__all__ = ["Delivered", "deliver_due", "drop", "queue", "retry"]


@sensitive_variables()
def queue(using: str, flow_id: uuid.UUID, workflow: str, prepared: Sequence[Prepared]) -> list[uuid.UUID]:
    """Store messages in the transaction that is on, in one statement, and have them tried after its commit."""
    now, due_at = timezone.now(), time_of(using)
    rows = [_row(flow_id, workflow, message, now, due_at) for message in prepared]
    if rows:
        OutgoingMessage.objects.using(using).bulk_create(rows)
        dispatch(using, [row.pk for row in rows])
    return [row.pk for row in rows]


def retry(using: str, pk: uuid.UUID) -> bool:
    """Let a message be tried again from the beginning; False where no try has failed, or its body is gone."""
    values = {"status": SendStatus.QUEUED, "tries": 0, "due_at": time_of(using), "keep_until": None}
    found = OutgoingMessage.objects.using(using).resendable().filter(pk=pk).update(**values)
    if found:
        dispatch(using, [pk])
    return bool(found)


def drop(using: str, pk: uuid.UUID) -> bool:
    """Wipe a message that has not been sent; False where it was sent or dropped before."""
    waiting = OutgoingMessage.objects.using(using).unsent().filter(pk=pk)
    keep_until = timezone.now() + conf.RETENTION
    return bool(waiting.update(status=SendStatus.DROPPED, body=b"", keep_until=keep_until))


def _row(flow_id: uuid.UUID, workflow: str, message: Prepared, now: datetime, due_at: datetime) -> OutgoingMessage:
    pk = message.id
    return OutgoingMessage(
        id=pk,
        flow=flow_id,
        workflow=workflow,
        channel=message.channel,
        purpose=message.purpose,
        body=seal_body(pk, to=message.to, subject=message.subject, text=message.text, html=message.html),
        due_at=due_at,
        expires_at=message.expires_at,
        message_id=get_channel(message.channel).message_id(pk),
        created_at=now,
    )
