"""Trivial steps, as wfapp plays them: plain ones, durable ones, and durable ones that are undone."""

from __future__ import annotations

from typing import Any

from wfapp import Abort, Context, Workflow, step

__all__ = ["COUNT", "MORE", "Durable", "Empty", "Long", "Plain", "Undone"]

COUNT = 10
MORE = 100
"""How many steps more the long one has: what they cost, over their number, is the cost of one more step."""


class Sum(Context):
    total: int = 0


def _add(self: Any) -> None:
    self.ctx.total += 1


def _take(self: Any) -> None:
    self.ctx.total -= 1


def _leave(self: Any) -> Abort:
    return Abort("enough")


def _body(*, durable: bool, undone: bool, count: int = COUNT) -> dict[str, Any]:
    """Give the attributes of a class with so many steps."""
    body: dict[str, Any] = {}
    for number in range(count):
        made: Any = step(durable=durable)(_named(_add, f"add_{number}"))
        body[f"add_{number}"] = made
        if undone:
            body[f"take_{number}"] = made.compensate(_named(_take, f"take_{number}"))
    if undone:
        body["leave"] = step(_named(_leave, "leave"))
    return body


def _named(function: Any, name: str) -> Any:
    def method(self: Any) -> Any:
        return function(self)

    method.__name__ = method.__qualname__ = name
    return method


class Empty(Workflow[Sum]):
    """One step, to tell what a flow costs without any."""

    name = "bench/empty"

    @step
    def nothing(self) -> None:
        """Do nothing."""


class Plain(Workflow[Sum]):
    """Ten steps in one transaction."""

    name = "bench/plain"
    locals().update(_body(durable=False, undone=False))


class Long(Workflow[Sum]):
    """As many plain steps more, in one transaction."""

    name = "bench/long"
    locals().update(_body(durable=False, undone=False, count=COUNT + MORE))


class Durable(Workflow[Sum]):
    """Ten steps, each in a transaction of its own."""

    name = "bench/durable"
    locals().update(_body(durable=True, undone=False))


class Undone(Workflow[Sum]):
    """Ten steps, and then the undo of each."""

    name = "bench/undone"
    locals().update(_body(durable=True, undone=True))
