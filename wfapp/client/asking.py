"""One request until it is answered: what is sent again, what is waited for, and what is given up.

No socket and no clock is used here: a driver carries out each Post and each Pause.
"""

from __future__ import annotations

from collections.abc import Generator

from wfapp.client.errors import BadAnswer, ClientError, Unreachable, fault_of
from wfapp.client.state import Exchange
from wfapp.client.wire import Lost, Pause, Post, Reply

__all__ = ["Asking", "Moves", "ask", "refusal_of"]

Moves = Generator[Post | Pause, Reply | Lost | None, None]
"""What a verb asks its driver for, one thing at a time."""

Asking = Generator[Post | Pause, Reply | Lost | None, Reply | Lost]

RETRIES = 3
"""Of a request that got no answer: the server plays each round once, so that each of them is safe."""

BACKOFF = 0.4
"""Seconds before the first of them; each later one waits three times as long."""

GATEWAYS = {502, 503, 504}
"""What a proxy answers in the place of the server."""


def ask(exchange: Exchange, patience: float) -> Asking:
    """Send a request, unchanged each time, until there is an answer to take; it waits ``patience`` seconds in all."""
    failures = 0
    while True:
        reply = yield Post(exchange.content, exchange.key)
        assert reply is not None  # noqa: S101 - a driver answers each Post
        if isinstance(reply, Lost) or (reply.status in GATEWAYS and reply.error is None):
            wait: float | None = BACKOFF * 3**failures if failures < RETRIES else None
            failures += 1
        elif reply.code == "busy":
            wait = 1.0 if reply.retry_after is None else reply.retry_after
        elif reply.status == 429:
            wait = reply.retry_after
        else:
            return reply
        # A server that says "at once" over and over is not asked for ever.
        wait = None if wait is None else max(wait, BACKOFF)
        if wait is None or wait > patience:
            return reply
        patience -= wait
        yield Pause(wait)


def refusal_of(reply: Reply | Lost) -> ClientError | None:
    """Make the exception of what is no answer of a workflow, or None."""
    if isinstance(reply, Lost):
        return Unreachable(reply.reason)
    if error := reply.error:
        return fault_of(error["code"], error["message"], reply.status, reply.retry_after)
    if reply.status in GATEWAYS:
        return Unreachable(f"a gateway's {reply.status}")
    if reply.status != 200 or reply.answer is None:
        return BadAnswer(reply.status)
    return None
