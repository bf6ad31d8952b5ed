"""What is wrong with the includes of a registered workflow, once all workflows are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.core.checks import CheckMessage, Error
from msgspec import structs

from wfapp.declaration.context import OpenContext, keys
from wfapp.declaration.fitting import can_fit
from wfapp.declaration.key_types import key_types
from wfapp.declaration.order import Include, includes_in
from wfapp.declaration.registry import registry
from wfapp.declaration.secrecy import secret_keys
from wfapp.declaration.workflow import Workflow
from wfapp.engine.expansion import Expansion, expansion_of
from wfapp.errors import DeclarationError, UnknownWorkflow
from wfapp.models import AbstractFlow

__all__ = ["CHECKS", "check_included_keys", "check_included_types", "check_includes", "check_long_names", "expanded"]

AnyWorkflow = type[Workflow[Any]]
LONGEST = AbstractFlow._meta.get_field("step").max_length or 0


def expanded(workflow: AnyWorkflow) -> Expansion | None:
    """Give a workflow with all that it includes; ``None`` where an include leads nowhere or back to itself."""
    try:
        return expansion_of(workflow)
    except DeclarationError:
        return None


def check_includes(**kwargs: Any) -> list[CheckMessage]:
    """Find includes of a workflow that does not exist, and those that lead back to themselves."""
    problems: list[CheckMessage] = []
    for workflow in registry:
        try:
            expansion_of(workflow)
        except DeclarationError as error:
            problem = str(error).removeprefix(f"{workflow.__qualname__}: ")
            hint = "Import the module of that workflow at start-up, or take the Include out."
            problems.append(_error(211, workflow, problem, hint))
    return problems


def check_included_keys(**kwargs: Any) -> list[CheckMessage]:
    """Find keys that the included workflow has not, and params that it needs and does not get."""
    return [
        _error(212, workflow, f"Include({include.workflow!r}): {problem}", cure)
        for workflow, include, inner in _includes()
        for problem, cure in _strange_keys(include, inner)
    ]


def check_included_types(**kwargs: Any) -> list[CheckMessage]:
    """Find values that cannot fit their key, and secrets that would go into a key that is none."""
    return [
        _error(213, workflow, f"Include({include.workflow!r}): {problem}", cure)
        for workflow, include, inner in _includes()
        for owner, source, target in _copies(workflow, include, inner)
        for problem, cure in _misfits(owner, source, target)
    ]


def check_long_names(**kwargs: Any) -> list[CheckMessage]:
    """Find steps whose name, with the includes around it, does not fit into its column."""
    return [
        _error(214, workflow, f"the step {name!r} has a name of {len(name)} characters; legal are {LONGEST}.", cure)
        for workflow in registry
        if (expansion := expanded(workflow)) is not None
        for name, _scope, _step in expansion.steps()
        if len(name) > LONGEST
        for cure in ["Give the includes around it shorter names with name=…"]
    ]


def _includes() -> Iterator[tuple[AnyWorkflow, Include, AnyWorkflow]]:
    """Give each include of an existing workflow, with the class around it and the one that it names."""
    for workflow in registry:
        for include in includes_in(workflow.structure.order):
            try:
                yield workflow, include, registry.get(include.workflow)
            except UnknownWorkflow:
                continue


def _strange_keys(include: Include, inner: AnyWorkflow) -> Iterator[tuple[str, str]]:
    ctx, params = inner.context_class, inner.Params
    given = [source for source in include.gives.values() if isinstance(source, str)]
    for option, named in (("takes", [*include.takes]), ("gives", given)):
        for key in named if not issubclass(ctx, OpenContext) else ():
            if key not in keys(ctx):
                yield f"{option} names {key!r}, which is no key of {ctx.__name__}.", f"Legal are {_legal(keys(ctx))}."
    for key in include.params:
        if key not in keys(params):
            yield f"params names {key!r}, which its Params have not.", f"Legal are {_legal(keys(params))}."
    for field in structs.fields(params):
        if field.required and field.name not in include.params:
            yield f"its Params need {field.name!r}.", f"Say where it comes from: params={{{field.name!r}: …}}."


Key = tuple[type[msgspec.Struct], str]


def _copies(workflow: AnyWorkflow, include: Include, inner: AnyWorkflow) -> Iterator[tuple[str, Key, Key]]:
    """Give each pair of keys of which one is copied into the other; what a callable gives is not known here."""
    outer, ctx = workflow.context_class, inner.context_class
    for key, source in include.takes.items():
        yield "takes", (outer, str(source)), (ctx, key)
    for key, source in include.params.items():
        yield "params", (outer, str(source)), (inner.Params, key)
    for key, given in include.gives.items():
        yield "gives", (ctx, str(given)), (outer, key)


def _misfits(option: str, source: Key, target: Key) -> Iterator[tuple[str, str]]:
    from_type, to_type = key_types(source[0]).get(source[1]), key_types(target[0]).get(target[1])
    if from_type is None or to_type is None:
        return
    way = f"{option} copies {source[0].__name__}.{source[1]} to {target[0].__name__}.{target[1]}"
    # Params are converted, as those that a client sends are.
    if option != "params" and not can_fit(from_type, to_type):
        yield f"{way}, and no value of the one can be a value of the other.", "Convert it with a callable."
    if source[1] in secret_keys(source[0]) and target[1] not in secret_keys(target[0]):
        yield f"{way}, which holds no Secret.", f"Declare it as a Secret, too: {target[1]}: Secret[…]."


def _legal(names: tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "none"


def _error(number: int, workflow: AnyWorkflow, problem: str, cure: str) -> CheckMessage:
    return Error(f"{workflow.name}: {problem}", hint=cure, obj=workflow, id=f"wfapp.E{number}")


CHECKS = (check_includes, check_included_keys, check_included_types, check_long_names)
