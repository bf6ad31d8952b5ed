"""The start of a flow that finds no place: it waits for its turn, or is refused."""

from __future__ import annotations

import time

from wfapp.engine.machine import Due, Paused
from wfapp.errors import NotAllowed, TooManyFlows
from wfapp.rounds.answer import Answer, Input
from wfapp.rounds.keys import input_digest
from wfapp.rounds.settle import settle
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import Claim, Note
from wfapp.storage.turns import line_up

__all__ = ["wait_for_turn"]


def wait_for_turn(claim: Claim, stage: Stage, input: Input) -> Answer:
    """Store a flow that begins when it is called up; raises TooManyFlows where it may not wait.

    Nor may what was typed: nobody would see it for as long as that takes, so that whoever sent it keeps it.
    """
    if stage.cls.when_full == "refuse" or input.values is not None or input.action:
        raise TooManyFlows
    began, result = time.perf_counter(), stage.machine.begin()
    if isinstance(result, Paused) and not stage.may_run_at(result.position.step):
        raise NotAllowed(code="permission")
    if isinstance(result, Paused | Due):
        result = Due(result.position, waits=True)
        line_up(stage.cls, stage.state.id)
    digest = input_digest(stage.state.id, 0, input)
    return settle(claim, stage, Verdict(result=result), digest, [Note("started")], began)
