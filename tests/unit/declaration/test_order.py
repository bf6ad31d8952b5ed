"""The order of steps, frozen into a tree."""

from __future__ import annotations

from typing import Any

import pytest

from wfapp import Break, Continue, If, While
from wfapp.declaration.order import freeze, names_in, nodes_in
from wfapp.errors import DeclarationError

LEGAL = "names of steps, If, While, Break, Continue, Include, Parallel and lists of these"


def always(ctx: Any) -> bool:
    """Hold."""
    return True


def test_nested_lists_are_flattened() -> None:
    """A list inside a list is only a way to write it."""
    assert freeze("W", ["a", ["b", ["c"], []], ("d",)]) == ("a", "b", "c", "d")


def test_branches_and_loops_become_tuples() -> None:
    """Whatever a branch or a body was written as."""
    order = freeze("W", ["a", If("x", "b", else_=["c", ["d"]]), While("y", ["e", If("z", [Break()])])])
    branch, loop = order[1:]
    assert branch == If("x", ("b",), ("c", "d"))
    assert isinstance(loop, While)
    assert loop.body[0] == "e"
    assert isinstance(loop.body[1], If)


def test_names_in_the_order_they_are_written() -> None:
    """Every step stands in the list, wherever it is nested."""
    order = freeze("W", ["a", If("x", ["b"], else_=["c"]), While("y", ["d", Continue("x"), While("z", ["e"])]), "f"])
    assert names_in(order) == ["a", "b", "c", "d", "e", "f"]


def test_nodes_are_walked_with_their_insides() -> None:
    """Names and nodes alike."""
    loop = While("x", ("a", Break("y")))
    assert list(nodes_in((loop, "b"))) == [loop, "a", Break("y"), "b"]


def test_break_and_continue_need_no_condition() -> None:
    """Without one they always jump."""
    assert Break().condition(None) is True
    assert Continue().condition(None) is True


@pytest.mark.parametrize("node", [Break("x"), Continue("x")])
def test_a_jump_belongs_into_a_loop(node: Break | Continue) -> None:
    """At any depth of branches."""
    freeze("W", [While("y", ["a", If("z", [[node]])])])
    name = type(node).__name__
    for order in ([node], ["a", If("z", ["b"], else_=[node])], [While("y", ["a"]), [node]]):
        with pytest.raises(DeclarationError) as caught:
            freeze("W", order)
        assert str(caught.value) == f"W: {name} stands outside of While; put it into the body of one."


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["a", 3], f"W: steps holds 3; legal are {LEGAL}."),
        (["a", None], f"W: steps holds None; legal are {LEGAL}."),
        (["a", If("x", ["b", always])], f"W: steps holds {always!r}; legal are {LEGAL}."),
        (3, f"W: steps holds 3; legal is a list of {LEGAL}."),
        ([If("x", None)], f"W: steps holds None; legal is a list of {LEGAL}."),
        ({"a"}, f"W: steps holds {{'a'}}; legal is a list of {LEGAL}."),
        ([While("x", 5)], f"W: steps holds 5; legal is a list of {LEGAL}."),
        ([While("x", [])], "W: While('x') has no step in its body and would never end; put one into it."),
        (
            [While("x", [If("y", [Break("z")])])],
            "W: While('x') has no step in its body and would never end; put one into it.",
        ),
    ],
)
def test_mistakes(order: Any, message: str) -> None:
    """What is no order is refused with what one is."""
    with pytest.raises(DeclarationError) as caught:
        freeze("W", order)
    assert str(caught.value) == message
