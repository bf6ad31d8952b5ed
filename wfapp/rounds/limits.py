"""Count submissions over all flows and all doors, each in a transaction of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import router
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from wfapp.declaration.context import keys
from wfapp.declaration.limits import Limit
from wfapp.declaration.steps import AnyForm
from wfapp.errors import LimitExceeded
from wfapp.models import Counter
from wfapp.rounds.stage import Stage
from wfapp.storage.sealing import digest

__all__ = ["Charge", "Charges", "charges_of"]


@dataclass(frozen=True, slots=True)
class Charge:
    """Name one counter: a limit, and the keyed digest of the purpose and the value it counts."""

    limit: Limit
    counter: str


class Charges:
    """Count a submission against its limits; give the counts back where it was accepted or never ran."""

    def __init__(self, charges: Iterable[Charge]) -> None:
        self._counted: list[Charge] = []
        for charge in charges:
            wait = _count(charge)
            if wait is not None:
                self.give_back()
                raise LimitExceeded(retry_after=wait)
            self._counted.append(charge)

    def give_back(self, *, accepted: bool = False) -> None:
        """Take back every count that was made, once; ``accepted`` leaves those that count what was accepted, too."""
        for charge in self._counted:
            if not (accepted and charge.limit.counts_accepted):
                Counter.objects.filter(key=charge.counter, count__gt=0).update(count=F("count") - 1)
        self._counted = []


def charges_of(stage: Stage, limits: Iterable[Limit], form: AnyForm | None) -> list[Charge]:
    """Find the counter of each limit; one whose form field cannot be cleaned counts under what was typed.

    Code of this site comes from no address: all its calls under one counter would shut each other out.
    """
    return [
        Charge(limit, digest("limit", limit.purpose.encode(), limit.rate.encode(), _value(stage, limit, form).encode()))
        for limit in limits
        if limit.key != "address" or stage.caller.door != "python"
    ]


def _value(stage: Stage, limit: Limit, form: AnyForm | None) -> str:
    key, workflow = limit.key, stage.here
    if not isinstance(key, str):
        return str(key(workflow))
    if key == "address":
        return stage.caller.address
    fields = getattr(form, "fields", {})
    if key in fields:
        return _typed(form, key)
    if key in keys(type(workflow.ctx)):
        return _folded(getattr(workflow.ctx, key))
    return str(getattr(workflow, key)())


def _typed(form: Any, name: str) -> str:
    bound = form[name]
    try:
        value = form.fields[name].clean(bound.data)
    except ValidationError:
        value = bound.data
    return _folded(value)


def _folded(value: Any) -> str:
    """Give one text for all spellings: a key that was typed on one page and is read on the next one counts as one."""
    return str(value).strip().casefold().encode("utf-8", "replace").decode()


def _count(charge: Charge) -> int | None:
    """Count one more, atomically; give the seconds to wait where the limit is reached."""
    limit, counters = charge.limit, Counter.objects.using(router.db_for_write(Counter))
    for _ in range(3):
        now = timezone.now()
        if _count_known(charge, now):
            return None
        counter = counters.filter(key=charge.counter).first()
        if counter is None:
            counters.bulk_create(
                [Counter(key=charge.counter, count=0, resets_at=now + limit.period)], ignore_conflicts=True
            )
        # One that has room was made, or reset, by another request since the look above.
        elif counter.count >= limit.count and counter.resets_at > now:
            return max(1, math.ceil((counter.resets_at - now).total_seconds()))
    return 1


def _count_known(charge: Charge, now: datetime) -> bool:
    limit = charge.limit
    over = Q(resets_at__lte=now)
    rows = Counter.objects.filter(Q(key=charge.counter), over | Q(count__lt=limit.count))
    # MariaDB assigns from left to right: the count looks at the old reset time only if it comes first.
    return bool(
        rows.update(
            count=Case(When(over, then=Value(1)), default=F("count") + 1),
            resets_at=Case(When(over, then=Value(now + limit.period)), default=F("resets_at")),
        )
    )
