"""Close a flow that could not be undone, and of which people have seen to the rest: its undo runs no more."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db import router

from wfapp.engine.state import ended
from wfapp.errors import Busy, InvalidToken
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow, Status
from wfapp.rounds.acted import FAILED
from wfapp.storage.base import Note, Report, get_storage
from wfapp.storage.database import DatabaseStorage, answers_until
from wfapp.uploads import release_flow

__all__ = ["close_without_undo"]


@for_one_flow
def close_without_undo(model: type[AbstractFlow], pk: uuid.UUID, *, user: Any = None) -> bool:
    """End a flow as it was to end, and wipe it, whatever of it could not be undone.

    False where nothing waits to be undone by people, or a round is on. One that nobody can read any more has failed.
    """
    user_id = getattr(user, "pk", None)
    try:
        closed = _closed(model, pk, user_id)
    except (Busy, InvalidToken):
        return False
    if closed:
        release_flow(router.db_for_write(model), pk)
    return closed


def _closed(model: type[AbstractFlow], pk: uuid.UUID, user_id: Any) -> bool:
    storage = cast(DatabaseStorage, get_storage(DatabaseStorage.name))
    try:
        with storage.claim_row(model, pk, durable=False) as claim:
            state = claim.state
            if not state.stuck or state.run is not None:
                return False
            notes = [Note("closed"), Note(state.undoing, error=state.reason)]
            claim.store(ended(state, answers_until(state)), Report(status=state.undoing, user_id=user_id, notes=notes))
    except InvalidToken:
        among = (Status.COMPENSATION_FAILED,)
        return storage.end(model, pk, status=FAILED, user_id=user_id, reason="closed", among=among)
    return True
