"""Find an author's mistakes when a workflow's class is made.

One function a fault, each names the bad value and the legal ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from types import FunctionType
from typing import TYPE_CHECKING, Any

from wfapp.declaration.context import Params, keys, validate_context
from wfapp.declaration.limits import Limit
from wfapp.declaration.order import Break, Condition, Continue, If, While, names_in, nodes_in
from wfapp.declaration.secrecy import secret_keys
from wfapp.declaration.steps import Step
from wfapp.declaration.structure import unlisted
from wfapp.errors import DeclarationError

if TYPE_CHECKING:
    from wfapp.declaration.workflow import Workflow

__all__ = ["is_method", "validate"]

_NAME = re.compile(r"[a-z0-9_-]{1,40}(/[a-z0-9_-]{1,40}){0,3}", re.ASCII)
_PERMISSION = re.compile(r"\w+\.\w+")

AnyWorkflow = type["Workflow[Any]"]


def validate(cls: AnyWorkflow) -> None:
    """Check a whole class; raises DeclarationError."""
    validate_context(cls.context_class)
    _check_options(cls)
    _check_names(cls)
    _check_order(cls)
    _check_hooks(cls)
    for step in cls.structure.steps.values():
        _check_step(cls, step)


def is_method(cls: type[Any], name: Any) -> bool:
    """Tell whether ``name`` is a method of the author's, not a step and nothing of Workflow's own."""
    return (
        isinstance(name, str)
        and name.isidentifier()
        and any(isinstance(vars(base).get(name), FunctionType) for base in cls.__mro__)
        and name not in _reserved(cls)
    )


def _fail(cls: AnyWorkflow, fault: str) -> DeclarationError:
    return DeclarationError(f"{cls.__qualname__}: {fault}")


def _legal(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _reserved(cls: type[Any]) -> set[str]:
    root = next(
        base for base in cls.__mro__ if base.__name__ == "Workflow" and base.__module__ == "wfapp.declaration.workflow"
    )
    return {*dir(root), *root.__annotations__}


def _check_options(cls: AnyWorkflow) -> None:
    if cls.name and not _NAME.fullmatch(cls.name):
        raise _fail(
            cls, f"name is {cls.name!r}; legal are lower-case letters, digits, '-' and '_', in parts joined by '/'."
        )
    for option in ("lifetime", "retention"):
        value = getattr(cls, option)
        if (value is not None or option == "lifetime") and not (isinstance(value, timedelta) and value > timedelta(0)):
            raise _fail(cls, f"{option} is {value!r}; it must be a positive timedelta.")
    if not cls.storages or len(set(cls.storages)) < len(cls.storages):
        raise _fail(cls, f"storage is {cls.storage!r}; it must be the name of a storage or a list of different ones.")
    if isinstance(cls.version, bool) or not isinstance(cls.version, int) or cls.version < 1:
        raise _fail(cls, f"version is {cls.version!r}; it must be a positive number.")
    if cls.continues not in ("", "user"):
        raise _fail(cls, f"continues is {cls.continues!r}; legal are '' and 'user'.")
    if not (isinstance(cls.Params, type) and issubclass(cls.Params, Params)):
        raise _fail(cls, f"Params is {cls.Params!r}; derive it from wfapp.Params.")
    permissions = cls.permission_required
    _check_permissions(cls, "permission_required", (permissions,) if isinstance(permissions, str) else permissions)


def _check_permissions(cls: AnyWorkflow, owner: str, permissions: Iterable[str]) -> None:
    for permission in permissions:
        if not _PERMISSION.fullmatch(permission):
            raise _fail(cls, f"{owner} names the permission {permission!r}; write it as 'app_label.codename'.")


def _check_names(cls: AnyWorkflow) -> None:
    reserved = _reserved(cls)
    for name in cls.structure.steps:
        if name in reserved:
            raise _fail(cls, f"step {name!r} has the name of an attribute of Workflow; give it another one.")
    for actions in cls.structure.actions.values():
        for name in actions:
            if name in reserved:
                raise _fail(cls, f"action {name!r} has the name of an attribute of Workflow; give it another one.")


def _check_order(cls: AnyWorkflow) -> None:
    listed = names_in(cls.structure.order)
    for name, times in Counter(listed).items():
        if name not in cls.structure.steps:
            raise _fail(cls, f"steps names the unknown step {name!r}; legal are {_legal(cls.structure.steps)}.")
        if times > 1:
            raise _fail(
                cls,
                f"steps names {name!r} {times} times; two steps of one name cannot be told apart, a step stands in it "
                f"once.",
            )
    for name in unlisted(cls.structure):
        raise _fail(cls, f"step {name!r} stands nowhere in steps; list it, or remove it with {name} = None.")
    if cls.name and not listed:
        raise _fail(cls, "it has no steps; define one with @step.")
    for node in nodes_in(cls.structure.order):
        if isinstance(node, If | While | Break | Continue):
            _check_condition(cls, type(node).__name__, node.condition)


def _check_condition(cls: AnyWorkflow, owner: str, condition: Condition | None) -> None:
    if condition is None or not isinstance(condition, str):
        if condition is not None and not callable(condition):
            raise _fail(
                cls,
                f"{owner}: the condition is {condition!r}; legal are a context key, a method or a callable of the "
                f"context.",
            )
        return
    declared, method = condition in keys(cls.context_class), is_method(cls, condition)
    if declared and method:
        raise _fail(cls, f"{owner}: the condition {condition!r} is both a context key and a method; rename one.")
    if not declared and not method:
        raise _fail(
            cls,
            f"{owner}: unknown condition {condition!r}; legal are the keys {_legal(keys(cls.context_class))}, or a "
            f"method.",
        )


def _check_hooks(cls: AnyWorkflow) -> None:
    structure = cls.structure
    for kind, hooks in (
        ("form_kwargs", structure.form_kwargs),
        ("exhausted", structure.exhausted),
        ("action", structure.actions),
    ):
        for name in hooks:
            step = structure.steps.get(name)
            if step is not None and step.form is None:
                raise _fail(cls, f"step {name!r} has no form, so its {kind} hook would never run; give it form=.")
            if step is not None and kind == "exhausted" and step.attempts is None:
                raise _fail(cls, f"step {name!r} has an exhausted hook but no attempts; give it attempts=.")
    for name, actions in structure.actions.items():
        step = structure.steps.get(name)
        for action in actions.values() if step is not None else ():
            _check_condition(cls, f"action {action.method.__name__!r}", action.when)
            for limit in action.limits:
                _check_limit(cls, structure.steps[name], limit)


def _check_step(cls: AnyWorkflow, step: Step[Any, Any]) -> None:
    owner = f"step {step.name!r}"
    if step.form is None and step.method is None:
        raise _fail(cls, f"{owner} has neither a form nor a method; give it one.")
    if step.form is None and (step.attempts is not None or step.limit or step.keep):
        raise _fail(cls, f"{owner} has no form, so attempts, limit and keep mean nothing; give it form=.")
    if isinstance(step.form, str) and (not is_method(cls, step.form) or not step.forms):
        raise _fail(
            cls,
            f"{owner}: form is {step.form!r}; it must be a form, or the name of a method that picks one of forms=[…].",
        )
    _check_permissions(cls, owner, step.permission)
    _check_condition(cls, owner, step.when)
    for limit in step.limit:
        _check_limit(cls, step, limit)
    for form in step.form_classes or (None,):
        page = step.page_of(form)
        _check_whitelist(cls, owner, page.passes, page.reveals)


def _check_whitelist(cls: AnyWorkflow, owner: str, passes: Iterable[str], reveals: Iterable[str]) -> None:
    legal, secret = keys(cls.context_class), secret_keys(cls.context_class)
    for option, listed in (("passes", passes), ("reveals", reveals)):
        for name in listed:
            if name == "errors":
                raise _fail(
                    cls, f"{owner}: {option} names 'errors', which is where a client finds errors; rename the key."
                )
            if name not in legal:
                raise _fail(cls, f"{owner}: {option} names the unknown key {name!r}; legal are {_legal(legal)}.")
            if option == "passes" and name in secret:
                raise _fail(
                    cls, f"{owner}: passes names {name!r}, which holds a Secret; remove it, or show it with reveals."
                )
            if option == "reveals" and name not in secret:
                raise _fail(
                    cls,
                    f"{owner}: reveals names {name!r}, which holds no Secret; use passes. Secrets are "
                    f"{_legal(secret)}.",
                )


def _check_limit(cls: AnyWorkflow, step: Step[Any, Any], limit: Limit) -> None:
    if not isinstance(limit.key, str) or limit.key == "address":
        return
    fields = {name for form in step.form_classes for name in getattr(form, "base_fields", {})}
    legal = {"address", *fields, *keys(cls.context_class)}
    if limit.key not in legal and not is_method(cls, limit.key):
        raise _fail(
            cls,
            f"step {step.name!r}: limit {limit.purpose!r} has the unknown key {limit.key!r}; legal are "
            f"{_legal(legal)}.",
        )
