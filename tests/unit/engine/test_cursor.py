"""The position of a flow: a cursor does what a plain program of the same order would do, resumed at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, repeat
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp import Break, Continue, If, While
from wfapp.declaration.order import Condition, Item, freeze, names_in
from wfapp.engine.cursor import Cursor, Position
from wfapp.errors import RoundError

LONGEST_WALK = 60


class Left(Exception):
    """Leave a loop."""


class StartedOver(Exception):
    """Start a loop over."""


def program(order: Sequence[Item], ask: Callable[[Condition], bool], loops: tuple[int, ...] = ()) -> Iterator[Position]:
    """Run an order as the plain program that it describes; pause at each step."""
    for item in order:
        match item:
            case str():
                if ask(f"when {item}"):
                    yield Position(item, loops)
            case If(condition, then, else_):
                yield from program(then if ask(condition) else else_, ask, loops)
            case While():
                yield from loop(item, ask, loops)
            case Break(condition) if ask(condition):
                raise Left
            case Continue(condition) if ask(condition):
                raise StartedOver


def loop(item: While, ask: Callable[[Condition], bool], loops: tuple[int, ...]) -> Iterator[Position]:
    """Run a loop as Python does."""
    count = 0
    with suppress(Left):
        while ask(item.condition):
            with suppress(StartedOver):
                yield from program(item.body, ask, (*loops, count))
            count += 1


def resumed(order: Sequence[Item], ask: Callable[[Condition], bool]) -> Iterator[Position]:
    """Walk with a cursor made anew for each move, which knows the stored position alone."""
    position = cursor(order, ask).first()
    while position is not None:
        yield position
        stored = msgspec.json.encode(position)
        position = cursor(order, ask).after(msgspec.json.decode(stored, type=Position))


def cursor(order: Sequence[Item], ask: Callable[[Condition], bool]) -> Cursor:
    """Make a cursor; each step has a condition of its own."""
    return Cursor(order, ask, lambda name: f"when {name}")


class Asked:
    """Answer conditions from a list, then with no, but let ``inserted`` run; remember what was asked."""

    def __init__(self, answers: Sequence[bool]) -> None:
        self.answers = chain(answers, repeat(False))
        self.conditions: list[Condition] = []

    def __call__(self, condition: Condition) -> bool:
        self.conditions.append(condition)
        return condition == "when inserted" or next(self.answers)


def walk(
    move: Callable[[Sequence[Item], Callable[[Condition], bool]], Iterator[Position]],
    order: Sequence[Item],
    answers: Sequence[bool],
) -> list[Any]:
    """Give all positions of a walk, and what was asked before each of them."""
    asked, trace = Asked(answers), []
    for position, _move in zip(move(order, asked), range(LONGEST_WALK), strict=False):
        trace.append((position, tuple(asked.conditions)))
    return [*trace, tuple(asked.conditions)]


@st.composite
def orders(draw: st.DrawFn) -> tuple[Item, ...]:
    """Draw an order whose steps and conditions all have names of their own."""
    count = iter(range(1_000))

    def items(depth: int, looping: bool) -> list[Item]:
        kinds = ["step", "step", *(["if", "while"] if depth else []), *(["break", "continue"] if looping else [])]
        return [item(draw(st.sampled_from(kinds)), depth, looping) for _ in range(draw(st.integers(0, 3)))]

    def item(kind: str, depth: int, looping: bool) -> Item:
        name = f"{kind}{next(count)}"
        match kind:
            case "if":
                return If(name, items(depth - 1, looping), items(depth - 1, looping))
            case "while":
                return While(name, [*items(depth - 1, True), f"step{next(count)}", *items(depth - 1, True)])
            case "break":
                return Break(name)
            case "continue":
                return Continue(name)
        return name

    return freeze("W", items(3, False))


ANSWERS = st.lists(st.booleans(), max_size=80)


@given(orders(), ANSWERS)
def test_a_cursor_walks_as_the_program_runs(order: tuple[Item, ...], answers: list[bool]) -> None:
    """It comes to the same steps and loop counts, and asks the same conditions, each in its time."""
    assert walk(resumed, order, answers) == walk(program, order, answers)


@given(orders(), st.data())
def test_a_step_that_a_deploy_inserts_moves_no_flow(order: tuple[Item, ...], data: st.DataObject) -> None:
    """A flow that waits goes on from its own step, to the new one if that comes next, and then where it went before."""
    if names := names_in(order):
        waiting, followed = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        answers = data.draw(ANSWERS)
        asked = Asked(answers)
        deployed = cursor(inserted(order, followed), asked)
        position = deployed.after(Position(waiting))
        # In a loop it may come again, in each turn that goes through no other step.
        while position is not None and position.step == "inserted":
            position = deployed.after(position)
        assert position == cursor(order, Asked(answers)).after(Position(waiting))


def inserted(order: Sequence[Item], before: str) -> tuple[Item, ...]:
    """Insert a step before another one."""
    changed: list[Item] = []
    for item in order:
        match item:
            case str():
                changed.extend(["inserted", item] if item == before else [item])
            case If(condition, then, else_):
                changed.append(If(condition, inserted(then, before), inserted(else_, before)))
            case While(condition, body):
                changed.append(While(condition, inserted(body, before)))
            case _:
                changed.append(item)
    return tuple(changed)


ORDER = freeze(
    "W",
    [
        "first",
        If("paid", ["payment", If("card", ["charge"])], else_=["invoice"]),
        While("more", ["item", Continue("again"), While("deep", ["inner"]), Break("enough"), "tail"]),
        "last",
    ],
)


def after(step: str, *loops: int, **answers: bool) -> tuple[Any, list[Condition]]:
    """Go on from a position, with the answers to what may be asked; give where to, and what was asked."""
    asked: list[Condition] = []

    def ask(condition: Condition) -> bool:
        asked.append(condition)
        return answers[str(condition)]

    position = Cursor(ORDER, ask, lambda name: None).after(Position(step, loops))
    return position and str(position), asked


def test_the_paused_step_is_not_asked_again() -> None:
    """Neither its own condition nor that of a branch or a loop around it."""
    assert after("charge", more=False) == ("last", ["more"])
    assert after("payment", card=True) == ("charge", ["card"])
    assert after("item", 4, again=False, deep=False, enough=False) == ("tail#4", ["again", "deep", "enough"])


def test_loops_count_how_often_they_started_over() -> None:
    """The outermost first; an inner loop begins at 0 again."""
    assert after("tail", 0, more=True) == ("item#1", ["more"])
    assert after("item", 1, again=False, deep=True) == ("inner#1#0", ["again", "deep"])
    assert after("inner", 1, 0, deep=True) == ("inner#1#1", ["deep"])
    assert after("inner", 1, 1, deep=False, enough=False) == ("tail#1", ["deep", "enough"])


def test_continue_asks_the_loop_again() -> None:
    """And break does not."""
    assert after("item", 2, again=True, more=True) == ("item#3", ["again", "more"])
    assert after("item", 2, again=True, more=False) == ("last", ["again", "more"])
    assert after("inner", 2, 5, deep=False, enough=True) == ("last", ["deep", "enough"])


def test_the_end() -> None:
    """After the last step there is no position."""
    assert after("last") == (None, [])


def test_an_order_without_a_step_that_runs() -> None:
    """It has no first position."""
    assert Cursor(("a", "b"), lambda condition: False, lambda name: "never").first() is None
    assert Cursor((), lambda condition: True, lambda name: None).first() is None


def test_a_step_that_is_gone() -> None:
    """The flows that wait there cannot go on."""
    with pytest.raises(KeyError, match="gone"):
        after("gone")


def test_loops_that_a_deploy_added_or_removed() -> None:
    """Counts that are missing begin at 0, those too many are dropped."""
    assert after("item", again=True, more=True) == ("item#1", ["again", "more"])
    assert after("first", 7, 8, paid=False) == ("invoice", ["paid"])


def test_a_loop_that_never_comes_to_a_step() -> None:
    """It is an error, and not a request that never ends."""
    order = freeze("W", [While("more", ["skipped"])])
    with pytest.raises(RoundError) as caught:
        Cursor(order, lambda condition: condition == "more", lambda name: "never").first()
    assert str(caught.value) == (
        "The order did not come to a step after 10000 moves; let a step inside the While change its condition."
    )


def test_a_position_as_text() -> None:
    """Its step, then the counts of its loops."""
    assert [str(Position("a")), str(Position("a", (0, 3)))] == ["a", "a#0#3"]
