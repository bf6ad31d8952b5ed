"""The order of steps: names, nested lists, branches and loops, frozen into a tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from wfapp.declaration.options import check_flag
from wfapp.errors import DeclarationError

__all__ = [
    "Break",
    "Condition",
    "Continue",
    "Given",
    "If",
    "Include",
    "Item",
    "Parallel",
    "Taken",
    "While",
    "freeze",
    "groups_in",
    "includes_in",
    "names_in",
    "nodes_in",
]

Condition = str | Callable[[Any], Any]
"""The name of a context key or of a method, or a callable of the context; its truth is taken."""

Taken = str | Callable[[Any], Any]
"""Where an included workflow's value comes from: a key of the including context, or a callable of that context."""

Given = str | Callable[[Any, Any], Any]
"""Where a value that an included workflow gives back comes from: a key of its context, or a callable ``(ctx, data)``
of that context and of the data of its ``Finish``."""

_INCLUDE_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)


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


@dataclass(frozen=True, slots=True)
class Include:
    """Run the steps of another workflow as a sub-flow, with a context of its own.

    That context is born each time the flow comes here, and wiped when the sub-flow has ended.
    """

    workflow: str
    """The name of the other workflow, which may be imported later."""

    takes: Mapping[str, Taken] = field(default_factory=dict, kw_only=True)
    """Keys of its context, each with where its first value comes from."""

    params: Mapping[str, Taken] = field(default_factory=dict, kw_only=True)
    """Keys of its ``Params``, each with where the value comes from."""

    gives: Mapping[str, Given] = field(default_factory=dict, kw_only=True)
    """Keys of the including context that get a value when it has ended."""

    name: str = field(default="", kw_only=True)
    """What its steps are found under, as in ``verify_email/code``; by default the last part of the workflow's name."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Run steps at the same time, each in a transaction and a thread of its own; on SQLite one after another.

    With ``fail_fast`` the first one that fails for good stops its siblings and fails the group; without it the group
    fails only where all of them do.
    """

    name: str
    """What it is called where it runs, such as ``notify``; no step has that name."""

    members: Sequence[str]
    """The names of the steps, which have no forms."""

    fail_fast: bool = field(default=True, kw_only=True)


Item = str | If | While | Break | Continue | Include | Parallel | Sequence["Item"]


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
                if not names_in(loop.body) and not includes_in(loop.body):
                    raise DeclarationError(
                        f"{owner}: While({condition!r}) has no step in its body and would never end; put one into it."
                    )
                frozen.append(loop)
            case Break() | Continue() | Include() | Parallel():
                frozen.append(_frozen_leaf(owner, item, looping))
            case list() | tuple():
                frozen.extend(freeze(owner, item, looping=looping))
            case _:
                raise DeclarationError(f"{owner}: steps holds {item!r}; legal are {_LEGAL}.")
    return tuple(frozen)


_LEGAL = "names of steps, If, While, Break, Continue, Include, Parallel and lists of these"


def _frozen_leaf(owner: str, item: Break | Continue | Include | Parallel, looping: bool) -> Item:
    if isinstance(item, Include):
        return _frozen_include(owner, item)
    if isinstance(item, Parallel):
        return _frozen_parallel(owner, item)
    if not looping:
        raise DeclarationError(f"{owner}: {type(item).__name__} stands outside of While; put it into the body of one.")
    return item


def _frozen_parallel(owner: str, item: Parallel) -> Parallel:
    if not isinstance(item.name, str) or not item.name.isidentifier():
        raise DeclarationError(f"{owner}: Parallel has the name {item.name!r}; it must be a name such as 'notify'.")
    members = item.members
    are_names = isinstance(members, list | tuple) and all(isinstance(member, str) for member in members)
    if not are_names or len(members) < 2:
        raise DeclarationError(
            f"{owner}: Parallel({item.name!r}) has the members {members!r}; it must have a list of two or more "
            f"names of steps."
        )
    check_flag(f"{owner}: Parallel({item.name!r}): fail_fast", item.fail_fast)
    return replace(item, members=tuple(members))


def _frozen_include(owner: str, item: Include) -> Include:
    if not isinstance(item.workflow, str) or not item.workflow:
        raise DeclarationError(
            f"{owner}: Include({item.workflow!r}) must name a workflow, as in Include('auth/verify-email')."
        )
    name = item.name or item.workflow.rpartition("/")[2].replace("-", "_")
    if not isinstance(name, str) or not _INCLUDE_NAME.fullmatch(name):
        raise DeclarationError(
            f"{owner}: Include({item.workflow!r}) has the name {name!r}; legal are lower-case letters, digits and '_', "
            f"and no digit first."
        )
    takes, params, gives = (_frozen_map(owner, item, option) for option in ("takes", "params", "gives"))
    return replace(item, name=name, takes=takes, params=params, gives=gives)


def _frozen_map(owner: str, item: Include, option: str) -> Mapping[str, Any]:
    value = getattr(item, option)
    if not isinstance(value, Mapping):
        raise DeclarationError(f"{owner}: Include({item.workflow!r}): {option} is {value!r}; it must be a dict.")
    for key, source in value.items():
        if not isinstance(key, str) or not (isinstance(source, str) or callable(source)):
            raise DeclarationError(
                f"{owner}: Include({item.workflow!r}): {option} holds {key!r}: {source!r}; legal are names "
                f"of keys, each with the name of a key or a callable."
            )
    return MappingProxyType(dict(value))


def nodes_in(items: Sequence[Item]) -> Iterator[Item]:
    """Walk over every name and node of a frozen order, in the order they are written."""
    for item in items:
        yield item
        match item:
            case If(_, then, else_):
                yield from nodes_in((*then, *else_))
            case While(_, body):
                yield from nodes_in(body)
            case Parallel():
                yield from item.members


def groups_in(items: Sequence[Item]) -> list[Parallel]:
    """List the groups of a frozen order."""
    return [item for item in nodes_in(items) if isinstance(item, Parallel)]


def names_in(items: Sequence[Item]) -> list[str]:
    """List the names of steps in a frozen order."""
    return [item for item in nodes_in(items) if isinstance(item, str)]


def includes_in(items: Sequence[Item]) -> list[Include]:
    """List the includes of a frozen order."""
    return [item for item in nodes_in(items) if isinstance(item, Include)]
