"""Set a workflow's instance up for one round, and decide who may play."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from wfapp.declaration.context import bind_input
from wfapp.declaration.flow import FlowInfo
from wfapp.declaration.steps import Step
from wfapp.declaration.workflow import Notes, Workflow
from wfapp.engine.machine import Machine
from wfapp.engine.state import State, context_of, params_of
from wfapp.errors import InvalidToken, NotAllowed
from wfapp.logs import current_flow
from wfapp.rounds.answer import Caller
from wfapp.rounds.answers import Answers

__all__ = ["Stage", "admit", "binding_of", "browser_binding", "is_bound", "may_answer", "refuse_unexposed"]


class Stage:
    """Hold what one round works with: the state it found, the instance of the workflow and its machine."""

    def __init__(self, cls: type[Workflow[Any]], state: State, caller: Caller) -> None:
        self.cls = cls
        self.state = state
        self.caller = caller
        current_flow.set(str(state.id))
        self.workflow = cls()
        self.machine = Machine(self.workflow, self.may_run)
        self._set_up()

    def _set_up(self) -> None:
        workflow, state, caller = self.workflow, self.state, self.caller
        workflow.ctx = context_of(state, self.cls)
        workflow.params = params_of(state, self.cls)
        bind_input(workflow.ctx, workflow.params)
        workflow.answers = Answers(self.cls, state.answers)
        workflow.user = caller.user if caller.user is not None else AnonymousUser()
        workflow.notes = Notes()
        workflow._request = caller.request
        workflow.flow = FlowInfo(
            id=state.id,
            created_by=state.created_by,
            started_at=state.started,
            ends_at=state.dies,
            position=lambda: str(self.machine.position or state.position),
        )

    def step(self) -> Step[Any, Any]:
        """Give the step that the flow waits at; raises InvalidToken where a deploy removed it."""
        step = self.cls.structure.steps.get(self.state.position.step)
        if step is None:
            raise InvalidToken
        return step

    def may_run(self, step: Step[Any, Any]) -> bool:
        """Tell whether the caller has the right of a step."""
        return may_answer(self.workflow, step, self.caller)


def may_answer(workflow: Workflow[Any], step: Step[Any, Any], caller: Caller) -> bool:
    """Ask the right of a step: its own, else the default of its class, and the author's hook."""
    required = workflow.permission_required
    permissions = step.permission or ((required,) if isinstance(required, str) else tuple(required))
    user = caller.user
    if (workflow.login_required or permissions) and not (user is not None and user.is_authenticated):
        return False
    if permissions and not user.has_perms(permissions):  # type: ignore[union-attr]
        return False
    return workflow.has_permission(step)


def binding_of(caller: Caller) -> str:
    """Give what a flow that starts now is bound to, as a hash; empty where the token alone opens it."""
    if caller.user is not None and caller.user.is_authenticated:
        return _hashed("user", str(caller.user.pk))
    return browser_binding(caller)


def browser_binding(caller: Caller) -> str:
    """Give the hash of the caller's browser; empty for a client that is none."""
    return _hashed("browser", caller.browser) if caller.browser else ""


def is_bound(state: State, caller: Caller) -> bool:
    """Tell whether a flow belongs to the caller."""
    mine = [browser_binding(caller)] if caller.browser else []
    if caller.user is not None and caller.user.is_authenticated:
        mine.append(_hashed("user", str(caller.user.pk)))
    return not state.binding or state.binding in mine


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:43]


def admit(cls: type[Workflow[Any]], state: State, caller: Caller) -> None:
    """Ask on every resume what was asked on start; raises InvalidToken or NotAllowed."""
    refuse_unexposed(cls, caller)
    if not caller.trusted and (not is_bound(state, caller) or state.transport != caller.transport):
        raise InvalidToken
    if state.expires <= timezone.now() or (not state.ended and state.version < cls.version):
        raise InvalidToken


def refuse_unexposed(cls: type[Workflow[Any]], caller: Caller) -> None:
    """Keep a workflow that is not exposed off the REST endpoint."""
    if caller.door == "rest" and not cls.exposed:
        raise NotAllowed(code="not-exposed")
