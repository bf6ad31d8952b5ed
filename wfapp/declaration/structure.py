"""What a workflow's class body and its bases amount to: steps, hooks, actions and their order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import getattr_static
from types import FunctionType, MappingProxyType
from typing import Any

from wfapp.declaration.hooks import Action, Hook, Undo
from wfapp.declaration.order import If, Item, Parallel, While, freeze, groups_in, includes_in, names_in
from wfapp.declaration.steps import Step
from wfapp.errors import DeclarationError

__all__ = ["Structure", "structure_of", "unlisted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Hold the resolved steps of a class."""

    steps: Mapping[str, Step[..., Any]]
    order: tuple[Item, ...]
    hooks: Mapping[str, Hook[..., Any]]
    """Every hook by the name of its method."""

    form_kwargs: Mapping[str, str]
    """Step to the name of its hook's method."""

    exhausted: Mapping[str, str]
    """Step to the name of its hook's method."""

    actions: Mapping[str, Mapping[str, Action[..., Any]]]
    """Step to its actions by id."""

    undo: Mapping[str, Undo[..., Any]]
    """Step to its undo."""

    durable: frozenset[str]
    """The steps that run in a transaction of their own."""

    own: Mapping[str, Any]
    """What the body of the class says itself, before its bases were merged into it."""


def structure_of(cls: type[Any]) -> Structure:
    """Resolve steps and hooks over the bases of a class.

    Definitions follow the MRO; the place of a step is where it was first defined, bases first. ``x = None`` removes
    one. The class gets what a step amounts to as its attribute; its bases keep theirs. Raises DeclarationError.
    """
    places = _places(cls)
    steps, hooks = _merged(cls)
    steps = {name: steps[name] for name in places if name in steps}
    removed = set(places) - steps.keys()
    hooks = {name: hook for name, hook in hooks.items() if hook.step_name not in removed}
    own = MappingProxyType(dict(vars(cls)))
    for name, step in steps.items():
        if getattr_static(cls, name) is not step:
            setattr(cls, name, step)
    order = _order(cls, steps, removed)
    undo = {hook.step_name: hook for hook in hooks.values() if isinstance(hook, Undo)}
    return Structure(
        steps=MappingProxyType(steps),
        order=order,
        hooks=MappingProxyType(hooks),
        form_kwargs=_hooked(hooks, "form_kwargs"),
        exhausted=_hooked(hooks, "exhausted"),
        actions=_actions(hooks),
        undo=MappingProxyType(undo),
        durable=_durable(steps, order, undo.keys()),
        own=own,
    )


def _own(cls: type[Any]) -> Mapping[str, Any]:
    structure = vars(cls).get("structure")
    return structure.own if isinstance(structure, Structure) else vars(cls)


def _merged(cls: type[Any]) -> tuple[dict[str, Step[..., Any]], dict[str, Hook[..., Any]]]:
    steps: dict[str, Step[..., Any]] = {}
    hooks: dict[str, Hook[..., Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in _own(base).items():
            if isinstance(value, Step) and name not in hooks:
                steps[name] = steps[name].redefined(value) if name in steps else value.named(name)
            elif isinstance(value, Hook) and name not in steps:
                hooks[name] = value
            elif name not in steps and name not in hooks:
                continue
            elif value is None:
                steps.pop(name, None)
                hooks.pop(name, None)
            elif isinstance(value, FunctionType):
                if name in steps:
                    steps[name] = steps[name].redefined(value)
                else:
                    hooks[name] = hooks[name].redefined(value)
            else:
                kind = "step" if name in steps else "hook"
                raise DeclarationError(
                    f"{cls.__qualname__}: {name!r} is a {kind} of a base, and of type {type(value).__name__} in "
                    f"{base.__qualname__}; legal are a {kind}, a method, or None to remove it."
                )
    return steps, hooks


def _places(cls: type[Any]) -> list[str]:
    inherited = [name for base in cls.__bases__ for name in _places(base)]
    return list(dict.fromkeys([*inherited, *(name for name, value in _own(cls).items() if isinstance(value, Step))]))


def _order(cls: type[Any], steps: Mapping[str, Step[..., Any]], removed: set[str]) -> tuple[Item, ...]:
    if cls.steps is None:
        return tuple(steps)
    order = freeze(cls.__qualname__, cls.steps)
    return order if "steps" in vars(cls) else _without(order, removed)


def _without(order: tuple[Item, ...], removed: set[str]) -> tuple[Item, ...]:
    """Take removed steps out of an order; a loop that runs no step any more goes with them."""
    kept: list[Item] = []
    for item in order:
        match item:
            case If(condition, then, else_):
                kept.append(If(condition, _without(tuple(then), removed), _without(tuple(else_), removed)))
            case While(condition, body):
                left = _without(tuple(body), removed)
                if names_in(left) or includes_in(left):
                    kept.append(While(condition, left))
            case Parallel():
                members = tuple(member for member in item.members if member not in removed)
                if members:
                    kept.append(replace(item, members=members))
            case _ if not isinstance(item, str) or item not in removed:
                kept.append(item)
    return tuple(kept)


def _hooked(hooks: Mapping[str, Hook[..., Any]], kind: str) -> Mapping[str, str]:
    return MappingProxyType({hook.step_name: name for name, hook in hooks.items() if hook.kind == kind})


def _actions(hooks: Mapping[str, Hook[..., Any]]) -> Mapping[str, Mapping[str, Action[..., Any]]]:
    actions: dict[str, dict[str, Action[..., Any]]] = {}
    for name, hook in hooks.items():
        if isinstance(hook, Action):
            actions.setdefault(hook.step_name, {})[name] = hook
    return MappingProxyType(actions)


def _durable(steps: Mapping[str, Step[..., Any]], order: Sequence[Item], undone: Collection[str]) -> frozenset[str]:
    grouped = {name for group in groups_in(order) for name in group.members}
    own = {
        name
        for name, step in steps.items()
        if step.durable or step.background or step.retry.retries or step.timeout or name in undone
    }
    return frozenset(grouped | own)


def unlisted(structure: Structure) -> list[str]:
    """List the steps that stand nowhere in the order."""
    return sorted(structure.steps.keys() - set(names_in(structure.order)))
