"""What a workflow's class body and its bases amount to: steps, hooks, actions and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FunctionType, MappingProxyType
from typing import Any

from wfapp.declaration.order import Item, freeze, names_in
from wfapp.declaration.steps import Action, Hook, Step

__all__ = ["Structure", "structure_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Hold the resolved steps of a class."""

    steps: Mapping[str, Step[Any, Any]]
    order: tuple[Item, ...]
    form_kwargs: Mapping[str, str]
    """Step to the name of its hook's method."""

    exhausted: Mapping[str, str]
    """Step to the name of its hook's method."""

    actions: Mapping[str, Mapping[str, Action[Any, Any]]]
    """Step to its actions by id."""


def structure_of(cls: type[Any]) -> Structure:
    """Resolve steps and hooks over the bases of a class.

    Definitions follow the MRO; the place of a step is where it was first defined, bases first. ``x = None`` removes
    one.
    """
    steps: dict[str, Step[Any, Any]] = {}
    hooks: dict[str, Hook[Any, Any]] = {}
    removed: set[str] = set()
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if value is None and (name in steps or name in hooks):
                removed.add(name)
                steps.pop(name, None)
                hooks.pop(name, None)
            elif isinstance(value, Step) or (isinstance(value, FunctionType) and name in steps):
                steps[name] = steps[name].redefined(value) if name in steps else value
            elif isinstance(value, Hook):
                hooks[name] = value
            elif isinstance(value, FunctionType) and name in hooks:
                hooks[name] = replace(hooks[name], method=value)
    steps = {name: steps[name] for name in _places(cls) if name in steps}
    for name, step in steps.items():
        if vars(cls).get(name) is not None and vars(cls)[name] is not step:
            setattr(cls, name, step)
    return Structure(
        steps=MappingProxyType(steps),
        order=_order(cls, steps, removed),
        form_kwargs=_hooked(hooks, "form_kwargs"),
        exhausted=_hooked(hooks, "exhausted"),
        actions=_actions(hooks),
    )


def _places(cls: type[Any]) -> list[str]:
    own = [name for base in cls.__bases__ for name in _places(base)]
    return list(dict.fromkeys([*own, *(name for name, value in vars(cls).items() if isinstance(value, Step))]))


def _order(cls: type[Any], steps: Mapping[str, Step[Any, Any]], removed: set[str]) -> tuple[Item, ...]:
    if cls.steps is None:
        return tuple(steps)
    order = freeze(cls.__qualname__, cls.steps)
    inherited = "steps" not in vars(cls)
    return _without(order, removed - steps.keys()) if inherited else order


def _without(order: tuple[Item, ...], removed: set[str]) -> tuple[Item, ...]:
    kept: list[Item] = []
    for item in order:
        if isinstance(item, str):
            if item not in removed:
                kept.append(item)
        else:
            branches = {
                name: _without(tuple(getattr(item, name)), removed)
                for name in ("then", "else_", "body")
                if hasattr(item, name)
            }
            kept.append(replace(item, **branches))  # type: ignore[type-var]
    return tuple(kept)


def _hooked(hooks: Mapping[str, Hook[Any, Any]], kind: str) -> Mapping[str, str]:
    return MappingProxyType({hook.step.name: name for name, hook in hooks.items() if hook.kind == kind})


def _actions(hooks: Mapping[str, Hook[Any, Any]]) -> Mapping[str, Mapping[str, Action[Any, Any]]]:
    actions: dict[str, dict[str, Action[Any, Any]]] = {}
    for name, hook in hooks.items():
        if isinstance(hook, Action):
            actions.setdefault(hook.step.name, {})[name] = hook
    return MappingProxyType(actions)


def unlisted(structure: Structure) -> list[str]:
    """List the steps that stand nowhere in the order."""
    return sorted(structure.steps.keys() - set(names_in(structure.order)))
