"""What passes the borders of an included workflow: values that it takes, and values that it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from wfapp.declaration.context import bind_input
from wfapp.declaration.order import Include, Taken
from wfapp.declaration.values import convert_params, decode_context, encode_context
from wfapp.declaration.workflow import Workflow
from wfapp.errors import MalformedRequest, WrongOutcome

__all__ = ["give", "take"]


def take(workflow: Workflow[Any], include: Include, parent: Workflow[Any]) -> None:
    """Give the instance of an included workflow its new context and its params.

    Raises NotStorable where a value does not fit its key, WrongOutcome where the params do not fit their class.
    """
    kind = workflow.context_class
    ctx = kind()
    for key, value in _taken(include.takes, parent).items():
        ctx.set(key, value)
    # As it would come back from being stored: it shares no list or Struct with the context that it was taken from.
    data = encode_context(ctx, where=f"Include({include.workflow!r})")
    workflow.ctx = decode_context(kind, kind.version, data)
    try:
        workflow.params = convert_params(workflow.Params, _taken(include.params, parent))
    except MalformedRequest as misfit:
        raise WrongOutcome(f"Include({include.workflow!r}): {misfit}") from None
    bind_input(workflow.ctx, workflow.params)


def _taken(sources: Mapping[str, Taken], parent: Workflow[Any]) -> dict[str, Any]:
    ctx = parent.ctx
    return {key: ctx.get(source) if isinstance(source, str) else source(ctx) for key, source in sources.items()}


def give(workflow: Workflow[Any], include: Include, parent: Workflow[Any], data: Mapping[str, Any]) -> None:
    """Copy what an included workflow gives back into the context of the one around it.

    ``data`` is that of its ``Finish``. Raises NotStorable where a value does not fit its key.
    """
    ctx = workflow.ctx
    for key, source in include.gives.items():
        parent.ctx.set(key, deepcopy(ctx.get(source) if isinstance(source, str) else source(ctx, data)))
    if include.gives:
        encode_context(parent.ctx, where=f"Include({include.workflow!r})")
