"""End a flow from outside: by staff, or by the sweeper when its time is over."""

from __future__ import annotations

import time
import uuid
from typing import Any, Literal, cast

from django.db import router
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.outcomes import Abort
from wfapp.declaration.workflow import Workflow
from wfapp.errors import Busy, InvalidToken
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow
from wfapp.rounds.answer import Answer, Caller
from wfapp.rounds.play import class_of, fitting, spoilable
from wfapp.rounds.settle import settle, standing
from wfapp.rounds.stage import admit
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import get_storage
from wfapp.storage.database import DatabaseStorage
from wfapp.storage.tokens import Token
from wfapp.uploads import release_flow

__all__ = ["cancel_token", "end_by_staff"]


def end_by_staff(
    model: type[AbstractFlow], pk: uuid.UUID, *, status: Literal["cancelled", "expired"], user: Any = None
) -> bool:
    """End an open flow and wipe its context; False where it has ended already or a round is on.

    Its tokens answer a cancelled flow as aborted with the reason ``cancelled``, an expired one as a token that is gone.
    """
    storage = cast(DatabaseStorage, get_storage("database"))
    try:
        over = storage.end(model, pk, status=status, user_id=getattr(user, "pk", None))
    except (Busy, InvalidToken):
        return False
    if over:
        release_flow(router.db_for_write(model), pk)
    return over


@sensitive_variables()
@for_one_flow
def cancel_token(token: Token, *, caller: Caller, workflow: type[Workflow[Any]]) -> Answer:
    """End a flow that lives in its token; raises a Fault, or FlowMoved where it has a row by now.

    Its mark in the cache is what keeps an older copy of the token from going on: best effort, as all of that storage.
    """
    with spoilable(get_storage(token.storage).claim(token)) as claim:
        cls = class_of(claim.state, workflow)
        admit(cls, claim.state, caller)
        stage = fitting(claim, cls, caller)
        if claim.state.ended:
            return standing(stage, claim.storage.current(token, cls, claim.state))
        return settle(claim, stage, Verdict(result=Abort("cancelled")), "", [], time.perf_counter())
