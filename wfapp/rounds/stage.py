"""Set a workflow's instance up for one round, and decide who may play."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import msgspec
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from wfapp.declaration.context import Context, Params, bind_input
from wfapp.declaration.flow import FlowInfo
from wfapp.declaration.options import several
from wfapp.declaration.steps import Step
from wfapp.declaration.values import encode_context
from wfapp.declaration.workflow import Notes, Workflow
from wfapp.engine.expansion import Scope, around, joined, path_of
from wfapp.engine.machine import Machine
from wfapp.engine.scopes import ScopeState, kept_scope, open_scope
from wfapp.engine.state import State, context_of, params_of
from wfapp.errors import InvalidToken, NotAllowed
from wfapp.logs import current_flow
from wfapp.rounds.answer import Caller
from wfapp.rounds.answers import Answers
from wfapp.rounds.calling import call
from wfapp.uploads import Desk

__all__ = ["Stage", "admit", "belongs_to", "binding_of", "browser_binding", "is_live", "may_answer", "refuse_unexposed"]


class Stage:
    """Hold what one round works with: the state it found, the instances of its workflows and their machine.

    ``cls`` and ``workflow`` are the flow's own; what belongs to the page it waits at, which may be one of an included
    workflow, is ``here``. Whatever is kept for a step (answers, attempts, uses) is kept under its qualified ``name``.
    """

    def __init__(self, cls: type[Workflow[Any]], state: State, caller: Caller, notes: Notes | None = None) -> None:
        self.cls = cls
        self.state = state
        self.caller = caller
        self.notes = notes if notes is not None else Notes(storages=cls.storages)
        current_flow.set(str(state.id))
        self.uploads = Desk(cls, state)
        self.flow = FlowInfo(
            id=state.id,
            created_by=state.created_by,
            started_at=state.started,
            ends_at=state.dies,
            position=lambda: str(self.machine.position or self.state.position),
            turns=state.turns,
            keeper=self.uploads.keep,
        )
        self.workflow = self._instance(cls)
        self.machine = Machine(self.workflow, self.may_run_at, self.included, self.call)
        ctx, params = context_of(state, cls), params_of(state, cls)
        _bind(self.workflow, ctx, params)
        for path, kept in state.scopes.items():
            self._reopen(path, kept)
        self._found = dict(self.machine.open)
        self._name = ""

    def after(self, state: State) -> Stage:
        """Give the stage that this round leaves: of a flow that acts next with the contexts that were kept just now."""
        if state.run is None:
            return Stage(self.cls, state, self.caller)
        later = copy(self)
        later.state, later._found = state, dict(self.machine.open)
        return later

    def _instance(self, cls: type[Workflow[Any]], path: str = "") -> Workflow[Any]:
        workflow, caller = cls(), self.caller
        workflow.answers = Answers(cls, self.state.answers, path, self.uploads)
        workflow.user = caller.user if caller.user is not None else AnonymousUser()
        workflow.notes = self.notes
        workflow.flow = self.flow
        workflow._request = caller.request
        if path:
            workflow._path = path
        return workflow

    def call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method of an author's, within the time that its step has."""
        return call(method, *arguments, deadline=self.flow.deadline)

    def included(self, scope: Scope) -> Workflow[Any]:
        """Make the instance of an included workflow that is entered now: nothing was answered in it."""
        workflow = self._instance(scope.cls, scope.path)
        workflow.answers = Answers(scope.cls, {}, scope.path, self.uploads)
        return workflow

    def _reopen(self, path: str, kept: ScopeState) -> None:
        scope = self.machine.expansion.scopes.get(path)
        if scope is None:
            raise InvalidToken
        workflow = self._instance(scope.cls, path)
        _bind(workflow, *open_scope(kept, scope.cls))
        self.machine.open[path] = workflow

    @property
    def name(self) -> str:
        """Give the qualified name of the step that the flow waits at."""
        return self._name or self.state.position.step

    @contextmanager
    def looking_at(self, name: str) -> Iterator[None]:
        """Take another step, in a workflow that is open now, for the one that the flow waits at."""
        before, self._name, self._found = (self._name, self._found), name, self.machine.open
        try:
            yield
        finally:
            self._name, self._found = before

    @property
    def here(self) -> Workflow[Any]:
        """Give the instance that the present step belongs to: the flow's own, or that of an included workflow."""
        return self._found[path_of(self.name)]

    def step(self) -> Step[Any, Any]:
        """Give the step that the flow waits at; raises InvalidToken where a deploy removed it."""
        step = self.step_at(self.name)
        if step is None or any(path not in self._found for path in around(path_of(self.name))):
            raise InvalidToken
        return step

    def step_at(self, name: str) -> Step[Any, Any] | None:
        """Give the step of a qualified name; ``None`` where there is none."""
        return self.machine.expansion.step(name)

    def may_run(self, step: Step[Any, Any]) -> bool:
        """Tell whether the caller has the right of a step of the workflow that the flow waits in."""
        return self._may_run(step, path_of(self.name), self._found)

    def may_run_at(self, name: str) -> bool:
        """Tell whether the caller has the right of the step of a qualified name; never in a sub-flow that is over."""
        place, instances = self.machine.expansion.places.get(name), self.machine.open
        return place is not None and place.path in instances and self._may_run(place.step, place.path, instances)

    def may_answer_for_others(self) -> bool:
        """Tell whether the caller holds the step's own permission: then they need not be bound to the flow.

        What its class asks of everybody makes nobody the deputy of everybody else.
        """
        step = self.step()
        return bool(step.permission) and self.may_run(step)

    def may_return_to(self, name: str) -> bool:
        """Tell whether the caller may see a page that was passed, and what was answered there: not what staff did."""
        step = self.step_at(name)
        return step is not None and (not step.permission or _holds(self.caller, step.permission))

    def _may_run(self, step: Step[Any, Any], path: str, instances: Mapping[str, Workflow[Any]]) -> bool:
        workflow, *outer = [instances[part] for part in reversed(around(path))]
        group = self.machine.expansion.groups.get(joined(path, step.name))
        steps = (step,) if group is None else filter(None, map(self.step_at, group.members))
        return all(may_answer(workflow, each, self.caller, outer, by_link=self.state.by_link) for each in steps)

    def keep(self, state: State, where: str) -> State:
        """Give a state with every context as it is now; ``where`` names the step in an error."""
        context = msgspec.Raw(encode_context(self.workflow.ctx, where=where))
        scopes = {path: kept_scope(workflow, where) for path, workflow in self.machine.open.items() if path}
        version = self.cls.context_class.version
        return msgspec.structs.replace(state, context=context, context_version=version, scopes=scopes)

    def keep_saved(self, state: State) -> State:
        """Give a state with the contexts that ``save_context`` kept, and the others as they were."""
        for path, data in self.notes.contexts.items():
            context, version = msgspec.Raw(data), type(self._found[path]).context_class.version
            if not path:
                state = msgspec.structs.replace(state, context=context, context_version=version)
            elif path in state.scopes:
                scope = msgspec.structs.replace(state.scopes[path], context=context, context_version=version)
                state = msgspec.structs.replace(state, scopes={**state.scopes, path: scope})
        return state

    def still_answered(self, answers: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Leave out the answers of a sub-flow that began anew: in this one nothing was answered yet."""
        entered, self.machine.entered = self.machine.entered, set()
        return {name: values for name, values in answers.items() if entered.isdisjoint(around(path_of(name)))}


def _bind(workflow: Workflow[Any], ctx: Context, params: Params) -> None:
    workflow.ctx, workflow.params = ctx, params
    bind_input(ctx, params)


def may_answer(
    workflow: Workflow[Any],
    step: Step[Any, Any],
    caller: Caller,
    outer: Sequence[Workflow[Any]] = (),
    *,
    by_link: bool = False,
) -> bool:
    """Ask the right of a step: its own, else the default of its class, and the author's hook.

    ``outer`` are the workflows that include this one, the innermost first: what the class says nothing about is said by
    the next one that does, and each hook has a say. A link stands in for what the classes say, and for nothing else.
    """
    classes = (workflow, *outer)
    permissions, login_required = step.permission, False
    for each in () if by_link else classes:
        permissions = permissions or several(each.permission_required)
        login_required = login_required or each.login_required
    if (login_required or permissions) and not _holds(caller, permissions):
        return False
    return all(each.has_permission(step) for each in classes)


def _holds(caller: Caller, permissions: Sequence[str]) -> bool:
    """Tell whether the caller is signed in, and holds all of these permissions."""
    user = caller.user
    if user is None or not user.is_authenticated:
        return False
    return not permissions or bool(user.has_perms(permissions))  # type: ignore[attr-defined]


def binding_of(caller: Caller) -> str:
    """Give what a flow that starts now is bound to, as a hash; empty where the token alone opens it."""
    if caller.user is not None and caller.user.is_authenticated:
        return _hashed("user", str(caller.user.pk))
    return browser_binding(caller)


def browser_binding(caller: Caller) -> str:
    """Give the hash of the caller's browser; empty for a client that is none."""
    return _hashed("browser", caller.browser) if caller.browser else ""


def belongs_to(binding: str, caller: Caller) -> bool:
    """Tell whether a binding is the caller's; an empty one asks for the token alone."""
    mine = [browser_binding(caller)] if caller.browser else []
    if caller.user is not None and caller.user.is_authenticated:
        mine.append(_hashed("user", str(caller.user.pk)))
    return not binding or binding in mine


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:43]


def admit(cls: type[Workflow[Any]], state: State, caller: Caller) -> None:
    """Ask on every resume what was asked on start; raises InvalidToken or NotAllowed."""
    refuse_unexposed(cls, caller)
    bound = belongs_to(state.binding, caller) and state.transport == caller.transport
    if not (caller.trusted or bound) or not is_live(cls, state):
        raise InvalidToken


def is_live(cls: type[Workflow[Any]], state: State) -> bool:
    """Tell whether a flow has not expired, and is not of an older version that must start again."""
    return state.expires > timezone.now() and (state.ended or state.version >= cls.version)


def refuse_unexposed(cls: type[Workflow[Any]], caller: Caller) -> None:
    """Keep a workflow that is not exposed off the REST endpoint."""
    if caller.door == "rest" and not cls.exposed:
        raise NotAllowed(code="not-exposed")
