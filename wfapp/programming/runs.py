"""Start and run workflows from code, async code included."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.db import connections

from wfapp import rounds
from wfapp.declaration.options import check_timedelta
from wfapp.declaration.workflow import Workflow
from wfapp.programming.handle import FlowHandle
from wfapp.rounds.answer import Caller, Input
from wfapp.rounds.results import FlowResult

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    User = AbstractBaseUser | AnonymousUser

__all__ = ["arun", "astart", "run", "start"]

T = TypeVar("T")


def start(
    cls: type[Workflow[Any]],
    *,
    params: Mapping[str, Any] | None = None,
    user: User | None = None,
    data: Mapping[str, Any] | None = None,
    key: str = "",
) -> FlowHandle:
    """Start a flow as ``user``; ``data`` answers its first form.

    The same ``key`` and input come back to the same flow; one whose step runs at this moment raises FlowAlreadyRunning.
    ``exposed`` is not asked of code; the rights of ``user`` are.
    """
    caller = Caller(door="python", user=user, trusted=True)
    input = Input(values=data) if data is not None else None
    answer = rounds.start(cls, caller=caller, params=params or {}, input=input, idempotency_key=key)
    # A start without a start key makes a flow, or raises.
    return FlowHandle(cls, pk=cast(uuid.UUID, answer.flow_id), answer=answer, user=user)


def run(
    cls: type[Workflow[Any]],
    *,
    params: Mapping[str, Any] | None = None,
    user: User | None = None,
    key: str = "",
    rerun_failed: bool = False,
    timeout: timedelta | None = None,
) -> FlowResult:
    """Run a workflow without forms as ``user``, and tell how it came out.

    An exception of a step fails the flow, and is told in the result. A flow that waits for more than two seconds, or
    for another worker, is ``pending``: it goes on without the caller, who waits for it up to ``timeout``. The same
    ``key`` and input give the same flow and the same result, and one that runs raises FlowAlreadyRunning; with
    ``rerun_failed`` a flow that has failed, expired or was cancelled gives its key to a new one.
    """
    until = None
    if timeout is not None:
        check_timedelta("run: timeout", timeout)
        until = time.monotonic() + timeout.total_seconds()
    caller = Caller(door="python", user=user, trusted=True, until=until)
    return rounds.run_program(cls, caller=caller, params=params or {}, idempotency_key=key, rerun_failed=rerun_failed)


async def astart(cls: type[Workflow[Any]], **given: Any) -> FlowHandle:
    """Start a flow from async code; see ``start``. The handle itself is sync."""
    return await _in_thread(partial(start, cls, **given))


async def arun(cls: type[Workflow[Any]], **given: Any) -> FlowResult:
    """Run a workflow from async code; see ``run``. A task that is cancelled meanwhile leaves the flow as it is."""
    return await _in_thread(partial(run, cls, **given))


async def _in_thread(call: Callable[[], T]) -> T:
    """Call in a thread of its own, with connections of its own.

    ``thread_sensitive=True`` would put it on the one thread that all sync code of a request (outside of one: of the
    whole process) shares, and hold that up for as long as the steps take. What it is for, sharing a connection and its
    transaction, cannot be of use here: each step begins a durable transaction. Nobody else closes the connections of
    such a thread: the signals of a request reach only the shared one.
    """
    return await sync_to_async(partial(_called, call), thread_sensitive=False)()


def _called(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        connections.close_all()
