"""What staff may do about a flow: answer its step, send its link again, to the same address alone, or revoke it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.errors import Busy, Fault, InvalidToken
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow, LinkStatus
from wfapp.rounds.answer import Caller
from wfapp.rounds.answering import waits_for
from wfapp.rounds.links import compose_link, links_in
from wfapp.rounds.moves import RESEND
from wfapp.rounds.play import class_of
from wfapp.rounds.settle import enqueue
from wfapp.rounds.stage import Stage, admit
from wfapp.storage.base import Claim, Note, Report, get_storage
from wfapp.storage.database import DatabaseStorage
from wfapp.storage.events import record

__all__ = ["Care", "care_of", "resend_by_staff", "revoke_by_staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """Say what somebody may do about a flow that would do something; the rights of the admin are not asked here."""

    answers: bool = False
    """Whether they hold the permission of the step that it waits at."""

    resends: bool = False
    revokes: bool = False


@sensitive_variables()
@for_one_flow
def care_of(model: type[AbstractFlow], pk: uuid.UUID, *, caller: Caller) -> Care:
    """Tell what may be done about a flow now; nothing about one that cannot be read."""
    try:
        state = _rows().read(model, pk)
        admit(class_of(state, None), state, replace(caller, trusted=True))
    except Fault:
        return Care()
    newest = links_in(model).could_open(timezone.now()).filter(flow=pk).order_by("-pk").first()
    return Care(
        answers=waits_for(state, caller),
        resends=state.link is not None,
        revokes=newest is not None and not links_in(model).newer_than(newest).exists(),
    )


@sensitive_variables()
@for_one_flow
def resend_by_staff(model: type[AbstractFlow], pk: uuid.UUID, *, user: Any = None) -> bool:
    """Send the link that a flow waits for once more, to the address that it was sent to.

    What was sent before opens nothing any more; the page of whoever waits stays as it is. False where the flow waits
    for no link, or a round is on. Raises NotSendable or NoRoute, where the site has changed since.
    """
    try:
        with _rows().claim_row(model, pk, durable=False) as claim:
            return _sent_again(claim, _trusted(user))
    except (Busy, InvalidToken):
        return False


@sensitive_variables()
@for_one_flow
def revoke_by_staff(model: type[AbstractFlow], pk: uuid.UUID, *, user: Any = None) -> bool:
    """Let the links of a flow open nothing any more; False where none would have, or a round is on.

    The flow waits on: whoever waits may have a link sent again, and staff may cancel it.
    """
    try:
        with _rows().claim_row(model, pk, durable=False) as claim:
            state = claim.state
            links = links_in(model).could_open(timezone.now()).filter(flow=pk)
            if state.ended or not links.update(status=LinkStatus.REVOKED):
                return False
            notes = [Note("revoked", state.position.step)]
            report = Report(status="", user_id=getattr(user, "pk", None), notes=notes)
            record(model, pk, state.workflow, state.revision, report)
            return True
    except (Busy, InvalidToken):
        return False


def _sent_again(claim: Claim, caller: Caller) -> bool:
    state = claim.state
    if state.link is None:
        return False
    cls = class_of(state, None)
    admit(cls, state, caller)
    stage = Stage(cls, state, caller)
    message = compose_link(stage, state.link)
    # The revision stays: whoever waits has their page. So does the count: it is theirs.
    link = msgspec.structs.replace(state.link, last=timezone.now())
    notes = [Note("action", RESEND)]
    report = Report(status="waiting", user_id=getattr(caller.user, "pk", None), notes=notes)
    claim.store(msgspec.structs.replace(state, link=link), report)
    enqueue(stage, [message])
    return True


def _trusted(user: Any) -> Caller:
    return Caller(door="python", user=user, trusted=True)


def _rows() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage(DatabaseStorage.name))
