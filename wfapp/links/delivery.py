"""Send what is due: claim it, hand it to its channel, write down what came of it."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import router
from django.db.models import Model
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.conf import conf
from wfapp.errors import InvalidToken, NotSendable, PermanentFailure
from wfapp.links.channels import get_channel
from wfapp.links.claims import Claimed, claim
from wfapp.links.liveness import carries_dead_link
from wfapp.models import OutgoingMessage, flow_models
from wfapp.storage.clock import time_of

__all__ = ["Delivered", "deliver", "deliver_due", "outboxes"]

HOPELESS = (PermanentFailure, NotSendable, InvalidToken)
"""What no further try changes: the other side says so, the channel is gone, the key of the body is gone."""

logger = logging.getLogger("wfapp.links")


@dataclass(slots=True)
class Delivered:
    """Count what a run did."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    expired: int = 0


def outboxes() -> list[str]:
    """List the databases that hold messages: a message stands where its flow does."""
    models: list[type[Model]] = [OutgoingMessage, *flow_models()]
    return sorted({router.db_for_write(model) for model in models})


def deliver_due(*, batch_size: int = 500) -> Delivered:
    """Send every message that is due now, one after the other; any number of processes may do so side by side.

    In a test this is what sends the mail of the rounds before it.
    """
    done = Delivered()
    for using in outboxes():
        for pk in _due(using, batch_size):
            deliver(using, pk, done)
    return done


def deliver(using: str, pk: uuid.UUID, done: Delivered | None = None) -> None:
    """Try one message that is due, unless somebody else is at it; what its channel raises is written down."""
    claimed = claim(using, pk)
    done = Delivered() if done is None else done
    if claimed is None:
        return
    late = claimed.row.expires_at is not None and claimed.row.expires_at <= timezone.now()
    if late or carries_dead_link(using, claimed.row):
        claimed.expired()
        done.expired += 1
        return
    began = time.perf_counter()
    error = _error_of(claimed)
    duration = round((time.perf_counter() - began) * 1000, 3)
    if error is None:
        claimed.sent(duration)
        done.sent += 1
        return
    hopeless = isinstance(error, HOPELESS) or claimed.row.tries >= conf.DELIVERY_TRIES
    logger.warning(
        "Message %s (%s %s) was %s: %s.",
        *(claimed.row.pk, claimed.row.channel, claimed.row.purpose),
        *("given up" if hopeless else "not sent", type(error).__name__),
    )
    if hopeless:
        claimed.failed(error, duration)
        done.failed += 1
    else:
        claimed.postponed(error)
        done.postponed += 1


@sensitive_variables()
def _error_of(claimed: Claimed) -> Exception | None:
    """Hand a message to its channel, and give what that raised."""
    if claimed.row.tries > conf.DELIVERY_TRIES:
        # Whoever tried it last did not live to say so.
        return PermanentFailure("interrupted")
    try:
        get_channel(claimed.row.channel).send(claimed.letter())
    except Exception as error:  # noqa: BLE001 - a channel may raise anything, and its text may hold an address
        return error
    return None


def _due(using: str, size: int) -> Iterator[uuid.UUID]:
    """Yield the messages that are due as this begins, the oldest first, once each."""
    now = time_of(using)
    rows = OutgoingMessage.objects.using(using).due(now).order_by("due_at", "pk").values_list("pk", flat=True)
    tried: set[uuid.UUID] = set()
    while pks := [pk for pk in rows[:size] if pk not in tried]:
        tried.update(pks)
        yield from pks
