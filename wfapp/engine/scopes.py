"""What is kept of the included workflows that a flow stands inside of."""

from __future__ import annotations

from typing import Any

import msgspec

from wfapp.declaration.context import Context, Params
from wfapp.declaration.values import decode_context, decode_params, encode_context, encode_params
from wfapp.declaration.workflow import Workflow
from wfapp.errors import InvalidToken

__all__ = ["ScopeState", "kept_scope", "open_scope"]


class ScopeState(msgspec.Struct, frozen=True, array_like=True):
    """Hold the context and params of an included workflow that the flow stands inside of."""

    workflow: str
    version: int
    """``Workflow.version`` when it was entered."""

    context: msgspec.Raw
    context_version: int
    params: msgspec.Raw


def kept_scope(workflow: Workflow[Any], where: str) -> ScopeState:
    """Keep the instance of an included workflow; ``where`` names the step in an error."""
    return ScopeState(
        workflow=workflow.name,
        version=workflow.version,
        context=msgspec.Raw(encode_context(workflow.ctx, where=where)),
        context_version=workflow.context_class.version,
        params=msgspec.Raw(encode_params(workflow.params)),
    )


def open_scope(kept: ScopeState, workflow: type[Workflow[Any]]) -> tuple[Context, Params]:
    """Open what was kept of an included workflow, upgraded as a flow's own context is.

    Raises InvalidToken where it was entered in an older version, where another workflow is included today, and for what
    does not fit.
    """
    if kept.workflow != workflow.name or kept.version < workflow.version:
        raise InvalidToken
    ctx = decode_context(workflow.context_class, kept.context_version, bytes(kept.context))
    return ctx, decode_params(workflow.Params, bytes(kept.params))
