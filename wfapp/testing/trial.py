"""Try one step, or one action, alone: its form is validated and its method called, and there is no flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core import mail

from wfapp.declaration.context import Context
from wfapp.declaration.hooks import Action
from wfapp.declaration.outcomes import Cookie, Next, Outcome
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Step
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Position
from wfapp.engine.machine import Paused
from wfapp.engine.state import context_of
from wfapp.links.compose import Prepared
from wfapp.rounds.answer import Caller, Input
from wfapp.rounds.settle import composed
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict, act, submit
from wfapp.testing.json_door import as_data_url
from wfapp.testing.mails import Letter, Outbox
from wfapp.testing.record import Record
from wfapp.testing.standing import state_at

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

__all__ = ["Trial", "try_step"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Hold what one step did."""

    result: Outcome | None
    """What its method returned; None too where it was not called, or raised ``ValidationError``."""

    ctx: Any
    """The context that it leaves: a rejection drops its changes, but for what ``save_context`` kept."""

    rejected: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    messages: Sequence[str] = ()
    mails: Sequence[Letter] = ()
    """What it asked to be sent, by whichever channel, and what it sent itself."""

    cookies: Sequence[Cookie] = ()
    storage: str = ""
    """The storage that it moves its flow to; empty where it stays."""


def try_step(
    step: Step[Any, Any] | Action[Any, Any],
    *,
    data: Mapping[str, Any] | None = None,
    ctx: Context | Mapping[str, Any] | None = None,
    user: AbstractBaseUser | AnonymousUser | None = None,
    params: Mapping[str, Any] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    request: HttpRequest | None = None,
    workflow: type[Workflow[Any]] | None = None,
) -> Trial:
    """Call ``Login.verify``, or the action ``Login.resend``, with ``data`` as in JSON.

    No right is asked, nothing is counted, and no other step runs. ``answers`` are those of earlier pages; ``request``
    is what the step reads as ``self.request``. ``workflow`` says in which class, for a step that several have.
    """
    name = step.name if isinstance(step, Step) else step.step_name
    cls = workflow if workflow is not None else _workflow_of(step, name)
    caller = Caller(door="python", user=user, request=request, trusted=True)
    state = state_at(cls, name, caller=caller, ctx=ctx, params=params, answers=answers)
    stage, outbox = Stage(cls, state, caller), Outbox()
    said = _Said(stage)
    given = as_data_url(dict(data)) if data is not None else None
    with Record().listening():
        if isinstance(step, Action):
            verdict = act(stage, Input(action=step.method.__name__, values=given))
        else:
            verdict = submit(stage, Input(values=given if given is not None else {}))
    result = said.outcome(verdict)
    return Trial(
        result=result,
        ctx=context_of(stage.keep_saved(state), cls) if verdict.rejected else stage.workflow.ctx,
        rejected=verdict.rejected,
        errors=dict(verdict.errors),
        messages=[message.text for message in stage.notes.messages],
        mails=[*outbox, *map(_letter, composed(stage))],
        cookies=list(stage.notes.cookies),
        storage=stage.notes.storage,
    )


class _Said:
    """Stand in for what follows: keep what the step said, and run nothing."""

    def __init__(self, stage: Stage) -> None:
        self._went_on = False
        self._said: Outcome | None = None
        stage.machine.go_on = self._go_on  # type: ignore[method-assign]

    def outcome(self, verdict: Verdict) -> Outcome | None:
        """Give what the method returned."""
        if self._went_on:
            return self._said or (Next() if verdict.action else None)
        return verdict.result if isinstance(verdict.result, Outcome) else None

    def _go_on(self, position: Position, said: Outcome | None = None) -> Paused:
        self._went_on, self._said = True, said
        return Paused(position)


def _workflow_of(tried: Step[Any, Any] | Action[Any, Any], name: str) -> type[Workflow[Any]]:
    """Find the class that a step was taken from; raises AssertionError where several have it, or none."""
    having = [cls for cls in registry if tried in (cls.structure.steps.get(name), *cls.actions_of(name).values())]
    own = [cls for cls in having if tried in vars(cls).values()]
    for found in (own, having):
        if len(found) == 1:
            return found[0]
    names = ", ".join(cls.__name__ for cls in having) or "no workflow with a name"
    raise AssertionError(f"try_step: {name!r} belongs to {names}; say which is meant with workflow=….")


def _letter(message: Prepared) -> Letter:
    return Letter(mail.EmailMessage(message.subject, message.text, to=[message.to]))
