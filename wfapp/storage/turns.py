"""Let only so many flows of a workflow go on at once, over all processes: each has a place, or waits for one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections, router
from django.utils import timezone

from wfapp.declaration.workflow import Workflow
from wfapp.models import Status, Turn
from wfapp.storage.clock import time_of
from wfapp.storage.database import model_of
from wfapp.storage.transaction import is_conflict, round_transaction

__all__ = ["Places", "call_up", "free_places", "has_to_wait", "line_up", "take_place"]


@dataclass(frozen=True, slots=True)
class Places:
    """Name the places of a workflow that nobody had when somebody looked; one that is taken since is taken."""

    using: str
    free: tuple[int, ...] = ()
    """Primary keys of turns."""

    over: tuple[uuid.UUID, ...] = ()
    """The flows that had them, which are over."""


def free_places(workflow: type[Workflow[Any]]) -> Places | None:
    """Look which places a flow that comes now may take: none while others wait; ``None`` where nothing limits them.

    Those who wait are called up before, so that nobody stands behind one who has left the line. Stands outside of the
    transaction that takes a place: places are made here where they are not there yet.
    """
    if workflow.max_concurrency is None:
        return None
    using = router.db_for_write(model_of(workflow))
    waiting = Turn.objects.using(using).of(workflow.name).waiting()
    if waiting.exists():
        call_up(workflow)
        if waiting.exists():
            return Places(using)
    return _free(workflow, using)


def has_to_wait(workflow: type[Workflow[Any]]) -> bool:
    """Tell whether a flow that comes now would have to wait; nobody is called up for that."""
    if workflow.max_concurrency is None or workflow.when_full != "wait":
        return False
    using = router.db_for_write(model_of(workflow))
    return Turn.objects.using(using).of(workflow.name).waiting().exists() or not _free(workflow, using).free


def _free(workflow: type[Workflow[Any]], using: str) -> Places:
    model, most = model_of(workflow), workflow.max_concurrency or 0
    turns = Turn.objects.using(using).of(workflow.name).places()
    known: list[Any] = list(turns.values_list("pk", "place", "flow"))
    if missing := set(range(most)) - {place for _pk, place, _flow in known}:
        made = [Turn(workflow=workflow.name, place=place) for place in sorted(missing)]
        Turn.objects.using(using).bulk_create(made, ignore_conflicts=True)
        known = list(turns.values_list("pk", "place", "flow"))
    held = [flow for _pk, _place, flow in known if flow is not None]
    going = set(model.objects.using(using).filter(pk__in=held).going(timezone.now()).values_list("pk", flat=True))
    if len(going) >= most:
        return Places(using)
    return Places(
        using,
        tuple(pk for pk, place, flow in known if place < most and flow not in going),
        tuple(flow for flow in held if flow not in going),
    )


def take_place(places: Places, flow: uuid.UUID) -> bool:
    """Take one of the places, inside of a transaction; False where others have.

    Until the transaction ends its lock keeps the others away; where it is rolled back, the place is free as before.
    """
    place = _locked(places)
    return place is not None and _give(places, place, flow)


def line_up(workflow: type[Workflow[Any]], flow: uuid.UUID) -> None:
    """Let a flow wait for a place."""
    Turn.objects.using(router.db_for_write(model_of(workflow))).create(workflow=workflow.name, flow=flow)


def call_up(workflow: type[Workflow[Any]]) -> list[uuid.UUID]:
    """Give free places to the flows that wait, in the order in which they came; each is due then, and told."""
    called: list[uuid.UUID] = []
    if workflow.max_concurrency is None:
        return called
    using = router.db_for_write(model_of(workflow))
    waiting = Turn.objects.using(using).of(workflow.name).waiting().values_list("pk", "flow")
    try:
        while waiting.exists() and (places := _free(workflow, using)).free:
            line: list[Any] = list(waiting[: len(places.free)])
            found = [flow for turn, flow in line if _called(workflow, places, turn, flow)]
            called += found
            if not found and list(waiting[: len(places.free)]) == line:
                break
    except DatabaseError as error:
        # Somebody else does the same at this moment.
        if not is_conflict(error):
            raise
    return called


def _called(workflow: type[Workflow[Any]], places: Places, turn: int, flow: uuid.UUID) -> bool:
    """Give one of the places to a flow that waits; False where others have taken them, or it, or where it has left."""
    model, using, now = model_of(workflow), places.using, timezone.now()
    with round_transaction(using):
        place = _locked(places)
        if place is None or not Turn.objects.using(using).filter(pk=turn).delete()[0]:
            return False
        rows = model.objects.using(using).filter(pk=flow, status=Status.PENDING, due_at=None, expires_at__gt=now)
        return bool(rows.update(due_at=time_of(using))) and _give(places, place, flow)


def _locked(places: Places) -> int | None:
    """Lock one of the places, unless others have taken or locked them all since somebody looked.

    One by one, by the primary key: a search by anything else would have MariaDB lock what is between, too.
    """
    skips = connections[places.using].features.has_select_for_update_skip_locked
    turns = Turn.objects.using(places.using).select_for_update(skip_locked=skips)
    for place in places.free:
        held = turns.filter(pk=place).values_list("flow", flat=True)[:1]
        if any(flow is None or flow in places.over for flow in held):
            return place
    return None


def _give(places: Places, place: int, flow: uuid.UUID) -> bool:
    return bool(Turn.objects.using(places.using).filter(pk=place).update(flow=flow))
