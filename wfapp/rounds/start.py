"""Begin a flow: draw its first page without one, or start it with the first post."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

import msgspec
from django.db import router
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.outcomes import Message
from wfapp.declaration.values import convert_params, encode_context, encode_params
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Position
from wfapp.engine.machine import Paused
from wfapp.engine.state import State
from wfapp.errors import FlowAlreadyRunning, InvalidToken, KeyReused, MalformedRequest, NoKey, NotAllowed
from wfapp.logs import for_one_flow
from wfapp.models import AbstractFlow
from wfapp.rounds.answer import REFRESH, Answer, Caller, Input
from wfapp.rounds.draw import draw, page_title
from wfapp.rounds.files import refuse_large
from wfapp.rounds.holding import spoilable
from wfapp.rounds.keys import (
    fingerprint_of,
    idempotency_hash,
    input_digest,
    is_same_start,
    new_start_key,
    seed_of,
)
from wfapp.rounds.play import Entry, charge, charged, play, played, run
from wfapp.rounds.recovery import run_in_turn
from wfapp.rounds.settle import composed, enqueue, settle, started
from wfapp.rounds.stage import Stage, admit, belongs_to, binding_of, refuse_unexposed
from wfapp.rounds.turns import wait_for_turn
from wfapp.rounds.verdict import Verdict, submit
from wfapp.rounds.watching import watched
from wfapp.storage.base import Claim, FlowExists, FlowMoved, Note, Storage, get_storage
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.sealing import flow_id_from
from wfapp.storage.tokens import Token
from wfapp.storage.turns import free_places, has_to_wait, take_place

__all__ = ["first_page", "new_state", "row_of_key", "start"]


_FEW = 20
"""Among how many of a user's newest open flows the one to continue is looked for."""


@sensitive_variables()
@for_one_flow
def first_page(
    workflow: type[Workflow[Any]],
    *,
    caller: Caller,
    params: Mapping[str, Any],
    next: str = "",
    typed: Input | None = None,
) -> Answer:
    """Draw the first page of a workflow, with what was typed, and change nothing: there is no flow yet.

    A workflow whose first step has no form, or passes keys of a context, or that continues an open flow, answers
    ``start``: a button; so does one whose flows have to wait for their turn now.
    """
    state = new_state(workflow, caller, params, seed_of(workflow, "", timezone.now()), next)
    return _first_page(Stage(workflow, state, caller), new_start_key(workflow, timezone.now()), typed)


def _first_page(stage: Stage, start_key: str, input: Input | None = None) -> Answer:
    cls, first = stage.cls, stage.cls.structure.order[0]
    shared: dict[str, Any] = {
        "workflow": cls,
        "start_key": start_key,
        "next": stage.state.next,
        "title": str(cls.title),
    }
    step = cls.get_step(first) if isinstance(first, str) else None
    if step is not None and not stage.may_run(step):
        raise NotAllowed(code="permission")
    if (
        step is None
        or step.form is None
        or step.when is not None
        or _needs_context(stage, first)
        or _open_flow(cls, stage.caller) is not None
        or has_to_wait(cls)
    ):
        return Answer(status="start", **{**shared, "title": page_title(stage, step) if step else shared["title"]})
    stage.state = msgspec.structs.replace(stage.state, position=Position(step.name))
    return Answer(status="form", page=draw(stage, input=input), **shared)


def _needs_context(stage: Stage, first: Any) -> bool:
    step = stage.cls.get_step(first)
    return any(page.passes or page.reveals for page in map(step.page_of, step.form_classes))


@sensitive_variables()
@for_one_flow
def start(
    workflow: type[Workflow[Any]],
    *,
    caller: Caller,
    params: Mapping[str, Any],
    input: Input | None = None,
    start_key: str = "",
    idempotency_key: str = "",
    next: str = "",
) -> Answer:
    """Start a flow, and answer its first form with ``input`` where that has values; raises a Fault that left nothing
    behind.

    On a page a first form that is refused starts no flow, unless its step counts attempts or files came with it: the
    same start key works again.
    """
    refuse_unexposed(workflow, caller)
    refuse_large(workflow, input)
    if input is not None and input.action == REFRESH:
        raise MalformedRequest
    now = timezone.now()
    try:
        seed = seed_of(workflow, start_key, now)
    except InvalidToken:
        return _too_late(workflow, caller, params, input, next)
    state = new_state(workflow, caller, params, seed, next)
    key = _key(workflow, caller, idempotency_key)
    if key:
        state = msgspec.structs.replace(state, fingerprint=fingerprint_of(bytes(state.params), input, next))
    storage = get_storage(workflow.storages[0])
    while True:
        known = (_known(workflow, state, caller, key, input) if key else None) or _continued(workflow, caller)
        if known is not None:
            return known
        entry = Entry(caller=caller, input=input if input is not None else Input(), revision=0)
        try:
            answer = charged(entry, partial(_begun, storage, state, key, workflow, entry))
        except (FlowExists, FlowMoved) as elsewhere:
            if key and row_of_key(workflow, key) is not None:
                continue
            return play(elsewhere.token, caller=caller, input=entry.input, workflow=workflow)
        return replace(answer, start_key=start_key) if answer.token is None else answer


def _begun(storage: Storage, state: State, key: str | None, workflow: type[Workflow[Any]], entry: Entry) -> Answer:
    places = free_places(workflow)
    with spoilable(storage.begin(workflow, state, key)) as claim:
        stage = Stage(workflow, claim.state, entry.caller)
        if claim.state.revision:
            return played(
                claim, stage, entry, claim.storage.current(Token(claim.storage.name, "", 0), workflow, claim.state)
            )
        if places is not None and not take_place(places, state.id):
            return wait_for_turn(claim, stage, entry.input)
        return _first_round(claim, stage, entry)


def _first_round(claim: Claim, stage: Stage, entry: Entry) -> Answer:
    began, state = time.perf_counter(), stage.state
    digest = input_digest(state.id, 0, entry.input)
    notes = [Note("started")]
    result = stage.machine.start()
    ran = bool(stage.machine.ran)
    if not isinstance(result, Paused) or (entry.input.values is None and not entry.input.action):
        if isinstance(result, Paused) and not ran and not stage.may_run_at(result.position.step):
            raise NotAllowed(code="permission")
        return settle(claim, stage, Verdict(result=result), digest, notes, began)
    notes += [Note("step_done", name) for name in stage.machine.ran]
    waiting = stage.keep(msgspec.structs.replace(state, position=result.position), "the start")
    paused = Stage(stage.cls, waiting, stage.caller, stage.notes)
    if not paused.may_run(paused.step()):
        raise NotAllowed(code="permission")
    if stage.caller.door != "page" or ran or entry.input.action or paused.step().attempts is not None:
        return run(claim, paused, entry, digest, notes)
    charge(paused, paused.step(), entry)
    verdict = submit(paused, entry.input)
    entry.accepted = not verdict.rejected
    if verdict.rejected and not paused.uploads.in_use:
        enqueue(paused, composed(paused))
        claim.discard()
        return _not_started(paused, verdict)
    return settle(claim, paused, verdict, digest, notes, began)


def _not_started(paused: Stage, verdict: Verdict) -> Answer:
    """Answer a first page that refused its input: what the step did to the context is gone with the flow."""
    fresh = Stage(paused.cls, paused.state, paused.caller)
    return Answer(
        status="form",
        workflow=paused.cls,
        title=str(paused.cls.title),
        page=draw(fresh, form=verdict.form, errors=verdict.errors),
        messages=tuple(paused.notes.messages),
        rejected=True,
        next=paused.state.next,
    )


def new_state(
    workflow: type[Workflow[Any]], caller: Caller, params: Mapping[str, Any], seed: bytes, next: str
) -> State:
    """Give the state of a flow that has not begun; raises MalformedRequest for params that do not fit."""
    now = timezone.now()
    user = caller.user
    context = workflow.context_class()
    return State(
        id=flow_id_from(seed),
        workflow=workflow.name,
        version=workflow.version,
        position=Position(""),
        context=msgspec.Raw(encode_context(context, where="the start")),
        context_version=workflow.context_class.version,
        params=msgspec.Raw(encode_params(convert_params(workflow.Params, params))),
        binding=binding_of(caller),
        transport=caller.transport,
        created_by=str(user.pk) if user is not None and user.is_authenticated else None,
        started=now,
        dies=now + workflow.lifetime,
        expires=now + workflow.lifetime,
        next=next,
        seed=seed,
    )


def _too_late(
    workflow: type[Workflow[Any]], caller: Caller, params: Mapping[str, Any], input: Input | None, next: str
) -> Answer:
    """Draw the first page again for a start key that is too old, with what was typed."""
    now = timezone.now()
    state = new_state(workflow, caller, params, seed_of(workflow, "", now), next)
    typed = input if input is not None and input.values is not None else None
    answer = _first_page(Stage(workflow, state, caller), new_start_key(workflow, now), typed)
    message = Message(level="warn", text=_("This page was open for too long. Please send it again."))
    return replace(answer, rejected=True, messages=(message,))


def _key(workflow: type[Workflow[Any]], caller: Caller, key: str) -> str | None:
    if not key:
        return None
    if not get_storage(workflow.storages[0]).listable:
        raise NoKey
    return idempotency_hash(workflow, caller, key)


def _known(workflow: type[Workflow[Any]], state: State, caller: Caller, key: str, input: Input | None) -> Answer | None:
    """Come back to the flow of the same key, under a new handle; raises KeyReused for other input."""
    row = row_of_key(workflow, key)
    if row is None:
        return None
    held = _rows().read(model_of(workflow), row)
    if not is_same_start(held.fingerprint, bytes(state.params), input, state.next):
        raise KeyReused
    if held.run is not None:
        # Whoever ran it may be gone, or its wait over.
        run_in_turn(workflow, row, caller)
        if caller.trusted and _rows().is_running(model_of(workflow), row):
            raise FlowAlreadyRunning(workflow.name, row)
    return _come_back(workflow, row, caller, input, watching=True)


def _continued(workflow: type[Workflow[Any]], caller: Caller) -> Answer | None:
    """Come back to the open flow of a user whose workflow continues; one that answers nobody any more is left alone."""
    row = _open_flow(workflow, caller)
    if row is None:
        return None
    try:
        return _come_back(workflow, row, caller)
    except InvalidToken:
        return None


def _come_back(
    workflow: type[Workflow[Any]], row: Any, caller: Caller, input: Input | None = None, *, watching: bool = False
) -> Answer:
    if caller.trusted:
        state = _rows().read(model_of(workflow), row)
        admit(workflow, state, caller)
        nameless = Token(DatabaseStorage.name, "", state.revision)
        return replace(started(Stage(workflow, state, caller), nameless, input), token=None)
    allow = partial(_may_have, workflow, caller, watching)
    token, state = _rows().reissue(model_of(workflow), row, transport=caller.transport, allow=allow)
    if not _is_mine(state, caller):
        return watched(state, token, caller, workflow)
    return started(Stage(workflow, state, caller), token, input)


def _may_have(workflow: type[Workflow[Any]], caller: Caller, watching: bool, state: State) -> bool:
    """Tell whether a start may have the flow that it comes back to, or watch it alone; raises a Fault for neither.

    What a link handed to somebody else stays theirs, whoever started it.
    """
    if _is_mine(state, caller):
        admit(workflow, state, caller)
        return True
    if not watching:
        raise InvalidToken
    watched(state, Token(DatabaseStorage.name, "", None), caller, workflow)
    return False


def _is_mine(state: State, caller: Caller) -> bool:
    """Tell whether no link handed the flow over, or handed it to this very caller: a token alone is nobody's."""
    return not state.by_link or (bool(state.binding) and belongs_to(state.binding, caller))


def _rows() -> DatabaseStorage:
    return cast(DatabaseStorage, get_storage("database"))


def row_of_key(workflow: type[Workflow[Any]], key: str) -> Any:
    """Give the primary key of the flow that has a caller's key; ``None`` where none has."""
    model = model_of(workflow)
    rows = model._base_manager.using(router.db_for_write(model)).filter(idempotency_hash=key)
    return rows.values_list("pk", flat=True).first()


def _open_flow(workflow: type[Workflow[Any]], caller: Caller) -> Any:
    """Find the newest open flow of the signed-in user, where the workflow continues by user.

    One that a link handed to somebody else is theirs.
    """
    user = caller.user
    if workflow.continues != "user" or user is None or not user.is_authenticated:
        return None
    model = model_of(workflow)
    rows = model._default_manager.using(router.db_for_write(model)).open().of(workflow.name)
    mine = rows.filter(created_by=user.pk, expires_at__gt=timezone.now()).order_by("-created_at")
    found = mine.values_list("pk", "watch_hash")[:_FEW]
    return next((pk for pk, watched in found if watched is None or _is_still_mine(model, pk, caller)), None)


def _is_still_mine(model: type[AbstractFlow], pk: Any, caller: Caller) -> bool:
    """Tell whether a flow that a link handed over came to the same user, on another device."""
    try:
        return _is_mine(_rows().read(model, pk), caller)
    except InvalidToken:
        return False
