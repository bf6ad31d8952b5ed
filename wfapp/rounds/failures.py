"""What is kept, and logged, of an error that a step raised: never a value."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from wfapp.declaration.context import Context, held
from wfapp.engine.acting import Failure
from wfapp.engine.state import State
from wfapp.rounds.stage import Stage

__all__ = ["failure_of", "log_failure"]

logger = logging.getLogger("wfapp.rounds")

MASK = "•••"
SHORTEST = 3
"""Shorter texts of a context are no secret by themselves, and parts of ordinary words."""

LONGEST = 500
"""The most characters that are kept of a message."""


def failure_of(state: State, error: BaseException, stage: Stage | None = None) -> Failure:
    """Keep the type of an error and its text, in which each value of the flow's context and input is masked.

    ``stage`` is where the step ran: what it wrote into a context before it failed is masked as well.
    """
    opened = stage.machine.open.values() if stage is not None else ()
    try:
        message = _masked(str(error), state, [workflow.ctx for workflow in opened])
    except Exception:  # noqa: BLE001  what cannot be told must not keep the flow from failing
        message = MASK
    return Failure(step=state.position.step, type=type(error).__name__, message=message)


def _masked(text: str, state: State, written: Iterable[Context] = ()) -> str:
    """Replace each value that the flow holds."""
    raws = [
        state.context,
        state.params,
        *(raw for scope in state.scopes.values() for raw in (scope.context, scope.params)),
    ]
    values = {value for raw in raws for value in _leaves(msgspec.json.decode(raw))}
    values |= {value for ctx in written for value in _leaves(_plain(ctx))}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text[:LONGEST]


def log_failure(state: State, error: BaseException) -> None:
    """Log where a step raised what, without the texts of exceptions: they may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Step %s of %s raised %s.\n%s", state.position.step, state.workflow, type(error).__name__, where)


def _plain(ctx: Context) -> Any:
    """Give the values of a context that may hold what cannot be stored: that may be what failed."""
    return msgspec.to_builtins(dict(held(ctx)), str_keys=True, enc_hook=_shown)


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, set | frozenset) else str(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) >= SHORTEST:
        yield str(value)
