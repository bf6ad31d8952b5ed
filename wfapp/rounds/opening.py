"""Open a link: show where it leads and change nothing, then hand the flow over, once."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, cast

import msgspec
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken, LinkSpent
from wfapp.logs import for_one_flow
from wfapp.models import Link, LinkStatus
from wfapp.rounds.acted import CANCELLED
from wfapp.rounds.answer import Answer, Caller, Notice
from wfapp.rounds.holding import carried, spoilable
from wfapp.rounds.links import DEVICE, handles_behind, link_of, links_in
from wfapp.rounds.settle import settle, standing
from wfapp.rounds.stage import Stage, belongs_to, binding_of, browser_binding, is_live, refuse_unexposed
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Claim, get_storage
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.sealing import hash_handle
from wfapp.storage.tokens import Token
from wfapp.uploads import undone_on_error

__all__ = ["open_link", "show_link"]


@sensitive_variables()
@for_one_flow
def show_link(token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None) -> Answer:
    """Show where a link leads, and change nothing; raises LinkSpent, or InvalidToken for what is no link.

    Whoever opened it before gets the present page again.
    """
    row, cls = link_of(token, workflow)
    refuse_unexposed(cls, caller)
    try:
        state = _database().read(model_of(cls), row.flow)
    except InvalidToken:
        raise _over(row, cls) from None
    if row.status == LinkStatus.USED:
        return _opened_before(Stage(cls, state, caller), token)
    _refuse_spent(row, cls, state)
    sent = state.link
    return Answer(
        status="landing",
        workflow=cls,
        token=token.at(0),
        title=(sent.title if sent else "") or str(cls.title),
        next=state.next,
        notice=Notice(description=sent.description if sent else "", submit=sent.submit if sent else ""),
    )


@sensitive_variables()
@for_one_flow
def open_link(token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None) -> Answer:
    """Hand the flow to whoever opens its link, once, and go on with it; raises what ``show_link`` does, or Busy."""
    row, cls = link_of(token, workflow)
    refuse_unexposed(cls, caller)
    try:
        # What a step keeps of files while it goes on is undone with the round.
        with undone_on_error():
            return carried(partial(_opened, row, cls, token, caller), caller)
    except LinkSpent:
        raise
    except InvalidToken:
        raise _over(row, cls) from None


def _opened(row: Link, cls: type[Workflow[Any]], token: Token, caller: Caller) -> Answer:
    with spoilable(_database().claim_row(model_of(cls), row.flow)) as claim:
        # Locked first and compared second: what was read of the link before may be old.
        row = links_in(model_of(cls)).get(pk=row.pk)
        if row.status == LinkStatus.USED:
            return _opened_before(Stage(cls, claim.state, caller), token)
        _refuse_spent(row, cls, claim.state)
        links_in(model_of(cls)).filter(pk=row.pk).update(status=LinkStatus.USED)
        return _handed_over(claim, cls, token, caller)


def _handed_over(claim: Claim, cls: type[Workflow[Any]], token: Token, caller: Caller) -> Answer:
    began, state = time.perf_counter(), claim.state
    claim.hand_over(handles_behind(token)[0])
    stage = Stage(
        cls,
        msgspec.structs.replace(
            state,
            binding=_binding_of_opener(state, caller),
            watch_binding=state.binding,
            transport=caller.transport,
            by_link=True,
            # Another device is the same person's; a message went to somebody who need not be.
            others=len(state.history) if state.link is not None else state.others,
            drafts={} if state.link is not None else state.drafts,
            returns="" if state.link is not None else state.returns,
            link=None,
            last=None,
        ),
        caller,
    )
    result = stage.machine.go_on(state.position) if state.link is not None else None
    return settle(claim, stage, Verdict(result=result, opened=True), "", [], began)


def _binding_of_opener(state: State, caller: Caller) -> str:
    """Bind the flow to the browser that opened its link; where that is of the user who started it, to them."""
    user = caller.user
    same = user is not None and user.is_authenticated and str(user.pk) == state.created_by
    return binding_of(caller) if same else browser_binding(caller)


def _opened_before(stage: Stage, token: Token) -> Answer:
    """Answer whoever opened the link with the present page, by their browser; everybody else comes too late."""
    state, model = stage.state, model_of(stage.cls)
    if not state.binding or not belongs_to(state.binding, stage.caller) or not is_live(stage.cls, state):
        raise LinkSpent("used")
    hashes = {hash_handle(handle): handle for handle in handles_behind(token)}
    rows = model._base_manager.using(links_in(model).db).filter(pk=state.id, handle_hash__in=hashes)
    found = rows.values_list("handle_hash", flat=True).first()
    if found is None:
        raise LinkSpent("used")
    return standing(stage, Token(DatabaseStorage.name, hashes[found], state.revision))


def _refuse_spent(row: Link, cls: type[Workflow[Any]], state: State) -> None:
    if row.status == LinkStatus.REVOKED:
        raise LinkSpent("revoked")
    if state.ended:
        end = state.last.end if state.last is not None else None
        raise LinkSpent("cancelled" if end is not None and end.get("reason") == CANCELLED else "over")
    if row.expires_at <= timezone.now() or not is_live(cls, state):
        raise LinkSpent("expired")
    if links_in(model_of(cls)).newer_than(row).exists():
        raise LinkSpent("superseded")
    # A flow that went on without its link is not to be had by it.
    if (row.outlet == DEVICE) is (state.link is not None):
        raise LinkSpent("over")


def _over(row: Link, cls: type[Workflow[Any]]) -> InvalidToken:
    """Tell of a link whose flow says nothing any more: what the rows say is left."""
    if row.status == LinkStatus.USED:
        return LinkSpent("used")
    if row.status == LinkStatus.REVOKED:
        return LinkSpent("revoked")
    return LinkSpent("expired" if row.expires_at <= timezone.now() else "over")


def _database() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage("database"))
