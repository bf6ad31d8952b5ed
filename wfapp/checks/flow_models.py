"""What is wrong with a flow model, seen with the workflows that use it; ``AbstractFlow.check`` sees the model alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Info
from django.db.models import Field
from msgspec import inspect

from wfapp.declaration.context import Context, OpenContext, keys
from wfapp.declaration.key_types import key_types
from wfapp.declaration.registry import registry
from wfapp.declaration.secrecy import path_is_secret
from wfapp.models import AbstractFlow, flow_models, table_tag

__all__ = ["CHECKS", "check_admin", "check_shadows", "check_table_tags"]

FlowModel = type[AbstractFlow]


def check_shadows(**kwargs: Any) -> list[CheckMessage]:
    """Find shadow fields of unknown keys, and of secrets."""
    return [problem for model in flow_models() for problem in _shadow_problems(model)]


def check_table_tags(**kwargs: Any) -> list[CheckMessage]:
    """Find two flow models that tokens could not tell apart."""
    problems: list[CheckMessage] = []
    known: dict[str, FlowModel] = {}
    for model in flow_models():
        other = known.setdefault(table_tag(model), model)
        if other is not model:
            problem = f"{model._meta.label} and {other._meta.label} have the same tag in tokens, {table_tag(model)}."
            problems.append(Error(problem, hint="Rename one of them.", obj=model, id="wfapp.E308"))
    return problems


def check_admin(**kwargs: Any) -> list[CheckMessage]:
    """List the flow models that staff cannot look after."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    from django.contrib.admin.sites import all_sites  # noqa: PLC0415  it imports models of apps that may be absent

    return [
        Info(
            f"{model._meta.label} has no admin: staff cannot look after its flows.",
            hint=f"Write admin.site.register({model.__name__}, FlowAdmin) in admin.py.",
            obj=model,
            id="wfapp.I309",
        )
        for model in flow_models()
        if not any(site.is_registered(model) for site in all_sites)
    ]


def _shadow_problems(model: FlowModel) -> Iterator[CheckMessage]:
    contexts = _contexts(model)
    known = {key for context in contexts for key in keys(context)}
    for field, path in model.shadow_fields().values() if contexts else ():
        where = f"{model._meta.label}.{field.name}"
        if any(path_is_secret(context, path) for context in contexts):
            problem = f"{where} shadows {path!r}, which holds a Secret."
            yield Error(problem, hint="Remove it: a secret never reaches a column.", obj=field, id="wfapp.E307")
        elif not any(_leads_to_a_value(context, path) for context in contexts) and not _is_the_sites_own(model, field):
            problem = f"{where} shadows {path!r}, which no workflow that uses this model has in its context."
            yield Error(problem, hint=f"The keys are {', '.join(sorted(known)) or 'none'}.", obj=field, id="wfapp.E306")


def _contexts(model: FlowModel) -> list[type[Context]]:
    """List the contexts of the workflows that use a model."""
    label = model._meta.label_lower
    users = [workflow for workflow in registry if str(workflow.flow_model).lower() == label]
    return list(dict.fromkeys(workflow.context_class for workflow in users))


def _is_the_sites_own(model: FlowModel, field: Field[Any, Any]) -> bool:
    """Tell whether a column that has a default, and no path of its own, may hold something else than a shadow."""
    return field.name not in model.shadows and (field.has_default() or field.has_db_default())


def _leads_to_a_value(context: type[Context], path: str) -> bool:
    """Tell whether a value may stand at a dotted path of keys, as ``at_path`` follows it."""
    first, *rest = path.split(".")
    if first not in keys(context):
        return issubclass(context, OpenContext)
    kinds = [key_types(context)[first]]
    for part in rest:
        kinds = [child for kind in kinds for child in _children(kind, part)]
    return bool(kinds)


def _children(kind: inspect.Type, part: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.UnionType(types=branches):
            for branch in branches:
                yield from _children(branch, part)
        case inspect.Metadata(type=inner):
            yield from _children(inner, part)
        case inspect.DictType(value_type=value):
            yield value
        case inspect.AnyType():
            yield kind
        case inspect.StructType(fields=fields) | inspect.TypedDictType(fields=fields):
            yield from (field.type for field in fields if field.name == part)


CHECKS = (check_shadows, check_table_tags, check_admin)
