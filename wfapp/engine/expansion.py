"""A workflow together with those it includes: one order, in which every step has a qualified name.

A step of an included workflow is called ``<include>/<step>``, at any depth. Around its steps stand two borders, where
the machine opens and closes the sub-flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from wfapp.declaration.order import (
    Break,
    Condition,
    Continue,
    If,
    Include,
    Item,
    Parallel,
    While,
    groups_in,
    includes_in,
)
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Step
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Way, ways_in
from wfapp.errors import DeclarationError, UnknownWorkflow

__all__ = [
    "ENTER",
    "EXIT",
    "Expansion",
    "Place",
    "Scope",
    "Scoped",
    "around",
    "expansion_of",
    "joined",
    "local_of",
    "path_of",
]

ENTER = "<"
"""The local name of the border where a sub-flow begins; no step can have it."""

EXIT = ">"
"""The local name of the border where a sub-flow ends."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Tie a condition of an included workflow to the place that it is included at."""

    path: str
    condition: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Hold one workflow of an expansion: the root at the path ``""``, an included one where it stands."""

    path: str
    cls: type[Workflow[Any]]
    include: Include | None = None

    @property
    def include_here(self) -> Include:
        """Give the include that stands for this scope; raises ValueError for the root."""
        if self.include is None:
            raise ValueError("The root of an expansion is included by nothing.")
        return self.include


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Hold what is asked whenever a flow comes to a step."""

    step: Step[Any, Any]
    """It carries the name that it has in its own workflow."""

    path: str
    when: Condition | None
    is_durable: bool


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """Hold the whole order of a workflow, and the workflows in it by path."""

    order: tuple[Item, ...]
    ways: Mapping[str, Way]
    """The way through the order to each step, and to each border."""

    scopes: Mapping[str, Scope]
    groups: Mapping[str, Parallel]
    """The groups of steps that run at the same time, by their qualified names."""

    places: Mapping[str, Place]
    """Every step by its qualified name; a group is one that does nothing by itself."""

    def step(self, name: str) -> Step[Any, Any] | None:
        """Give the step of a qualified name; ``None`` where there is none, at a border too."""
        place = self.places.get(name)
        return None if place is None else place.step

    def when(self, name: str) -> Condition | None:
        """Give the condition of a step by its qualified name."""
        place = self.places.get(name)
        return None if place is None else place.when

    def steps(self) -> Iterator[tuple[str, Scope, Step[Any, Any]]]:
        """Walk over every step, with its qualified name and the workflow that it belongs to."""
        for scope in self.scopes.values():
            for name, step in scope.cls.structure.steps.items():
                yield joined(scope.path, name), scope, step


def path_of(name: str) -> str:
    """Give the path of the workflow that a qualified name belongs to; empty for the root."""
    return name.rpartition("/")[0]


def local_of(name: str) -> str:
    """Give the name that a step has in its own workflow."""
    return name.rpartition("/")[2]


def joined(path: str, name: str) -> str:
    """Give the qualified name of a step that has this name in the workflow at a path."""
    return f"{path}/{name}" if path else name


def around(path: str) -> list[str]:
    """List the paths from the root to this one."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:length]) for length in range(len(parts) + 1)]


def expansion_of(cls: type[Workflow[Any]]) -> Expansion:
    """Expand a workflow, once for each class; raises DeclarationError for an include that leads nowhere or to itself.

    ``manage.py check`` finds these mistakes before.
    """
    return _expanded(cls)  # type: ignore[arg-type]  # mypy asks whether an instance is hashable, not the class


@cache
def _expanded(cls: type[Workflow[Any]]) -> Expansion:
    scopes = {"": Scope("", cls)}
    order = cls.structure.order
    if includes_in(order):
        order = _qualified(order, scopes[""], scopes, (cls.name,))
    groups = {group.name: group for group in groups_in(order)}
    places = MappingProxyType(_places(scopes, groups))
    return Expansion(order, ways_in(order), MappingProxyType(scopes), MappingProxyType(groups), places)


def _places(scopes: Mapping[str, Scope], groups: Mapping[str, Parallel]) -> dict[str, Place]:
    places = {name: Place(Step(name=local_of(name)), path_of(name), None, is_durable=True) for name in groups}
    for scope in scopes.values():
        structure = scope.cls.structure
        for name, step in structure.steps.items():
            when = None if step.when is None else _scoped(scope.path, step.when)
            places[joined(scope.path, name)] = Place(step, scope.path, when, name in structure.durable)
    return places


def _qualified(
    items: Sequence[Item], scope: Scope, scopes: dict[str, Scope], names: tuple[str, ...]
) -> tuple[Item, ...]:
    made: list[Item] = []
    path = scope.path
    for item in items:
        match item:
            case str():
                made.append(joined(path, item))
            case If(condition, then, else_):
                branches = (_qualified(branch, scope, scopes, names) for branch in (then, else_))
                made.append(If(_scoped(path, condition), *branches))
            case While(condition, body):
                made.append(While(_scoped(path, condition), _qualified(body, scope, scopes, names)))
            case Break(condition):
                made.append(Break(_scoped(path, condition)))
            case Continue(condition):
                made.append(Continue(_scoped(path, condition)))
            case Parallel():
                members = tuple(joined(path, member) for member in item.members)
                made.append(replace(item, name=joined(path, item.name), members=members))
            case Include():
                made.extend(_included(item, scope, scopes, names))
    return tuple(made)


def _included(item: Include, scope: Scope, scopes: dict[str, Scope], names: tuple[str, ...]) -> list[Item]:
    where = f"{scope.cls.__qualname__}: Include({item.workflow!r})"
    if item.workflow in names:
        raise DeclarationError(f"{where} leads back to itself: {' -> '.join((*names, item.workflow))}; take one out.")
    try:
        cls = registry.get(item.workflow)
    except UnknownWorkflow:
        legal = ", ".join(registry.names()) or "none"
        raise DeclarationError(f"{where} names an unknown workflow; legal are {legal}.") from None
    inner = Scope(joined(scope.path, item.name), cls, item)
    scopes[inner.path] = inner
    steps = _qualified(cls.structure.order, inner, scopes, (*names, item.workflow))
    return [joined(inner.path, ENTER), *steps, joined(inner.path, EXIT)]


def _scoped(path: str, condition: Condition) -> Condition:
    # The cursor hands a condition on unseen; only the machine looks at what it is.
    return cast(Condition, Scoped(path, condition)) if path else condition
