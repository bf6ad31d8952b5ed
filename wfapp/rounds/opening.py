"""Open a link: show where it leads and change nothing, then hand the flow over, once; and what is left to watch."""

from __future__ import annotations

import time
from typing import Any, cast

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken, LinkSpent, UnknownWorkflow
from wfapp.logs import for_one_flow
from wfapp.models import Link, LinkStatus
from wfapp.rounds.answer import Answer, Caller, End, Notice
from wfapp.rounds.links import handle_behind, link_of, links_in
from wfapp.rounds.settle import settle, standing
from wfapp.rounds.stage import Stage, belongs_to, browser_binding, is_live, refuse_unexposed
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Claim, get_storage
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.sealing import hash_handle
from wfapp.storage.tokens import Token

__all__ = ["open_link", "show_link", "watched"]


@sensitive_variables()
@for_one_flow
def show_link(token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None) -> Answer:
    """Show where a link leads, and change nothing; raises LinkSpent, or InvalidToken where the flow is over.

    Whoever opened it before gets the present page again.
    """
    row, cls = link_of(token, workflow)
    refuse_unexposed(cls, caller)
    state = _database().read(model_of(cls), row.flow)
    if row.status == LinkStatus.USED:
        return _opened_before(Stage(cls, state, caller), token)
    _refuse_spent(row, cls)
    _refuse_over(cls, state)
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
    with _database().claim_row(model_of(cls), row.flow) as claim:
        # Locked first and compared second: what was read of the link before may be old.
        row = links_in(model_of(cls)).get(pk=row.pk)
        if row.status == LinkStatus.USED:
            return _opened_before(Stage(cls, claim.state, caller), token)
        _refuse_spent(row, cls)
        _refuse_over(cls, claim.state)
        links_in(model_of(cls)).filter(pk=row.pk).update(status=LinkStatus.USED)
        return _handed_over(claim, cls, token, caller)


def _handed_over(claim: Claim, cls: type[Workflow[Any]], token: Token, caller: Caller) -> Answer:
    began, state = time.perf_counter(), claim.state
    claim.hand_over(handle_behind(token))
    stage = Stage(
        cls,
        msgspec.structs.replace(
            state,
            binding=browser_binding(caller),
            watch_binding=state.binding,
            transport=caller.transport,
            by_link=True,
            link=None,
            last=None,
        ),
        caller,
    )
    result = stage.machine.go_on(state.position) if state.link is not None else None
    return settle(claim, stage, Verdict(result=result, opened=True), "", [], began)


def _opened_before(stage: Stage, token: Token) -> Answer:
    """Answer whoever opened the link with the present page, by their browser; everybody else comes too late."""
    state = stage.state
    model, handle = model_of(stage.cls), handle_behind(token)
    rows = model._base_manager.using(links_in(model).db).filter(pk=state.id, handle_hash=hash_handle(handle))
    if not state.binding or not belongs_to(state.binding, stage.caller) or not is_live(stage.cls, state):
        raise LinkSpent("used")
    if not rows.exists():
        raise LinkSpent("used")
    return standing(stage, Token("database", handle, state.revision))


def _refuse_spent(row: Link, cls: type[Workflow[Any]]) -> None:
    if row.status == LinkStatus.REVOKED:
        raise LinkSpent("revoked")
    if row.expires_at <= timezone.now():
        raise LinkSpent("expired")
    if links_in(model_of(cls)).newer_than(row).exists():
        raise LinkSpent("superseded")


def _refuse_over(cls: type[Workflow[Any]], state: State) -> None:
    if state.ended or not is_live(cls, state):
        raise InvalidToken


def _database() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage("database"))


def watched(state: State, token: Token, caller: Caller, workflow: type[Workflow[Any]] | None) -> Answer:
    """Tell whoever started a flow that it went on elsewhere, and how it ended; nothing of what came of it."""
    try:
        cls = registry.get(state.workflow)
    except UnknownWorkflow:
        raise InvalidToken from None
    refuse_unexposed(cls, caller)
    if (workflow is not None and workflow is not cls) or not belongs_to(state.watch_binding, caller):
        raise InvalidToken
    if not is_live(cls, state):
        raise InvalidToken
    shared: dict[str, Any] = {"workflow": cls, "flow_id": state.id, "token": token, "title": str(cls.title)}
    last = state.last.end if state.last is not None else None
    if state.ended and last is not None:
        return Answer(status=last["status"], end=End(status=last["status"], reason=last.get("reason", "")), **shared)
    return Answer(status="waiting", notice=Notice(description=_("This goes on elsewhere."), elsewhere=True), **shared)
