"""Let a member of staff answer one step of somebody else's flow, by a token of their own."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import Fault, InvalidToken, NotAllowed, Stale, WrongStep
from wfapp.links.routes import page_path
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow, model_by_tag, table_tag
from wfapp.rounds.answer import REFRESH, Answer, Caller, Input, Notice
from wfapp.rounds.play import class_of
from wfapp.rounds.rows import play_row
from wfapp.rounds.settle import standing
from wfapp.rounds.stage import Stage, admit
from wfapp.storage.base import get_storage
from wfapp.storage.database import DatabaseStorage
from wfapp.storage.encoding import b64decode, b64encode
from wfapp.storage.sealing import seal, unseal
from wfapp.storage.tokens import STAFF, Token

__all__ = ["play_for_staff", "show_to_staff", "staff_page", "staff_token", "stage_for_staff", "waits_for"]

LIFETIME = timedelta(hours=8)
"""How long a member of staff may take to answer."""

_PURPOSE = "staff-token"
_TAG = 4


class _Grant(msgspec.Struct, frozen=True, array_like=True):
    """Say who may answer which step of which flow, and until when (seconds since 1970)."""

    flow: uuid.UUID
    step: str
    user: str
    until: float


@sensitive_variables()
@for_one_flow
def staff_token(model: type[AbstractFlow], pk: uuid.UUID, *, caller: Caller) -> Token:
    """Give the token for the step that a flow waits at; raises NotAllowed without its permission, or InvalidToken."""
    return _granted(model, _answerable(_rows().read(model, pk), caller))


@sensitive_variables()
@for_one_flow
def staff_page(model: type[AbstractFlow], pk: uuid.UUID, *, caller: Caller) -> tuple[Token, str]:
    """Give that token, and the path of the page that it is answered on; raises NoRoute where there is none, too."""
    stage = _answerable(_rows().read(model, pk), caller)
    path = page_path(stage.cls, stage.workflow.params, url_name=stage.step().url_name)
    return _granted(model, stage), path


def waits_for(state: State, caller: Caller) -> bool:
    """Tell whether a flow waits at a step that a member of staff may answer."""
    try:
        _answerable(state, caller)
    except Fault:
        return False
    return True


def _answerable(state: State, caller: Caller) -> Stage:
    stage = _stage(state, caller)
    if state.ended or state.link is not None or stage.step().form is None:
        raise InvalidToken
    _refuse_lost_right(stage)
    return stage


def _granted(model: type[AbstractFlow], stage: Stage) -> Token:
    state, user = stage.state, stage.caller.user
    until = (timezone.now() + LIFETIME).timestamp()
    grant = _Grant(state.id, state.position.step, str(user.pk) if user else "", until)
    sealed = b64encode(seal(_PURPOSE, msgspec.json.encode(grant), model._meta.label_lower))
    return Token(STAFF, table_tag(model) + sealed, state.revision)


def _stage(state: State, caller: Caller) -> Stage:
    cls = class_of(state, None)
    deputy = replace(caller, trusted=True, deputy=True)
    admit(cls, state, deputy)
    return Stage(cls, state, deputy)


def _opened(token: Token, caller: Caller) -> tuple[type[AbstractFlow], _Grant]:
    """Open a token of staff; raises InvalidToken where it is another one's, or its time is over."""
    model = model_by_tag(token.secret[:_TAG])
    data = unseal(_PURPOSE, b64decode(token.secret[_TAG:]), model._meta.label_lower)
    grant = msgspec.json.decode(data, type=_Grant)
    user = caller.user
    mine = user is not None and user.is_authenticated and str(user.pk) == grant.user
    if not mine or grant.until < timezone.now().timestamp():
        raise InvalidToken
    return model, grant


@sensitive_variables()
@for_one_flow
def show_to_staff(
    token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None, typed: Input | None = None
) -> Answer:
    """Show the step to be answered, or that it was answered; raises InvalidToken or NotAllowed."""
    model, grant = _opened(token, caller)
    state = _rows().read(model, grant.flow)
    cls = class_of(state, workflow)
    if _went_on(state, grant):
        return _thanks(cls, state, token)
    stage = _stage(state, caller)
    _refuse_lost_right(stage)
    # Of this very state: what a second look found could be the next page already, which is the person's.
    if typed is not None and typed.values is not None:
        stage.state = msgspec.structs.replace(state, last=None)
    return _own(standing(stage, token, typed), token, looked=True)


@sensitive_variables()
@for_one_flow
def play_for_staff(
    token: Token, *, caller: Caller, input: Input, workflow: type[Workflow[Any]] | None = None
) -> Answer:
    """Answer the step of a token, once; what comes of it belongs to the person whose flow it is."""
    if input.action == REFRESH:
        return show_to_staff(token, caller=caller, workflow=workflow, typed=input)
    model, grant = _opened(token, caller)
    state = _rows().read(model, grant.flow)
    cls = class_of(state, workflow)
    if _went_on(state, grant):
        return _thanks(cls, state, token)
    _refuse_lost_right(_stage(state, caller))
    deputy = replace(caller, deputy=True)
    try:
        answer = play_row(model, grant.flow, caller=deputy, input=input, step=grant.step, revision=token.revision)
    except (Stale, InvalidToken, WrongStep) as elsewhere:
        return _late(elsewhere, token, caller, workflow)
    if answer.rejected or answer.stayed:
        return _own(answer, token)
    return _thanks(cls, _rows().read(model, grant.flow), token)


def _late(
    fault: Stale | InvalidToken | WrongStep, token: Token, caller: Caller, workflow: type[Workflow[Any]] | None
) -> Answer:
    """Answer whoever came too late: with that, or where the step is still to be answered, with what it shows now.

    What the fault carries is the page that the flow stands at, and that may be the person's.
    """
    shown = show_to_staff(token, caller=caller, workflow=workflow)
    if isinstance(fault, Stale) and shown.status != "waiting":
        raise Stale(shown) from None
    return shown


def stage_for_staff(token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None) -> Stage:
    """Look at a flow as long as the step of a token is to be answered; raises InvalidToken or NotAllowed."""
    model, grant = _opened(token, caller)
    state = _rows().read(model, grant.flow)
    class_of(state, workflow)
    if _went_on(state, grant):
        raise InvalidToken
    stage = _stage(state, caller)
    _refuse_lost_right(stage)
    return stage


def _went_on(state: State, grant: _Grant) -> bool:
    return state.ended or state.link is not None or state.position.step != grant.step


def _refuse_lost_right(stage: Stage) -> None:
    if not stage.may_answer_for_others():
        raise NotAllowed(code="permission")


def _own(answer: Answer, token: Token, *, looked: bool = False) -> Answer:
    """Hand out the token of staff and no other; what else there is belongs to the person whose flow it is.

    That is what the answer does to a browser, where it leads, a link to another device, and, where staff only
    ``looked``, what the person was told last.
    """
    answer = replace(answer, token=token.at(answer.revision), effects=None, device=None, next="")
    return replace(answer, messages=()) if looked else answer


def _rows() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage("database"))


def _thanks(cls: type[Workflow[Any]], state: State, token: Token) -> Answer:
    return Answer(
        status="waiting",
        workflow=cls,
        flow_id=state.id,
        token=token.at(state.revision),
        title=str(cls.title),
        notice=Notice(
            description=_("Thank you: this step is done. There is nothing left to do here."), elsewhere=True, over=True
        ),
    )
