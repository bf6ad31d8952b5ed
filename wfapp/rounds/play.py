"""Play one round of a flow that exists: a submission, an action, a refresh, or a look at where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.outcomes import Abort, Ask, Finish
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Step
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import Busy, Fault, InvalidToken, MalformedRequest, Stale, UnknownWorkflow, WrongOutcome, WrongStep
from wfapp.logs import for_one_flow
from wfapp.rounds.acted import FAILED, waits_for_turn
from wfapp.rounds.answer import REFRESH, Answer, Caller, Input
from wfapp.rounds.draw import build_form, offered
from wfapp.rounds.ending import give_up
from wfapp.rounds.files import refuse_large
from wfapp.rounds.holding import ChargeFirst, Spoiled, carried, spoilable
from wfapp.rounds.interrupts import interrupted
from wfapp.rounds.keys import input_digest, is_same_input
from wfapp.rounds.limits import Charges, charges_of
from wfapp.rounds.moves import CANCEL, may_cancel
from wfapp.rounds.recovery import run_in_turn
from wfapp.rounds.settle import answer_of, settle, standing
from wfapp.rounds.stage import Stage, admit
from wfapp.rounds.verdict import Verdict, act, refusal, submit
from wfapp.rounds.watching import watched
from wfapp.storage.base import Claim, FlowExists, FlowMoved, FlowWatched, Note, Report, get_storage
from wfapp.storage.tokens import Token
from wfapp.uploads import undone_on_error

__all__ = [
    "Entry",
    "charge",
    "charged",
    "class_of",
    "fitting",
    "peeked",
    "play",
    "played",
    "refuse_other_step",
    "run",
    "show",
]

TOO_MANY = _("Too many attempts. Please start again.")


@dataclass(slots=True, kw_only=True)
class Entry:
    """Hold what came into a round, and what it counted before it was let in."""

    caller: Caller
    input: Input
    revision: int | None
    step: str = ""
    """The step that is meant to be answered, where the caller says so."""
    charges: Charges | None = None
    harmless: bool = False
    """Whether all counts are given back: a press that was refused, or an answer that is given again."""
    accepted: bool = False
    """Whether the submission was accepted: then most counts are given back."""


@sensitive_variables()
@for_one_flow
def play(
    token: Token, *, caller: Caller, input: Input, workflow: type[Workflow[Any]] | None = None, step: str = ""
) -> Answer:
    """Play one round; raises a Fault that consumed nothing, or what a step raised, after everything was put back.

    ``step`` names the step that is meant; raises WrongStep where the flow stands elsewhere.
    """
    if input.action == REFRESH:
        return _refresh(token, caller, input, workflow)
    entry = Entry(caller=caller, input=input, revision=token.revision, step=step)
    while True:
        try:
            return charged(entry, partial(_claimed, token, entry, workflow))
        except (FlowMoved, FlowExists) as elsewhere:
            token = elsewhere.token
        except FlowWatched as watch:
            return watched(watch.state, token, caller, workflow)


def charged(entry: Entry, play_once: Callable[[], Answer]) -> Answer:
    """Run a round; where it asks for its limits to be counted first, count and run it again.

    An accepted submission gives its counts back, and so does whatever ran nothing: a fault, or an answer given again.
    """
    while True:
        try:
            with undone_on_error():
                answer = carried(play_once, entry.caller)
        except ChargeFirst as first:
            entry.charges = Charges(first.charges)
            continue
        except (Fault, FlowMoved, FlowExists, WrongStep):
            if entry.charges is not None:
                entry.charges.give_back()
                entry.charges = None
            raise
        if entry.charges is not None and (entry.harmless or entry.accepted):
            entry.charges.give_back(accepted=entry.accepted)
        return answer


def _claimed(token: Token, entry: Entry, workflow: type[Workflow[Any]] | None) -> Answer:
    with spoilable(_claim(token, entry)) as claim:
        cls = class_of(claim.state, workflow)
        admit(cls, claim.state, entry.caller)
        refuse_large(cls, entry.input)
        current = claim.storage.current(token, cls, claim.state)
        return played(claim, fitting(claim, cls, entry.caller), entry, current)


def _claim(token: Token, entry: Entry) -> AbstractContextManager[Claim]:
    """Claim a flow; one whose step runs only to end it."""
    storage = get_storage(token.storage)
    return storage.claim(token, running=True) if storage.acts and entry.input.action == CANCEL else storage.claim(token)


def fitting(claim: Claim, cls: type[Workflow[Any]], caller: Caller) -> Stage:
    """Set the round up; a flow that the code of today cannot go on with fails for good, and its token is invalid."""
    state = claim.state
    try:
        stage = Stage(cls, state, caller)
        if not state.ended:
            stage.step()
    except InvalidToken as unfit:
        if state.over:
            raise
        give_up(claim, FAILED)
        raise Spoiled from unfit
    return stage


def played(claim: Claim, stage: Stage, entry: Entry, token: Token) -> Answer:
    """Play a claimed flow: give the last answer again, refuse a stale page, or run."""
    state = claim.state
    if entry.revision is None:
        raise MalformedRequest
    if (state.run is not None or claim.stop) and not state.over:
        entry.harmless = True
        return interrupted(claim, stage, entry, token)
    if state.over or entry.revision != state.revision:
        entry.harmless = True
        return _again(stage, entry, token)
    refuse_other_step(state, entry.step)
    waits = state.link is not None and not entry.input.action
    if not may_cancel(stage, entry.input.action) and (waits or not stage.may_run(stage.step())):
        return standing(stage, token)
    return run(claim, stage, entry, input_digest(state.id, entry.revision, entry.input), [])


def refuse_other_step(state: State, meant: str) -> None:
    """Raise WrongStep where a step is meant and the flow does not stand there."""
    if meant and meant != state.position.step:
        where = f"stands at {state.position.step!r}" if not state.ended else "has ended"
        raise WrongStep(f"Step {meant!r} was to be answered, and the flow {state.id} {where}.")


def run(claim: Claim, stage: Stage, entry: Entry, digest: str, notes: list[Note]) -> Answer:
    """Give the paused page its input, count it, and settle what came of it."""
    step, input, state = stage.step(), entry.input, stage.state
    began = time.perf_counter()
    charge(stage, step, entry)
    if input.action:
        action = offered(stage, step).get(input.action)
        with _counted(claim, stage) if action is not None and action.per_flow is not None else nullcontext():
            verdict = act(stage, input)
            # A press that was refused ran nothing, and counts nowhere.
            entry.harmless = stage.state is state
            return settle(claim, stage, verdict, digest, notes, began)
    if step.attempts is None:
        verdict = submit(stage, input)
        entry.accepted = not verdict.rejected
        return settle(claim, stage, verdict, digest, notes, began)
    used = state.attempts.get(stage.name, 0)
    if used >= step.attempts:
        return settle(claim, stage, _exhausted(stage, step), digest, notes, began)
    stage.state = msgspec.structs.replace(state, attempts={**state.attempts, stage.name: used + 1})
    with _counted(claim, stage):
        verdict = submit(stage, input)
        entry.accepted = not verdict.rejected
        if verdict.rejected and used + 1 >= step.attempts:
            verdict = _exhausted(stage, step)
        return settle(claim, stage, verdict, digest, notes, began)


@contextmanager
def _counted(claim: Claim, stage: Stage) -> Iterator[None]:
    """Store what the round has counted, and that alone, where the rest of it raises.

    The page stays, its token works, and the exception goes on its way.
    """
    try:
        with claim.guarded():
            yield
    except Fault:
        raise
    except Exception as exception:
        status = "paused" if stage.state.link is None else "waiting"
        claim.store(stage.state, Report(status=status, user_id=getattr(stage.caller.user, "pk", None)))
        raise Spoiled from exception


def _exhausted(stage: Stage, step: Step[Any, Any]) -> Verdict:
    hook = stage.here.structure.exhausted.get(step.name)
    said = stage.call(getattr(stage.here, hook)) if hook else None
    if said is None:
        return Verdict(result=Abort("too-many-attempts", TOO_MANY))
    if isinstance(said, Abort | Finish | Ask):
        return Verdict(result=stage.machine.go_on(stage.state.position, said))
    raise WrongOutcome(f"{hook} returned {type(said).__name__}; it may return nothing, Ask, Finish or Abort.")


def charge(stage: Stage, step: Step[Any, Any], entry: Entry) -> None:
    """Ask for the limits to be counted where that has not happened yet; not for a press that is refused anyway."""
    name = entry.input.action
    action = offered(stage, step).get(name) if name else None
    limits = step.limit if not name else action.limits if action and not refusal(stage, name, action) else ()
    if not limits or entry.charges is not None:
        return
    values = entry.input.values if entry.input.values is not None else {}
    form = build_form(stage, step, replace(entry.input, values=values)) if step.form is not None else None
    raise ChargeFirst(charges_of(stage, limits, form))


def _again(stage: Stage, entry: Entry, token: Token) -> Answer:
    """Answer a post to a page that was answered: the last answer, for the same input, else the current page."""
    state, last = stage.state, stage.state.last
    same = (
        last is not None
        and entry.revision == state.revision - 1
        and is_same_input(last.digest, state.id, entry.revision, entry.input)
    )
    if state.over:
        if not same and entry.revision != state.revision:
            raise InvalidToken
        return _repeated(stage, token)
    if not same:
        raise Stale(standing(stage, token))
    drawn_again = state.last is not None and (state.last.rejected or state.last.stayed)
    return _repeated(stage, token, entry.input if drawn_again else None)


def _repeated(stage: Stage, token: Token, typed: Input | None = None) -> Answer:
    """Give the last answer again; its sign-in and cookies only to a caller who is bound by more than the token."""
    answer = answer_of(stage, token, typed=typed)
    return answer if stage.state.binding else replace(answer, effects=None)


@sensitive_variables()
@for_one_flow
def show(
    token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None, typed: Input | None = None
) -> Answer:
    """Show where a flow stands, with what was typed, and change nothing; one whose turn has come begins.

    Raises Stale where the token is of an earlier revision.
    """
    while True:
        try:
            return _shown(token, caller, workflow, typed)
        except FlowMoved as moved:
            token = moved.token if token.revision is not None else moved.token.at(None)
        except FlowWatched as watch:
            return watched(watch.state, token, caller, workflow)


def _shown(token: Token, caller: Caller, workflow: type[Workflow[Any]] | None, typed: Input | None = None) -> Answer:
    stage, current = peeked(token, caller, workflow)
    if waits_for_turn(stage.state) and run_in_turn(stage.cls, stage.state.id, caller):
        stage, current = peeked(token, caller, workflow)
    state = stage.state
    # Where somebody else played on meanwhile, the person asks for what comes after the page that they have.
    held = state.last.held if state.last is not None else None
    if token.revision is None or token.revision in (state.revision, held):
        return standing(stage, current, typed)
    if state.over:
        raise InvalidToken
    raise Stale(standing(stage, current))


def peeked(token: Token, caller: Caller, workflow: type[Workflow[Any]] | None) -> tuple[Stage, Token]:
    """Look at a flow without claiming it; raises FlowMoved, or what admits nobody."""
    storage = get_storage(token.storage)
    state = storage.peek(token)
    cls = class_of(state, workflow)
    admit(cls, state, caller)
    return Stage(cls, state, caller), storage.current(token, cls, state)


def _refresh(token: Token, caller: Caller, input: Input, workflow: type[Workflow[Any]] | None) -> Answer:
    """Evaluate the page's dynamic parts with what was typed; nothing is validated, stored or counted."""
    try:
        stage, current = peeked(token, caller, workflow)
    except FlowMoved as moved:
        return _refresh(moved.token, caller, input, workflow)
    except FlowWatched as watch:
        return watched(watch.state, token, caller, workflow)
    refuse_large(stage.cls, input)
    if stage.state.over or stage.state.run is not None:
        raise InvalidToken if stage.state.over else Busy
    if token.revision != stage.state.revision:
        raise Stale(standing(stage, current))
    stage.state = msgspec.structs.replace(stage.state, last=None)
    return answer_of(stage, current, typed=input if input.values is not None else None)


def class_of(state: State, workflow: type[Workflow[Any]] | None) -> type[Workflow[Any]]:
    """Find the class of a flow; raises InvalidToken where there is none, or where it is not ``workflow``."""
    try:
        cls = registry.get(state.workflow)
    except UnknownWorkflow:
        raise InvalidToken from None
    if workflow is not None and workflow.name != cls.name:
        raise InvalidToken
    return cls
