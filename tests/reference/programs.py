"""Random programs of pages, steps, branches, loops and sub-programs, and random answers to their pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

__all__ = [
    "BITS",
    "Again",
    "Answer",
    "Body",
    "Branch",
    "Cond",
    "Leave",
    "Loop",
    "Page",
    "Plain",
    "Sub",
    "answers",
    "conditions_of",
    "flipped",
    "programs",
]

BITS = ("b0", "b1", "b2")
"""The keys of every context; conditions look at them, answers and steps flip them."""

DEPTH = 5


@dataclass(frozen=True)
class Cond:
    """Look at one bit; as a key of the context, a method, or a callable."""

    id: int
    bit: str
    negated: bool
    style: Literal["key", "method", "callable"]


@dataclass(frozen=True)
class Page:
    """Wait for an answer, which flips bits."""

    name: str
    when: Cond | None


@dataclass(frozen=True)
class Plain:
    """Flip bits; then, where a bit is set, end the program or abort the whole."""

    name: str
    when: Cond | None
    flips: int
    end: Literal["", "finish", "abort"]
    bit: str


@dataclass(frozen=True)
class Branch:
    """Run one of two bodies."""

    cond: Cond
    then: Body
    other: Body


@dataclass(frozen=True)
class Loop:
    """Repeat a body."""

    cond: Cond
    body: Body


@dataclass(frozen=True)
class Leave:
    """Break."""

    cond: Cond | None


@dataclass(frozen=True)
class Again:
    """Continue."""

    cond: Cond | None


@dataclass(frozen=True)
class Sub:
    """Run another program with bits of its own: the first is taken, and one may be given back."""

    name: str
    takes: bool
    gives: Literal["", "key", "data"]
    body: Body


Node = Page | Plain | Branch | Loop | Leave | Again | Sub
Body = tuple[Node, ...]


@dataclass(frozen=True)
class Answer:
    """Say what a page gets: bits to flip, and what its method does then."""

    kind: Literal["go", "ask", "finish", "reject"]
    flips: int
    pick: int


def flipped(bits: dict[str, bool], flips: int) -> dict[str, bool]:
    """Flip the bits of a mask."""
    return {bit: value ^ bool(flips >> index & 1) for index, (bit, value) in enumerate(bits.items())}


def conditions_of(body: Body) -> Iterator[Cond]:
    """Walk over the conditions of one program, without those of its sub-programs."""
    for node in body:
        match node:
            case Page(when=cond) | Plain(when=cond) | Leave(cond) | Again(cond):
                if cond is not None:
                    yield cond
            case Branch(cond, then, other):
                yield cond
                yield from conditions_of((*then, *other))
            case Loop(cond, inner):
                yield cond
                yield from conditions_of(inner)


answers = st.lists(
    st.builds(
        Answer,
        kind=st.sampled_from(["go", "go", "go", "go", "go", "ask", "finish", "reject"]),
        flips=st.integers(0, 7),
        pick=st.integers(0, 9),
    ),
    min_size=2,
    max_size=14,
)


class Drawer:
    """Draw nodes that all have names of their own."""

    def __init__(self, draw: st.DrawFn, *, calm: bool) -> None:
        self.draw = draw
        self.calm = calm
        self.count = iter(range(10_000))

    def condition(self) -> Cond:
        """Draw a condition."""
        style = self.draw(st.sampled_from(["method", "callable", "key"]))
        negated = style != "key" and self.draw(st.booleans())
        return Cond(next(self.count), self.draw(st.sampled_from(BITS)), negated, style)

    def perhaps(self, most: int) -> Cond | None:
        """Draw a condition, or none, ``most`` times of ten."""
        return self.condition() if self.draw(st.integers(0, 9)) >= most else None

    def body(self, depth: int, looping: bool, least: int = 0) -> Body:
        """Draw a body."""
        kinds = ["page", "plain"]
        kinds += ["branch", "sub", *([] if self.calm else ["loop"])] * 2 if depth else []
        kinds += ["leave", "again"] if looping else []
        chosen = self.draw(st.lists(st.sampled_from(kinds), min_size=least, max_size=3))
        return tuple(getattr(self, kind)(depth - 1, looping) for kind in chosen)

    def page(self, depth: int, looping: bool) -> Page:
        """Draw a page."""
        return Page(f"page{next(self.count)}", self.perhaps(7))

    def plain(self, depth: int, looping: bool) -> Plain:
        """Draw a step without a page."""
        end = "" if self.calm else self.draw(st.sampled_from([*[""] * 7, "finish", "finish", "abort"]))
        flips = 0 if self.calm else self.draw(st.integers(0, 7))
        return Plain(f"step{next(self.count)}", self.perhaps(7), flips, end, self.draw(st.sampled_from(BITS)))

    def branch(self, depth: int, looping: bool) -> Branch:
        """Draw a branch."""
        return Branch(self.condition(), self.body(depth, looping, 1), self.body(depth, looping))

    def loop(self, depth: int, looping: bool) -> Loop:
        """Draw a loop, mostly with a page that always comes: one without ends at once or never."""
        always = Page(f"page{next(self.count)}", self.perhaps(9))
        return Loop(self.condition(), (*self.body(depth, True), always, *self.body(depth, True)))

    def leave(self, depth: int, looping: bool) -> Leave:
        """Draw a Break."""
        return Leave(self.perhaps(1))

    def again(self, depth: int, looping: bool) -> Again:
        """Draw a Continue."""
        return Again(self.perhaps(1))

    def sub(self, depth: int, looping: bool) -> Sub:
        """Draw a sub-program with a page of its own."""
        gives = "" if self.calm else self.draw(st.sampled_from(["", "key", "data"]))
        inner = (*self.body(depth, False), self.page(depth, False))
        return Sub(f"sub{next(self.count)}", self.draw(st.booleans()), gives, inner)


@st.composite
def programs(draw: st.DrawFn, *, calm: bool = False) -> Body:
    """Draw a program that begins with a page; a calm one has no loop, and changes nothing by itself."""
    drawer = Drawer(draw, calm=calm)
    first = Page(f"page{next(drawer.count)}", None)
    return (first, *drawer.body(DEPTH, False, 1))
