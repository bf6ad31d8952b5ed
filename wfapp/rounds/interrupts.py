"""What a post does to a flow whose step runs, or should have: it ends the flow, or takes the step over."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from wfapp.engine.acting import Run
from wfapp.errors import Busy
from wfapp.rounds.acted import CANCELLED
from wfapp.rounds.answer import Answer
from wfapp.rounds.ending import end_claimed
from wfapp.rounds.moves import may_cancel
from wfapp.rounds.queueing import is_background
from wfapp.rounds.settle import answer_of
from wfapp.rounds.stage import Stage
from wfapp.storage.base import Claim, Report
from wfapp.storage.database import model_of
from wfapp.storage.lease import Lease, new_fence
from wfapp.storage.tokens import Token

if TYPE_CHECKING:
    from wfapp.rounds.play import Entry

__all__ = ["interrupted"]


def interrupted(claim: Claim, stage: Stage, entry: Entry, token: Token) -> Answer:
    """Answer a post to a flow that waits for no input; raises Busy.

    A claim has waited for a step that runs, so that whoever ran this one is gone, or its next attempt is due; one that
    is there to end the flow has not. Where somebody had asked for its end, that is done first.
    """
    state = stage.state
    run = cast(Run, state.run)
    if may_cancel(stage, entry.input.action) or (claim.stop and not claim.running):
        digest = state.last.digest if state.last is not None else ""
        return answer_of(*end_claimed(claim, stage, token, status=CANCELLED, digest=digest))
    if claim.running:
        # Whoever asks for an end that this flow does not have gets no step from its owner.
        raise Busy
    if run.waits or (not state.undoing and is_background(stage, state.position)):
        # No request runs it before its turn, or at all: the sweeper does what its worker did not.
        return answer_of(stage, token)
    run = msgspec.structs.replace(run, fence=new_fence(), due=None, lost=run.lost + (run.due is None))
    state = msgspec.structs.replace(state, run=run)
    token = claim.store(state, Report(status="pending"))
    claim.lease, claim.caller = Lease(model=model_of(stage.cls), state=state, token=token), stage.caller
    return answer_of(stage, token)
