"""Call what an author wrote, an ``async def`` too: that one is cancelled at its next ``await`` once it is late."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from wfapp.errors import StepTimedOut

__all__ = ["call"]


def call(method: Callable[..., Any], *arguments: Any, deadline: datetime | None = None) -> Any:
    """Call a method and give what it returns; a coroutine is run to its end, or to ``deadline``.

    Its ORM calls run in this very thread, and so in the transaction that is open here: Django sends them back to the
    thread that waits for the coroutine.
    """
    said = method(*arguments)
    return async_to_sync(_finished)(said, deadline) if inspect.iscoroutine(said) else said


async def _finished(coroutine: Coroutine[Any, Any, Any], deadline: datetime | None) -> Any:
    left = None if deadline is None else (deadline - timezone.now()).total_seconds()
    try:
        async with asyncio.timeout(left) as scope:
            return await coroutine
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise StepTimedOut("This step was cancelled at its deadline; what it did was rolled back.") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # Nobody cancelled this one: it awaited something that was. That is an error of its own, and ends no process.
        raise concurrent.futures.CancelledError("What this step awaited was cancelled.") from error
