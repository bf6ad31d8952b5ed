"""End a flow from outside: by staff, or by the sweeper when its time is over."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any, Literal, cast

from django.db import router
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.outcomes import Abort
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import Busy, DeclarationError, InvalidToken
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow
from wfapp.rounds.answer import Answer, Caller
from wfapp.rounds.holding import spoilable
from wfapp.rounds.play import class_of, fitting
from wfapp.rounds.running import end_from_outside
from wfapp.rounds.settle import settle, standing
from wfapp.rounds.stage import admit
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import FlowActs, get_storage
from wfapp.storage.database import DatabaseStorage
from wfapp.storage.tokens import Token
from wfapp.uploads import release_flow

__all__ = ["cancel_token", "end_by_staff", "expire"]

logger = logging.getLogger("wfapp.rounds")

_REASON = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


def end_by_staff(
    model: type[AbstractFlow],
    pk: uuid.UUID,
    *,
    status: Literal["cancelled", "expired"],
    user: Any = None,
    reason: str = "",
) -> bool:
    """End an open flow and wipe its context; False where it has ended already or a round is on.

    Its tokens answer a cancelled flow as aborted with the reason ``cancelled``, an expired one as a token that is gone.
    ``reason`` is for the timeline; raises DeclarationError for one that could hold a value.
    """
    _check_reason(reason)
    storage = cast(DatabaseStorage, get_storage("database"))
    try:
        state = _readable(storage, model, pk)
        if state is not None and (state.run is not None or state.acted):
            return end_from_outside(model, state, status, user, reason)
        try:
            over = storage.end(model, pk, status=status, user_id=getattr(user, "pk", None), reason=reason)
        except FlowActs:
            return end_from_outside(model, storage.read(model, pk), status, user, reason)
    except (Busy, InvalidToken):
        return False
    if over:
        release_flow(router.db_for_write(model), pk)
    return over


def expire(model: type[AbstractFlow], pk: uuid.UUID) -> bool:
    """Expire a flow that acts; False where it has ended, or a round is on, or its row cannot be read.

    That one keeps what its undo needs until its key has come back, or staff end it.
    """
    if _readable(cast(DatabaseStorage, get_storage("database")), model, pk) is None:
        logger.error("%s %s has acted, its time is over, and it cannot be read.", model._meta.label, pk)
        return False
    return end_by_staff(model, pk, status="expired")


def _check_reason(reason: str) -> None:
    if reason and not _REASON.fullmatch(reason):
        raise DeclarationError(
            f"cancel: reason is {reason!r}; legal is a word for the timeline, such as 'out-of-stock', of 64 small "
            f"letters, digits, '-', '_' and '.' at most."
        )


def _readable(storage: DatabaseStorage, model: type[AbstractFlow], pk: uuid.UUID) -> State | None:
    try:
        return storage.read(model, pk)
    except InvalidToken:
        return None


@sensitive_variables()
@for_one_flow
def cancel_token(token: Token, *, caller: Caller, workflow: type[Workflow[Any]], reason: str = "") -> Answer:
    """End a flow that lives in its token; raises a Fault, or FlowMoved where it has a row by now.

    It has no timeline, so that its ``reason`` is checked and no more. Its mark in the cache is what keeps an older copy
    of the token from going on: best effort, as all of that storage.
    """
    _check_reason(reason)
    with spoilable(get_storage(token.storage).claim(token)) as claim:
        cls = class_of(claim.state, workflow)
        admit(cls, claim.state, caller)
        stage = fitting(claim, cls, caller)
        if claim.state.ended:
            return standing(stage, claim.storage.current(token, cls, claim.state))
        return settle(claim, stage, Verdict(result=Abort("cancelled"), outside=True), "", [], time.perf_counter())
