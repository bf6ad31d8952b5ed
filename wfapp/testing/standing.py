"""Begin a flow in the middle: at a step, with a context, in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.db import router, transaction
from django.utils import timezone

from wfapp.declaration.context import Context
from wfapp.declaration.order import If, Item, While
from wfapp.declaration.values import encode_context
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Position
from wfapp.engine.state import State
from wfapp.rounds.answer import Caller
from wfapp.rounds.keys import seed_of
from wfapp.rounds.stage import Stage
from wfapp.rounds.start import new_state
from wfapp.storage.base import Note, Report, get_storage
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.tokens import Token

__all__ = ["begin_at", "state_at"]


def state_at(
    workflow: type[Workflow[Any]],
    step: str,
    *,
    caller: Caller,
    ctx: Context | Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> State:
    """Make the state of a flow that stands at a step; raises AssertionError for one that the workflow has not."""
    loops = next(_loops(workflow.structure.order, step), None)
    if loops is None:
        raise AssertionError(
            f"{workflow.name!r} has no step {step!r}; legal are {', '.join(workflow.structure.steps)}."
        )
    made = workflow.context_class()
    given = msgspec.structs.asdict(ctx) if isinstance(ctx, Context) else dict(ctx or {})
    for key, value in given.items():
        setattr(made, key, value)
    state = new_state(workflow, caller, params or {}, seed_of(workflow, "", timezone.now()), "")
    return msgspec.structs.replace(
        state,
        position=Position(step, (0,) * loops),
        context=msgspec.Raw(encode_context(made, where=step)),
        answers={name: dict(values) for name, values in (answers or {}).items()},
        revision=1,
    )


def begin_at(state: State, stage: Stage) -> Token:
    """Insert the row of a flow that stands somewhere; raises AssertionError where it may have none."""
    workflow = stage.cls
    if DatabaseStorage.name not in workflow.storages:
        raise AssertionError(
            f"{workflow.name!r} lives in the storage {', '.join(workflow.storages)} and has no row: walk there instead."
        )
    status = "paused" if stage.may_run(stage.step()) else "waiting"
    report = Report(status=status, context=stage.workflow.ctx, notes=[Note("started"), Note("paused", stage.name)])
    with transaction.atomic(using=router.db_for_write(model_of(workflow))):
        return get_storage(DatabaseStorage.name).adopt(workflow, state, report)


def _loops(items: Any, step: str, depth: int = 0) -> Iterator[int]:
    """Yield around how many loops a step stands."""
    item: Item
    for item in items:
        match item:
            case str() if item == step:
                yield depth
            case If(_, then, else_):
                yield from _loops((*then, *else_), step, depth)
            case While(_, body):
                yield from _loops(body, step, depth + 1)
