"""Which step comes next: a pure function of the order, a position and the answers to its conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from wfapp.declaration.order import Break, Condition, Continue, If, Item, Parallel, While
from wfapp.errors import RoundError

__all__ = ["Cursor", "Frame", "Position", "stack_to"]

MAX_MOVES = 10_000


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Name where a flow stands: a step, and how often each loop around it has started over, outermost first.

    Names, not numbers: a deploy that inserts a step does not move the flows in flight.
    """

    step: str
    loops: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "#".join([self.step, *map(str, self.loops)])


@dataclass(slots=True)
class Frame:
    """Point into one part of an order: the whole, a branch, or the body of ``loop``."""

    items: Sequence[Item]
    index: int = 0
    loop: While | None = None
    count: int = 0


def stack_to(items: Sequence[Item], step: str, loop: While | None = None) -> list[Frame] | None:
    """Give the way to a step, outermost first; ``None`` where it is not in the order."""
    for index, item in enumerate(items):
        inner: list[Frame] | None = None
        match item:
            case str():
                inner = [] if item == step else None
            case Parallel(name):
                inner = [] if name == step else None
            case If(_, then, else_):
                inner = stack_to(then, step)
                if inner is None:
                    inner = stack_to(else_, step)
            case While(_, body):
                inner = stack_to(body, step, item)
        if inner is not None:
            return [Frame(items, index, loop), *inner]
    return None


class Cursor:
    """Move over a frozen order; ``ask`` tells whether a condition holds now, ``when`` gives the condition of a step."""

    def __init__(
        self, order: Sequence[Item], ask: Callable[[Condition], bool], when: Callable[[str], Condition | None]
    ) -> None:
        self._order = order
        self._ask = ask
        self._when = when

    def first(self) -> Position | None:
        """Give the first position; ``None`` where no step runs."""
        return self._settle([Frame(self._order)])

    def after(self, position: Position) -> Position | None:
        """Give the position that follows; ``None`` at the end.

        Raises KeyError where the step is gone from the order.
        """
        stack = stack_to(self._order, position.step)
        if stack is None:
            raise KeyError(position.step)
        loops = iter(position.loops)
        for frame in stack:
            if frame.loop is not None:
                frame.count = next(loops, 0)
        stack[-1].index += 1
        return self._settle(stack)

    def _settle(self, stack: list[Frame]) -> Position | None:
        for _ in range(MAX_MOVES):
            frame = stack[-1]
            if frame.index >= len(frame.items):
                if frame.loop is not None and self._ask(frame.loop.condition):
                    frame.index, frame.count = 0, frame.count + 1
                    continue
                stack.pop()
                if not stack:
                    return None
                stack[-1].index += 1
                continue
            position = self._enter(stack, frame.items[frame.index])
            if position is not None:
                return position
        raise RoundError(
            f"The order did not come to a step after {MAX_MOVES} moves; let a step inside the While change its "
            f"condition."
        )

    def _enter(self, stack: list[Frame], item: Item) -> Position | None:
        frame = stack[-1]
        match item:
            case str():
                when = self._when(item)
                if when is None or self._ask(when):
                    return _position(item, stack)
                frame.index += 1
            case Parallel(name):
                return _position(name, stack)
            case If(condition, then, else_):
                branch = then if self._ask(condition) else else_
                stack.append(Frame(branch))
            case While(condition, body):
                if self._ask(condition):
                    stack.append(Frame(body, loop=item))
                else:
                    frame.index += 1
            case Break(condition) | Continue(condition):
                if self._ask(condition):
                    self._jump(stack, leave=isinstance(item, Break))
                else:
                    frame.index += 1
        return None

    def _jump(self, stack: list[Frame], *, leave: bool) -> None:
        while stack[-1].loop is None:
            stack.pop()
        if leave:
            stack.pop()
            stack[-1].index += 1
        else:
            stack[-1].index = len(stack[-1].items)


def _position(name: str, stack: Sequence[Frame]) -> Position:
    return Position(name, tuple(frame.count for frame in stack if frame.loop is not None))
