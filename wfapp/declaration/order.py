"""The order of steps: names, nested lists, branches and loops, frozen into a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wfapp.errors import DeclarationError

__all__ = ["Break", "Condition", "Continue", "If", "Item", "While", "freeze", "names_in", "nodes_in"]

Condition = str | Callable[[Any], Any]
"""The name of a context key or of a method, or a callable of the context; its truth is taken."""


@dataclass(frozen=True, slots=True)
class If:
    """Run ``then`` where ``condition`` is true, else ``else_``."""

    condition: Condition
    then: Sequence[Item]
    else_: Sequence[Item] = ()


@dataclass(frozen=True, slots=True)
class While:
    """Repeat ``body`` as long as ``condition`` is true when it starts over."""

    condition: Condition
    body: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Break:
    """Leave the nearest ``While`` where ``condition`` is true."""

    condition: Condition = lambda ctx: True


@dataclass(frozen=True, slots=True)
class Continue:
    """Start the nearest ``While`` over where ``condition`` is true."""

    condition: Condition = lambda ctx: True


Item = str | If | While | Break | Continue | Sequence["Item"]


def freeze(owner: str, items: Sequence[Item], *, looping: bool = False) -> tuple[Item, ...]:
    """Check an order and give it as nested tuples without nested lists; raises DeclarationError."""
    if not isinstance(items, str | list | tuple):
        raise DeclarationError(f"{owner}: steps holds {items!r}; legal is a list of {_LEGAL}.")
    frozen: list[Item] = []
    for item in (items,) if isinstance(items, str) else items:
        match item:
            case str():
                frozen.append(item)
            case If(condition, then, else_):
                branches = (freeze(owner, branch, looping=looping) for branch in (then, else_))
                frozen.append(If(condition, *branches))
            case While(condition, body):
                loop = While(condition, freeze(owner, body, looping=True))
                if not names_in(loop.body):
                    raise DeclarationError(
                        f"{owner}: While({condition!r}) has no step in its body and would never end; put one into it."
                    )
                frozen.append(loop)
            case Break() | Continue():
                if not looping:
                    raise DeclarationError(
                        f"{owner}: {type(item).__name__} stands outside of While; put it into the body of one."
                    )
                frozen.append(item)
            case list() | tuple():
                frozen.extend(freeze(owner, item, looping=looping))
            case _:
                raise DeclarationError(f"{owner}: steps holds {item!r}; legal are {_LEGAL}.")
    return tuple(frozen)


_LEGAL = "names of steps, If, While, Break, Continue and lists of these"


def nodes_in(items: Sequence[Item]) -> Iterator[Item]:
    """Walk over every name and node of a frozen order, in the order they are written."""
    for item in items:
        yield item
        match item:
            case If(_, then, else_):
                yield from nodes_in((*then, *else_))
            case While(_, body):
                yield from nodes_in(body)


def names_in(items: Sequence[Item]) -> list[str]:
    """List the names of steps in a frozen order."""
    return [item for item in nodes_in(items) if isinstance(item, str)]
