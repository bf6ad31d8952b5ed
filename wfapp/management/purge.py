"""Delete what need not be kept any longer, in batches; any number of processes may do it side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, router

from wfapp.conf import conf
from wfapp.links.delivery import outboxes
from wfapp.management.batches import locked
from wfapp.models import AbstractFlow, Counter, FlowEvent, FlowQuerySet, Link, OutgoingMessage, OutgoingQuerySet
from wfapp.storage.transaction import round_transaction
from wfapp.uploads import release_flows

__all__ = ["Purged", "PurgedMessages", "purge_counters", "purge_flows", "purge_messages"]


FEW = 20
"""How many rows are acted on at a time."""

HOLD = 0.5
"""For how long a batch goes on, in seconds: others wait for what it has locked."""


@dataclass(frozen=True, slots=True)
class Purged:
    """Count what was purged of one flow model."""

    expired: int
    """Flows deleted because their time was over before their end."""

    ended: int
    """Flows deleted because their retention was over."""

    answers: int
    """Stored answers wiped."""


@dataclass(slots=True)
class PurgedMessages:
    """Count what was purged of the outbox."""

    wiped: int = 0
    """Messages that were given up, whose text was wiped."""

    deleted: int = 0
    """Messages deleted because their retention was over."""


def purge_flows(model: type[AbstractFlow], now: datetime, batch_size: int) -> Purged:
    """Delete expired flows and ended ones past their retention, and wipe the answers that are repeated no longer.

    One that has acted is not deleted while it is open: it expires first, which undoes what it did.
    """
    using = router.db_for_write(model)
    flows: FlowQuerySet[AbstractFlow] = FlowQuerySet(model, using=using)

    def delete(ids: list[Any]) -> None:
        release_flows(using, ids)
        FlowEvent.objects.using(using).filter(flow__in=ids).delete()
        Link.objects.using(using).filter(flow__in=ids).delete()
        flows.filter(pk__in=ids).delete()

    def wipe(ids: list[Any]) -> None:
        flows.filter(pk__in=ids).update(answer=b"", answer_until=None)

    return Purged(
        expired=_in_batches(flows.expired(now).idle(), delete, batch_size),
        ended=_in_batches(flows.past_retention(now), delete, batch_size),
        answers=_in_batches(flows.past_answer(now), wipe, batch_size),
    )


def purge_counters(now: datetime, batch_size: int) -> int:
    """Delete the counters of limits whose time is over; return how many there were."""
    counters = Counter.objects.using(router.db_for_write(Counter))

    def delete(keys: list[Any]) -> None:
        counters.filter(pk__in=keys).delete()

    return _in_batches(counters.filter(resets_at__lte=now), delete, batch_size)


def purge_messages(now: datetime, batch_size: int) -> PurgedMessages:
    """Wipe the text of what staff may try again no longer, and delete what was sent, dropped or wiped long ago."""
    purged = PurgedMessages()
    for using in outboxes():
        messages = OutgoingMessage.objects.using(using)

        def wipe(ids: list[Any], messages: OutgoingQuerySet = messages) -> None:
            messages.filter(pk__in=ids).update(body=b"", keep_until=now + conf.RETENTION)

        def delete(ids: list[Any], messages: OutgoingQuerySet = messages) -> None:
            messages.filter(pk__in=ids).delete()

        purged.wiped += _in_batches(messages.over(now).exclude(body=b""), wipe, batch_size)
        purged.deleted += _in_batches(messages.over(now).filter(body=b""), delete, batch_size)
    return purged


def _in_batches(rows: models.QuerySet[Any], act: Callable[[list[Any]], None], size: int) -> int:
    """Lock up to ``size`` rows, act on their ids, commit, and go on until none is left; return how many there were."""
    total = 0
    while True:
        with round_transaction(rows.db):
            # The ids are read first: MariaDB knows no LIMIT in a subquery.
            ids = list(locked(rows).values_list("pk", flat=True)[:size])
            done = _acted_on(ids, act)
        total += done
        if done == len(ids) < size:
            return total


def _acted_on(ids: list[Any], act: Callable[[list[Any]], None]) -> int:
    """Act on a few ids at a time, for as long as they may be locked; return on how many: how long each takes varies."""
    done, began = 0, time.monotonic()
    while done < len(ids) and (done == 0 or time.monotonic() - began < HOLD):
        few = ids[done : done + FEW]
        act(few)
        done += len(few)
    return done
