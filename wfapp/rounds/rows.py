"""Play a flow by its row: code of this site holds no token, and takes none away from the person who does."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import Any, cast

import msgspec
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken, Stale
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow
from wfapp.rounds.answer import REFRESH, Answer, Caller, Input
from wfapp.rounds.files import refuse_large
from wfapp.rounds.holding import spoilable
from wfapp.rounds.moves import CANCEL
from wfapp.rounds.play import Entry, charged, class_of, fitting, played, refuse_other_step
from wfapp.rounds.settle import answer_of, standing
from wfapp.rounds.stage import Stage, admit
from wfapp.storage.base import get_storage
from wfapp.storage.database import DatabaseStorage
from wfapp.storage.tokens import Token

__all__ = ["play_row", "show_row"]


@sensitive_variables()
@for_one_flow
def play_row(
    model: type[AbstractFlow],
    pk: uuid.UUID,
    *,
    caller: Caller,
    input: Input,
    step: str = "",
    revision: int | None = None,
) -> Answer:
    """Play one round of the flow in a row, as ``rounds.play`` does for a token.

    It is a new round of the flow as it stands, unless ``revision`` says which page is answered: then the same again
    gets the same answer. The answer has no token; the one that is out stays as it is, and so does the binding.
    Raises WrongStep where the flow does not stand at ``step``, and InvalidToken where it has ended.
    """
    if input.action == REFRESH:
        return show_row(model, pk, caller=caller, typed=input)
    entry = Entry(caller=_trusted(caller), input=input, revision=revision, step=step)
    try:
        return _by_row(charged(entry, partial(_claimed, model, pk, entry, revision)))
    except Stale as stale:
        raise Stale(_by_row(stale.answer)) from None


def _claimed(model: type[AbstractFlow], pk: uuid.UUID, entry: Entry, revision: int | None) -> Answer:
    # A flow whose step runs is claimed only to end it.
    with spoilable(_rows().claim_row(model, pk, running=entry.input.action == CANCEL)) as claim:
        state = claim.state
        cls = class_of(state, None)
        admit(cls, state, entry.caller)
        refuse_large(cls, entry.input)
        if revision is None:
            entry.revision = state.revision
            if state.ended:
                refuse_other_step(state, entry.step)
                raise InvalidToken
        return played(claim, fitting(claim, cls, entry.caller), entry, _nameless(state))


@sensitive_variables()
@for_one_flow
def show_row(model: type[AbstractFlow], pk: uuid.UUID, *, caller: Caller, typed: Input | None = None) -> Answer:
    """Show where the flow in a row stands, with what was typed, and change nothing; raises InvalidToken."""
    state = _rows().read(model, pk)
    cls: type[Workflow[Any]] = class_of(state, None)
    admit(cls, state, _trusted(caller))
    stage = Stage(cls, state, caller)
    if typed is None or typed.values is None:
        return _by_row(standing(stage, _nameless(state)))
    if state.ended:
        raise InvalidToken
    stage.state = msgspec.structs.replace(state, last=None)
    return _by_row(answer_of(stage, _nameless(state), typed=typed))


def _trusted(caller: Caller) -> Caller:
    return replace(caller, trusted=True)


def _nameless(state: State) -> Token:
    return Token(DatabaseStorage.name, "", state.revision)


def _by_row(answer: Answer) -> Answer:
    return replace(answer, token=None)


def _rows() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage(DatabaseStorage.name))
