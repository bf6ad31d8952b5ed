"""Which step comes next: a pure function of the order, a position and the answers to its conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from wfapp.declaration.order import Break, Condition, Continue, If, Item, Parallel, While
from wfapp.errors import RoundError

__all__ = ["Cursor", "Frame", "Position", "Way", "ways_in"]

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


Way = tuple[Frame, ...]
"""The frames around a step, outermost first."""


def ways_in(order: Sequence[Item]) -> Mapping[str, Way]:
    """Give the way to each step of an order."""
    return MappingProxyType(dict(_ways(order, (), None)))


def _ways(items: Sequence[Item], outer: Way, loop: While | None) -> Iterator[tuple[str, Way]]:
    for index, item in enumerate(items):
        way = (*outer, Frame(items, index, loop))
        match item:
            case str():
                yield item, way
            case Parallel(name):
                yield name, way
            case If(_, then, else_):
                yield from _ways(then, way, None)
                yield from _ways(else_, way, None)
            case While(_, body):
                yield from _ways(body, way, item)


class Cursor:
    """Move over a frozen order; ``ask`` tells whether a condition holds now, ``when`` gives the condition of a step.

    ``ways`` are those of the order, where they are known already.
    """

    def __init__(
        self,
        order: Sequence[Item],
        ask: Callable[[Condition], bool],
        when: Callable[[str], Condition | None],
        ways: Mapping[str, Way] | None = None,
    ) -> None:
        self._order = order
        self._ask = ask
        self._when = when
        self._ways = ways_in(order) if ways is None else ways

    def first(self) -> Position | None:
        """Give the first position; ``None`` where no step runs."""
        return self._settle([Frame(self._order)])

    def after(self, position: Position) -> Position | None:
        """Give the position that follows; ``None`` at the end.

        Raises KeyError where the step is gone from the order.
        """
        loops = iter(position.loops)
        stack = [
            Frame(frame.items, frame.index, frame.loop, 0 if frame.loop is None else next(loops, 0))
            for frame in self._ways[position.step]
        ]
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
