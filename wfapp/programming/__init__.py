"""The Python door: start a workflow from code, and play its flows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from wfapp import rounds
from wfapp.declaration.workflow import Workflow
from wfapp.programming.flows import Flows
from wfapp.programming.handle import FlowHandle
from wfapp.rounds.answer import Caller, Input

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

__all__ = ["FlowHandle", "Flows", "bind", "start"]


def start(
    cls: type[Workflow[Any]],
    *,
    params: Mapping[str, Any] | None = None,
    user: AbstractBaseUser | AnonymousUser | None = None,
    data: Mapping[str, Any] | None = None,
    key: str = "",
) -> FlowHandle:
    """Start a flow as ``user``; ``data`` answers its first form.

    The same ``key`` and input come back to the same flow. ``exposed`` is not asked of code; the rights of ``user`` are.
    """
    caller = Caller(door="python", user=user, trusted=True)
    input = Input(values=data) if data is not None else None
    answer = rounds.start(cls, caller=caller, params=params or {}, input=input, idempotency_key=key)
    # A start without a start key makes a flow, or raises.
    return FlowHandle(cls, pk=cast(uuid.UUID, answer.flow_id), answer=answer, user=user)


class _FlowsOf:
    """Give each workflow its own ``flows``."""

    def __get__(self, instance: object, owner: type[Workflow[Any]]) -> Flows:
        return Flows(owner)


def bind() -> None:
    """Give every workflow ``start`` and ``flows``."""
    Workflow.start = classmethod(start)  # type: ignore[method-assign,assignment]
    Workflow.flows = _FlowsOf()  # type: ignore[assignment]
