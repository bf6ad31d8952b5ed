"""The right to run a step of a flow: whoever has lost it stores nothing any more."""

from __future__ import annotations

import logging
import secrets
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from django.db import connections, router, transaction

from wfapp.conf import conf
from wfapp.engine.acting import Run
from wfapp.engine.state import State
from wfapp.errors import InvalidToken
from wfapp.models import RUNNING, AbstractFlow
from wfapp.storage import statements
from wfapp.storage.base import Claim, Report, get_storage
from wfapp.storage.clock import time_of
from wfapp.storage.columns import columns_of, open_state, seal_state
from wfapp.storage.events import Happened, record
from wfapp.storage.tokens import Token
from wfapp.storage.transaction import round_transaction

__all__ = [
    "UNFIT",
    "FencedClaim",
    "Lease",
    "LeaseLost",
    "asked_of",
    "locked_state",
    "new_fence",
    "put_off",
    "store_locked",
    "take",
    "take_over",
]

KEPT = 20
"""Which part of a lease may have passed until a step that follows another one renews it."""

logger = logging.getLogger("wfapp.storage")


UNFIT = timedelta(hours=1)
"""When a flow that does not fit the code, or that it cannot read, is looked at again."""


class LeaseLost(Exception):
    """Tell whoever runs a step that somebody else has the flow by now: what they did is rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Hold the right to run the step that a flow stands at, and what the flow is there."""

    model: type[AbstractFlow]
    state: State
    token: Token = field(repr=False)
    stop: str = ""
    """The status that somebody asked for while a step ran, and a reason for it behind a space."""

    until: datetime | None = None
    """When it ends unless it is renewed, where this process has stored that."""

    @property
    def asked(self) -> tuple[str, str]:
        """Give that status, and the reason that came with it."""
        status, _, reason = self.stop.partition(" ")
        return status, reason

    @property
    def using(self) -> str:
        """Name the database of the flow."""
        return router.db_for_write(self.model)

    @property
    def run(self) -> Run:
        """Give what runs."""
        return cast(Run, self.state.run)


def new_fence() -> int:
    """Give a number that nobody else has shown or will show for a flow; a row compares it, so it need not grow."""
    return secrets.randbits(62)


class FencedClaim(Claim):
    """Store what a step made of its flow, in one statement at its end: its row was not touched before."""

    lease: Lease

    def __init__(self, lease: Lease) -> None:
        self.storage = get_storage("database")
        self.state = lease.state
        self.lease = lease

    def store(self, state: State, report: Report) -> Token:
        lease, stop, until = self.lease, "", None
        # A flow that was ended meanwhile still shows the fence of whoever ran it last.
        mine, runs = {"id": state.id, "fence": lease.run.fence}, ("status", RUNNING)
        columns = columns_of(lease.model, state, report)
        if state.run is not None and state.run.due is None:
            until = columns["due_at"] = _hardly_later(lease.until, columns["due_at"])
        happened = Happened(lease.model, state.id, state.workflow, state.revision, report)
        unheard = happened.unheard
        where = {**mine, "stop": ""}
        if not statements.update_where(lease.model, lease.using, where, columns, among=runs, beside=unheard):
            unheard = None
            rows = lease.model._base_manager.using(lease.using).filter(**mine, status__in=RUNNING)
            stop = rows.values_list("stop", flat=True).first() or ""
            # What has completed is kept, to be undone by whoever keeps it; killed before that, the sweeper ends it.
            due_at = None if state.ended else columns["due_at"] or time_of(lease.using)
            if not stop or not rows.update(**{**columns, "stop": stop, "due_at": due_at}):
                raise LeaseLost
        if unheard is None:
            happened.record()
        token = lease.token.at(state.revision)
        self.lease = replace(lease, state=state, token=token, stop=stop, until=until)
        return token

    def guarded(self) -> AbstractContextManager[None]:
        return transaction.atomic(using=self.lease.using)


def asked_of(lease: Lease) -> str:
    """Give what somebody has asked for meanwhile, as ``Lease.stop``."""
    rows = lease.model._base_manager.using(lease.using).filter(pk=lease.state.id, fence=lease.run.fence)
    return rows.values_list("stop", flat=True).first() or ""


def locked_state(lease: Lease) -> tuple[State, str]:
    """Lock the row, inside of a transaction, and read what it holds now; raises LeaseLost."""
    rows = lease.model._base_manager.using(lease.using).filter(pk=lease.state.id, fence=lease.run.fence)
    rows = rows.filter(status__in=RUNNING)
    found = rows.select_for_update().values_list("state", "answer", "stop").first()
    if found is None:
        raise LeaseLost
    state, answer, stop = found
    return open_state(lease.model, lease.state.id, bytes(state), bytes(answer)), stop


def store_locked(lease: Lease, state: State, report: Report, due_at: datetime | None = None) -> None:
    """Store what several change at the same time, under the lock of the row; the lease stays theirs together."""
    columns = columns_of(lease.model, state, report)
    mine = {name: value for name, value in columns.items() if name not in ("fence", "stop", "progress", "due_at")}
    waits = {"due_at": due_at} if due_at is not None else {}
    lease.model._base_manager.using(lease.using).filter(pk=state.id).update(**mine, **waits)
    record(lease.model, state.id, state.workflow, state.revision, report)


def take_over(model: type[AbstractFlow], pk: uuid.UUID | None = None) -> Lease | None:
    """Take the flow that has been due for longest, which nobody else looks at; ``None`` where there is none.

    With ``pk`` that one alone. A row that cannot be read is left alone for a while: its key may come back.
    """
    using = router.db_for_write(model)
    skips = connections[using].features.has_select_for_update_skip_locked
    while True:
        with round_transaction(using):
            due = model.objects.using(using).due(time_of(using)).order_by("due_at")
            due = due if pk is None else due.filter(pk=pk)
            row = due.select_for_update(skip_locked=skips).first()
            if row is None:
                return None
            try:
                state = open_state(model, row.pk, bytes(row.state), bytes(row.answer))
            except InvalidToken:
                logger.error("%s %s is due and cannot be read.", model._meta.label, row.pk)
                model._base_manager.using(using).filter(pk=row.pk).update(due_at=time_of(using) + UNFIT)
                continue
            return _taken(model, row, state)


def take(model: type[AbstractFlow], pk: uuid.UUID, fence: int) -> Lease | None:
    """Take a flow that waits under this fence; ``None`` where somebody else was first, or has ended it.

    Raises InvalidToken for a row that cannot be read.
    """
    using = router.db_for_write(model)
    with round_transaction(using):
        rows = model.objects.using(using).filter(pk=pk, fence=fence, status__in=RUNNING)
        row = rows.select_for_update().first()
        if row is None:
            return None
        return _taken(model, row, open_state(model, row.pk, bytes(row.state), bytes(row.answer)))


def put_off(lease: Lease, until: datetime) -> None:
    """Let a flow that was taken over, and not run, be taken over later: nobody lost it."""
    run = lease.state.run
    if run is None:
        return
    state = msgspec.structs.replace(lease.state, run=msgspec.structs.replace(run, lost=max(0, run.lost - 1)))
    rows = lease.model._base_manager.using(lease.using).filter(pk=state.id, fence=run.fence, status__in=RUNNING)
    rows.update(due_at=until, **seal_state(lease.model, state))


def _taken(model: type[AbstractFlow], row: AbstractFlow, state: State) -> Lease:
    """Store a new fence for a flow whose row is locked."""
    using = router.db_for_write(model)
    columns: dict[str, Any] = {"due_at": time_of(using) + conf.LEASE}
    if state.run is not None:
        lost = state.run.lost + (state.run.due is None)
        run = msgspec.structs.replace(state.run, fence=new_fence(), due=None, lost=lost, waits=False)
        state = msgspec.structs.replace(state, run=run)
        columns |= {"fence": run.fence, **seal_state(model, state)}
    model._base_manager.using(using).filter(pk=row.pk).update(**columns)
    return Lease(model=model, state=state, token=Token("database", "", state.revision), stop=row.stop)


def _hardly_later(until: datetime | None, renewed: datetime) -> datetime:
    """Give the end that a lease has already, where it would hardly be later.

    The column has an index: where it stays as it is, PostgreSQL need not write into each of the table's.
    """
    return until if until is not None and timedelta() <= renewed - until < conf.LEASE / KEPT else renewed
