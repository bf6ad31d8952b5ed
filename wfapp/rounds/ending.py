"""End a claimed flow for somebody outside of its steps: at once, or once the step that runs is over."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from django.utils.translation import gettext_lazy as _

from wfapp.declaration.outcomes import Abort
from wfapp.engine.acting import Goal
from wfapp.engine.state import Last, ended
from wfapp.rounds.acted import CANCELLED, EXPIRED, in_doubt, is_left, stranded, uncertain
from wfapp.rounds.settle import kept
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Claim, Note, Report
from wfapp.storage.database import answers_until
from wfapp.storage.tokens import Token

__all__ = ["end_claimed", "ending", "give_up"]

_ENDINGS: Final = {CANCELLED: _("This was cancelled."), EXPIRED: _("This took too long.")}
"""What a flow that was stopped says."""


def ending(status: str) -> Verdict:
    """Give the verdict that ends a flow with this status."""
    return Verdict(result=Abort(status, _ENDINGS.get(status, _ENDINGS[CANCELLED])), outside=True)


def give_up(claim: Claim, goal: Goal) -> None:
    """Close a flow that the code of today cannot go on with; where it has acted, people must look after that.

    What is to be undone stays, sealed, until a code comes that can.
    """
    state = claim.state
    acted = (*state.acted, *in_doubt(state, gone=is_left(state)))
    last = Last(digest="", end={"status": "aborted", "reason": goal})
    state = msgspec.structs.replace(state, last=last, acted=acted)
    if state.acted or state.stuck:
        notes = [Note("uncompensated", entry.position.step) for entry in reversed(state.acted)]
        claim.store(stranded(state, goal), Report(status="compensation_failed", notes=notes))
        return
    over = ended(state, answers_until(state))
    claim.store(over, Report(status=goal, notes=[Note(goal, state.position.step)]))


def end_claimed(
    claim: Claim, stage: Stage, token: Token, *, status: str, reason: str = "", digest: str = ""
) -> tuple[Stage, Token]:
    """End a flow, or have whoever runs a step of it do so; one that has ended already stays as it is.

    What somebody asked for before is how it ends. Give where it stands now, and the token of that; nothing is drawn.
    """
    state = stage.state
    status, reason = claim.asked if claim.stop else (status, reason)
    if state.over:
        return stage, token
    if state.run is not None and state.run.due is None and claim.running:
        claim.ask_to_stop(status, reason)
        return stage, token
    acted = (*state.acted, *uncertain(stage, gone=is_left(state)))
    stage.state = msgspec.structs.replace(state, acted=acted, reason=reason)
    return kept(claim, stage, ending(status), digest, [], time.perf_counter())
