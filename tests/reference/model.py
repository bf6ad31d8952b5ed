"""The model: what a program means, as plain nested generators that know neither positions nor storing.

To go back to a page is to run the program anew with the answers that came before that page.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.reference.programs import (
    BITS,
    Again,
    Answer,
    Body,
    Branch,
    Cond,
    Leave,
    Loop,
    Page,
    Plain,
    Sub,
    flipped,
)

__all__ = ["ENDLESS", "LONG", "Bits", "Model"]

Bits = dict[str, bool]
LONG = 250
"""A program that does more than this without a page is too long to be compared, unless it never ends."""

ENDLESS = 4_000
NO_BITS: Bits = dict.fromkeys(BITS, False)


class Left(Exception):
    """Leave a loop."""


class StartedOver(Exception):
    """Start a loop over."""


class Finished(Exception):
    """End a program."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


class Aborted(Exception):
    """End everything."""


class NeverEnds(Exception):
    """Give up."""


Walk = Generator[str, Answer, None]


@dataclass
class Model:
    """Run a program with the answers of its pages; then the fields say what happened."""

    body: Body
    answers: list[Answer]
    rounds: list[list[Any]] = field(default_factory=list)
    """What happened up to the first page, then with each answer."""

    page: str = ""
    """The page that waits, unless the program has ended."""

    open: list[Bits] = field(default_factory=list)
    """The bits of the programs that the page stands in, the outermost first."""

    end: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    """The pages that were answered, in order."""

    turns: list[int] = field(default_factory=list)
    """How often each loop around the page has started over, the outermost first."""

    longest: int = 0
    moves: int = 0

    def __post_init__(self) -> None:
        self.rounds.append([])
        self.open.append(dict(NO_BITS))
        walk = self.program(self.body, "")
        try:
            self.page = next(walk)
            for answer in self.answers:
                self.passed.append(self.page)
                self.rounds.append([])
                self.moves = 0
                self.page = walk.send(answer)
        except StopIteration:
            self.end = "finished"
        except Finished as finished:
            self.end, self.data = "finished", finished.data
        except Aborted:
            self.end = "aborted"
        except NeverEnds:
            self.end = "endless"

    def note(self, *event: Any) -> None:
        """Write down what happened in this round."""
        self.rounds[-1].append(event)

    def holds(self, cond: Cond | None, path: str) -> bool:
        """Ask a condition of the innermost program."""
        if cond is None:
            return True
        if cond.style != "key":
            self.note("asked", path, cond.id)
        return self.open[-1][cond.bit] ^ cond.negated

    def flip(self, flips: int) -> None:
        """Change the bits of the innermost program."""
        self.open[-1] = flipped(self.open[-1], flips)

    def move(self) -> None:
        """Count what is done without a page."""
        self.moves += 1
        self.longest = max(self.longest, self.moves)
        if self.moves > ENDLESS:
            raise NeverEnds

    def program(self, body: Body, path: str) -> Walk:
        """Run a body."""
        for node in body:
            self.move()
            match node:
                case Page():
                    yield from self.wait(node, path)
                case Plain():
                    self.run(node, path)
                case Branch(cond, then, other):
                    yield from self.program(then if self.holds(cond, path) else other, path)
                case Loop():
                    yield from self.loop(node, path)
                case Leave(cond) | Again(cond):
                    if self.holds(cond, path):
                        raise Left if isinstance(node, Leave) else StartedOver
                case Sub():
                    yield from self.sub(node, path)

    def wait(self, node: Page, path: str) -> Walk:
        """Pause at a page."""
        if self.holds(node.when, path):
            answer = yield path + node.name
            self.note("page", path + node.name, dict(self.open[-1]))
            self.flip(answer.flips)
            if answer.kind == "finish":
                raise Finished({"n": bool(answer.flips & 1)})

    def run(self, node: Plain, path: str) -> None:
        """Run a step without a page."""
        if self.holds(node.when, path):
            self.note("ran", path + node.name, dict(self.open[-1]))
            self.flip(node.flips)
            if node.end and self.open[-1][node.bit]:
                raise Finished({"n": bool(node.flips & 1)}) if node.end == "finish" else Aborted

    def loop(self, node: Loop, path: str) -> Walk:
        """Run a loop as Python does."""
        self.turns.append(0)
        with suppress(Left):
            while self.holds(node.cond, path):
                self.move()
                with suppress(StartedOver):
                    yield from self.program(node.body, path)
                self.turns[-1] += 1
        self.turns.pop()

    def sub(self, node: Sub, path: str) -> Walk:
        """Run another program with bits of its own."""
        outer = self.open[-1]
        turns = list(self.turns)
        self.open.append({**NO_BITS, "b0": outer["b0"]} if node.takes else dict(NO_BITS))
        data: dict[str, Any] = {}
        try:
            yield from self.program(node.body, f"{path}{node.name}/")
        except Finished as finished:
            data, self.turns = finished.data, turns
        inner = self.open.pop()
        if node.gives:
            self.open[-1] = {**outer, "b1": inner["b2"] if node.gives == "key" else data.get("n", inner["b0"])}
