"""Claim a message, so that of many senders one sends it, and write down what became of it."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import router, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.conf import conf
from wfapp.declaration.registry import registry
from wfapp.declaration.structs import Struct
from wfapp.errors import DeliveryError, InvalidToken, UnknownWorkflow
from wfapp.links.channels import Letter
from wfapp.models import Kind, OutgoingMessage, OutgoingQuerySet, SendStatus
from wfapp.storage.base import Note, Report
from wfapp.storage.clock import time_of
from wfapp.storage.database import model_of
from wfapp.storage.events import record
from wfapp.storage.sealing import seal, unseal

__all__ = ["BODY_PURPOSE", "LEASE", "Body", "Claimed", "body_binding", "claim", "delay_after", "seal_body"]

BODY_PURPOSE = "message-body"

LEASE = timedelta(minutes=5)
"""How long a sender may take; then another one takes over, since the first may have been killed."""

VERSION: Final = 1
_LONGEST_ERROR: Final = 100
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=6)


class Body(Struct, frozen=True, array_like=True):
    """Hold what is sealed in a message's row; new fields come last, with a default."""

    version: int
    to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Hold a message that this sender alone may send until the lease is over."""

    row: OutgoingMessage
    using: str

    @sensitive_variables()
    def letter(self) -> Letter:
        """Open the body; raises InvalidToken where it cannot be read any more."""
        row = self.row
        try:
            body = msgspec.json.decode(unseal(BODY_PURPOSE, bytes(row.body), *body_binding(row.pk)), type=Body)
        except msgspec.MsgspecError:
            raise InvalidToken from None
        return Letter(
            id=row.pk,
            message_id=row.message_id,
            purpose=row.purpose,
            to=body.to,
            subject=body.subject,
            text=body.text,
            html=body.html,
        )

    def sent(self, duration: float) -> None:
        """Wipe the body, and say so on the flow's timeline; ``duration`` is in milliseconds."""
        now = timezone.now()
        # Also where the lease is over, and somebody else has tried since: this one did send it.
        rows = self._rows().unsent()
        values = {"status": SendStatus.SENT, "sent_at": now, "error": "", **_wiped(now)}
        self._end(rows, values, Kind.SENT, duration)

    def failed(self, error: Exception, duration: float) -> None:
        """Give up; staff may try again as long as the sealed body is kept."""
        keep_until = timezone.now() + conf.UNSENT_RETENTION
        values = {"status": SendStatus.FAILED, "error": _name(error), "keep_until": keep_until}
        self._end(self._mine(), values, Kind.UNSENT, duration)

    def postponed(self, error: Exception) -> None:
        """Let it be tried again later."""
        self._mine().update(due_at=time_of(self.using) + delay_after(self.row.tries), error=_name(error))

    def expired(self) -> None:
        """Drop what is of no use any more."""
        self._mine().update(status=SendStatus.DROPPED, **_wiped(timezone.now()))

    def _rows(self) -> OutgoingQuerySet:
        return OutgoingMessage.objects.using(self.using).filter(pk=self.row.pk)

    def _mine(self) -> OutgoingQuerySet:
        """Select the row unless somebody has taken it over."""
        return self._rows().filter(status=SendStatus.QUEUED, tries=self.row.tries)

    def _end(self, rows: OutgoingQuerySet, values: dict[str, Any], kind: Kind, duration: float) -> None:
        with transaction.atomic(using=self.using):
            if rows.update(**values):
                _record(self.row, kind, duration)


def claim(using: str, pk: uuid.UUID) -> Claimed | None:
    """Claim a message that is due, and count the try; ``None`` where somebody else was quicker.

    The condition of the UPDATE decides, and nothing that was read before it: of any number of senders one finds the
    row as it was. A sender that is killed leaves it due again when its lease is over.
    """
    now = time_of(using)
    rows = OutgoingMessage.objects.using(using)
    row = rows.due(now).filter(pk=pk).first()
    if row is None:
        return None
    values: dict[str, Any] = {"tries": row.tries + 1, "due_at": now + LEASE, "error": ""}
    if not rows.due(now).filter(pk=pk, tries=row.tries).update(**values):
        return None
    row.tries += 1
    return Claimed(row, using)


def delay_after(tries: int) -> timedelta:
    """Give how long to wait after so many tries: twice as long each time, and never the same for all at once."""
    delay: timedelta = min(FIRST_DELAY * 2 ** min(tries - 1, 20), LONGEST_DELAY)
    return delay * random.uniform(0.8, 1.2)  # noqa: S311 - it spreads retries, it hides nothing


def body_binding(pk: uuid.UUID) -> tuple[str, ...]:
    """Give what a sealed body is bound to: its table and its row."""
    return (OutgoingMessage._meta.label_lower, str(pk))


@sensitive_variables()
def seal_body(pk: uuid.UUID, *, to: str, subject: str, text: str, html: str) -> bytes:
    """Seal the body of a row."""
    body = Body(VERSION, to, subject, text, html)
    return seal(BODY_PURPOSE, msgspec.json.encode(body), *body_binding(pk))


def _wiped(now: datetime) -> dict[str, Any]:
    return {"body": b"", "keep_until": now + conf.RETENTION}


def _record(row: OutgoingMessage, kind: Kind, duration: float) -> None:
    """Put it on the flow's timeline, where there is one: a flow in a token has none, and another may be gone."""
    try:
        model = model_of(registry.get(row.workflow))
    except (UnknownWorkflow, LookupError):
        return
    flows = model._base_manager.using(router.db_for_write(model))
    revision = flows.filter(pk=row.flow).values_list("revision", flat=True).first()
    if revision is not None:
        report = Report(status="", duration=duration, notes=[Note(kind, row.purpose)])
        record(model, row.flow, row.workflow, revision, report)


def _name(error: Exception) -> str:
    """Name the type of an exception, and never its text, which may hold an address or a part of the message."""
    code = error.code if isinstance(error, DeliveryError) else ""
    return f"{type(error).__name__} {code}".strip()[:_LONGEST_ERROR]
