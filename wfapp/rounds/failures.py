"""What is kept, and logged, of an error that a step raised: never a value."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from wfapp.declaration.context import Context, held
from wfapp.declaration.secrecy import secret_keys
from wfapp.engine.acting import Failure
from wfapp.engine.state import State
from wfapp.rounds.stage import Stage

__all__ = ["failure_of", "log_failure"]

logger = logging.getLogger("wfapp.rounds")

MASK = "•••"
SHORTEST = 3
"""Shorter texts of a context, but for a Secret, are no secret by themselves, and parts of ordinary words."""

LONGEST = 500
"""The most characters that are kept of a message."""


def failure_of(state: State, error: BaseException, stage: Stage | None = None) -> Failure:
    """Keep the type of an error and its text, in which each value that the flow holds is masked.

    ``stage`` is where the step ran: what it wrote into a context before it failed is masked as well.
    """
    opened = stage.machine.open.values() if stage is not None else ()
    try:
        known = {*_stored(state), *(text for workflow in opened for text in _written(workflow.ctx))}
        message = _masked(str(error), known)
    except Exception:  # noqa: BLE001  what cannot be told must not keep the flow from failing
        message = MASK
    return Failure(step=state.position.step, type=type(error).__name__, message=message)


def _masked(text: str, known: Iterable[str]) -> str:
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, MASK)
    # What no JSON takes, half a pair of surrogates, is shown by its number.
    return text.encode("utf-8", "backslashreplace").decode()[:LONGEST]


def log_failure(state: State, error: BaseException) -> None:
    """Log where a step raised what, without the texts of exceptions: they may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Step %s of %s raised %s.\n%s", state.position.step, state.workflow, type(error).__name__, where)


def _stored(state: State) -> Iterator[str]:
    """Give each text by which a value of the contexts, the input and the answers may stand in a message."""
    raws = [state.context, state.params, *(visit.context for visit in state.history)]
    raws += [raw for scope in state.scopes.values() for raw in (scope.context, scope.params)]
    answers = [state.answers, state.drafts, [visit.answers for visit in state.history]]
    for value in _leaves([*map(msgspec.json.decode, raws), *answers], of_json=True):
        yield from _texts(value, SHORTEST)


def _written(ctx: Context) -> Iterator[str]:
    """Give the same of a context that is open; it may hold what cannot be stored: that may be what failed."""
    secrets = secret_keys(type(ctx))
    for key, value in held(ctx).items():
        for leaf in _leaves(value):
            yield from _texts(leaf, 1 if key in secrets else SHORTEST)


def _leaves(value: Any, *, of_json: bool = False) -> Iterator[Any]:
    """Walk over single values; a key of JSON may be the name of a field, which is none."""
    parts: Iterable[Any]
    if isinstance(value, Mapping):
        parts = value.values() if of_json else [*value, *value.values()]
    elif isinstance(value, msgspec.Struct):
        parts = [getattr(value, name) for name in value.__struct_fields__]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    else:
        if value is not None and not isinstance(value, bool):
            yield value
        return
    for part in parts:
        yield from _leaves(part, of_json=of_json)


def _texts(value: Any, shortest: int) -> Iterator[str]:
    """Give a value as messages show it: as it is, and as Python or JSON quotes it."""
    texts = [str(value)] if isinstance(value, str) else [str(value), repr(value)]
    if isinstance(value, datetime | date | time):
        texts.append(value.isoformat())
    if isinstance(value, UUID):
        texts.append(value.hex)
    for text in texts:
        for shown in {text, repr(text)[1:-1], ascii(text)[1:-1], json.dumps(text)[1:-1]}:
            if len(shown) >= shortest:
                yield shown
