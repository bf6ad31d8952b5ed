"""The moves that every flow knows, beside its author's actions: back, change an answer, cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wfapp.declaration.outcomes import Abort
from wfapp.engine.state import State, Visit
from wfapp.rounds.acted import CANCELLED, acted_since, undo_of
from wfapp.rounds.answer import ActionView
from wfapp.rounds.stage import Stage

__all__ = [
    "BACK",
    "CANCEL",
    "CANCELLED",
    "CHANGE",
    "RESEND",
    "Again",
    "Return",
    "cancel_of",
    "changeable",
    "may_cancel",
    "move_of",
    "moves_of",
    "resend_of",
    "returned",
]

BACK = "wf.back"
CANCEL = "wf.cancel"
CHANGE = "wf.change."
RESEND = "wf.resend"


@dataclass(frozen=True, slots=True)
class Return:
    """Go back to the page of ``history[index]``; ``returns`` names the page to come straight back to."""

    index: int
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Send the link that the flow waits for once more."""


def resend_of(stage: Stage) -> ActionView | None:
    """Describe the button that sends a link again; ``None`` where the flow waits for none."""
    sent = stage.state.link
    if sent is None:
        return None
    again = sent.last + timedelta(seconds=sent.cooldown)
    return ActionView(
        id=RESEND,
        label=str(_("Send it again")),
        available_at=again if again > timezone.now() else None,
        remaining=max(0, sent.resends + 1 - sent.count),
    )


def moves_of(stage: Stage) -> tuple[ActionView, ...]:
    """List the moves that are possible now, as buttons; there is none before the flow has begun, nor for staff."""
    if not stage.state.revision or stage.caller.deputy:
        return ()
    resend = resend_of(stage)
    back = ActionView(id=BACK, label=str(_("Back"))) if resend is None and _back(stage) is not None else None
    return (*(view for view in (resend, back) if view is not None), *cancel_of(stage))


def move_of(stage: Stage, action: str) -> Return | Abort | Again | None:
    """Give what a move leads to; ``None`` for one that is not possible now, or is none."""
    if not stage.state.revision or stage.caller.deputy:
        return None
    if may_cancel(stage, action):
        return Abort(CANCELLED, _("This was cancelled."))
    if stage.state.link is not None:
        resend = resend_of(stage)
        return Again() if action == RESEND and resend is not None and resend.available else None
    if action == BACK:
        return _back(stage)
    if action.startswith(CHANGE) and stage.step().answers:
        index = changeable(stage).get(action.removeprefix(CHANGE))
        return None if index is None else Return(index, returns=stage.name)
    return None


def may_cancel(stage: Stage, action: str) -> bool:
    """Tell whether an action cancels the flow: also while it waits for somebody else."""
    return action == CANCEL and stage.cls.cancellable and not stage.caller.deputy


def cancel_of(stage: Stage) -> tuple[ActionView, ...]:
    """Describe the button that cancels, where there is one."""
    return (ActionView(id=CANCEL, label=str(_("Cancel"))),) if may_cancel(stage, CANCEL) else ()


def _back(stage: Stage) -> Return | None:
    index = len(stage.state.history) - 1
    return Return(index) if index >= 0 and _is_open(stage, index) else None


def changeable(stage: Stage) -> dict[str, int]:
    """Map the positions whose answers may be changed now to their visits."""
    history = stage.state.history
    return {str(visit.position): index for index, visit in enumerate(history) if _is_open(stage, index)}


def _is_open(stage: Stage, index: int) -> bool:
    """Tell whether the flow may go back to a visit: nothing ran since, or its page says that this does no harm.

    Durable steps since then must have an undo, each: it runs on the way. What was answered before a link was opened is
    not for whoever opened it, and what staff answered not for the person.
    """
    visits = stage.state.history[index:]
    name = visits[0].position.step
    step = stage.step_at(name)
    if step is None or step.form is None or index < (stage.state.others or 0) or not stage.may_return_to(name):
        return False
    if not all(undo_of(stage, entry) for entry in acted_since(stage.state.acted, index)):
        return False
    return step.revisit or all(visit.clean for visit in visits)


def returned(state: State, history: tuple[Visit, ...], index: int) -> dict[str, object]:
    """Give the fields of a state that was put back to a visit: what came after it is kept to be filled in again."""
    visit, before, after = history[index], history[:index], history[index:]
    left = {later.position.step for later in after}
    answers = {name: values for name, values in state.answers.items() if name not in left}
    answers |= {earlier.position.step: earlier.answers for earlier in before if earlier.answers is not None}
    drafts = {str(later.position): later.answers for later in after if later.answers is not None}
    still_done = {earlier.position.step for earlier in before}
    return {
        "position": visit.position,
        "turns": state.turns + 1,
        "context": visit.context,
        "context_version": visit.context_version,
        "scopes": visit.scopes,
        "history": before,
        "others": None if state.others is None else min(state.others, len(before)),
        "answers": answers,
        "drafts": {**state.drafts, **drafts},
        "done": tuple(name for name in state.done if name not in left or name in still_done),
    }
