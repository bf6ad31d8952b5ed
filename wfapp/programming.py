"""The Python door: start a workflow and find its flows from code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wfapp import rounds
from wfapp.declaration.workflow import Workflow
from wfapp.models import AbstractFlow
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.database import model_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

__all__ = ["bind", "flows", "start"]


def start(
    cls: type[Workflow[Any]],
    *,
    params: Mapping[str, Any] | None = None,
    user: AbstractBaseUser | AnonymousUser | None = None,
    data: Mapping[str, Any] | None = None,
    key: str = "",
) -> Answer:
    """Start a flow as ``user``; ``data`` answers its first form.

    The same ``key`` and input come back to the same flow.
    """
    input = Input(values=data) if data is not None else None
    return rounds.start(
        cls, caller=Caller(door="python", user=user), params=params or {}, input=input, idempotency_key=key
    )


def flows(cls: type[Workflow[Any]]) -> QuerySet[AbstractFlow]:
    """Select the rows of this workflow."""
    return model_of(cls)._default_manager.filter(workflow=cls.name)


def bind() -> None:
    """Give every workflow ``start`` and ``flows``."""
    Workflow.start = classmethod(start)  # type: ignore[method-assign,assignment]
    Workflow.flows = classmethod(flows)  # type: ignore[method-assign,assignment]
