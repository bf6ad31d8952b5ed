"""Give a file of a flow to whom it belongs."""

from __future__ import annotations

import uuid
from typing import Any

from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.workflow import Workflow
from wfapp.errors import InvalidToken
from wfapp.logs import for_one_flow
from wfapp.rounds.answer import Caller
from wfapp.rounds.answering import stage_for_staff
from wfapp.rounds.files import may_see
from wfapp.rounds.play import peeked
from wfapp.rounds.stage import Stage
from wfapp.storage.base import FlowMoved, FlowWatched
from wfapp.storage.tokens import STAFF, Token
from wfapp.uploads import StoredUpload

__all__ = ["download"]


@sensitive_variables()
@for_one_flow
def download(
    token: Token, upload: uuid.UUID, *, caller: Caller, workflow: type[Workflow[Any]] | None = None
) -> StoredUpload:
    """Find a file of an open flow; raises InvalidToken for every other one, as for a flow that is not the caller's."""
    stage = _stage(token, caller, workflow)
    found = None if stage.state.ended else stage.uploads.find(str(upload))
    if found is None or not may_see(stage, found):
        raise InvalidToken
    return found


def _stage(token: Token, caller: Caller, workflow: type[Workflow[Any]] | None) -> Stage:
    if token.storage == STAFF:
        return stage_for_staff(token, caller=caller, workflow=workflow)
    try:
        return peeked(token, caller, workflow)[0]
    except FlowMoved as moved:
        return _stage(moved.token, caller, workflow)
    except FlowWatched:
        # The flow went on elsewhere: whoever only watches learns how it ended, and nothing of what is in it.
        raise InvalidToken from None
