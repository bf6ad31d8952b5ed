"""Find an author's mistakes when a workflow's class is made.

One function a fault, each names the bad value and the legal ones.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from wfapp.declaration.context import OpenContext, Params, keys, validate_context, validate_params
from wfapp.declaration.display import displays_of
from wfapp.declaration.durability import RETRY_OPTIONS
from wfapp.declaration.hooks import Action, Hook, Undo
from wfapp.declaration.inclusion import check_includes
from wfapp.declaration.limits import Limit
from wfapp.declaration.options import check_count, check_timedelta, several
from wfapp.declaration.order import Break, Condition, Continue, If, While, groups_in, includes_in, names_in, nodes_in
from wfapp.declaration.page import PageOptions
from wfapp.declaration.secrecy import secret_keys
from wfapp.declaration.steps import AnyForm, Step
from wfapp.declaration.structure import unlisted
from wfapp.declaration.texts import is_template
from wfapp.errors import DeclarationError

if TYPE_CHECKING:
    from wfapp.declaration.workflow import Workflow

__all__ = ["is_method", "validate"]

_NAME = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*", re.ASCII)
_LONGEST_NAME = 100
_PERMISSION = re.compile(r"\w+\.\w+")
_BOUND_LATER = ("arun", "astart", "flows", "run", "start")
"""What Workflow gets at start-up: an earlier class must not take these names either."""

_NEED_A_FORM = ("answers", "attempts", "limit", "keep", "revisit", "reveals", "static")
"""What only a page has; a step without one has texts and passed keys too: for its mails, and where it waits."""

_NEED_NO_FORM = (*sorted(RETRY_OPTIONS), "timeout", "durable", "background")
_ACT_APART = "a page collects: let a step without a form, after it, do what may have to be tried again or undone."

AnyWorkflow = type["Workflow[Any]"]


def validate(cls: AnyWorkflow) -> None:
    """Check a whole class; raises DeclarationError.

    An abstract class may name steps, keys and methods that its subclasses bring: these are checked there.
    """
    validate_context(cls.context_class)
    _check_options(cls)
    _check_names(cls)
    _check_single_hooks(cls)
    if cls.name:
        _check_order(cls)
        _check_hooks(cls)
        for step in cls.structure.steps.values():
            _check_step(cls, step)


def is_method(cls: type[Any], name: Any) -> bool:
    """Tell whether ``name`` is a method of the author's: no step, no hook and nothing of Workflow's own."""
    return (
        isinstance(name, str)
        and isinstance(inspect.getattr_static(cls, name, None), FunctionType)
        and name not in cls.structure.hooks
        and name not in _reserved(cls)
    )


def _fail(cls: AnyWorkflow, fault: str) -> DeclarationError:
    return DeclarationError(f"{cls.__qualname__}: {fault}")


def _legal(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _reserved(cls: type[Any]) -> frozenset[str]:
    root = next(
        base for base in cls.__mro__ if base.__name__ == "Workflow" and base.__module__ == "wfapp.declaration.workflow"
    )
    return frozenset({*dir(root), *root.__annotations__, *_BOUND_LATER})


def _check_options(cls: AnyWorkflow) -> None:
    if cls.name != "" and not _is_name(cls.name):
        raise _fail(
            cls,
            f"name is {cls.name!r}; legal are lower-case letters, digits, '-' and '_', in parts joined by '/', "
            f"{_LONGEST_NAME} characters at most.",
        )
    if not isinstance(cls.title, str | Promise) or is_template(str(cls.title)):
        raise _fail(cls, f"title is {cls.title!r}; a workflow's own title must be plain text.")
    check_timedelta(f"{cls.__qualname__}: lifetime", cls.lifetime)
    if cls.retention is not None:
        check_timedelta(f"{cls.__qualname__}: retention", cls.retention)
    if not cls.storages or not _are_different_names(cls.storages):
        raise _fail(cls, f"storage is {cls.storage!r}; it must be the name of a storage or a list of different ones.")
    check_count(f"{cls.__qualname__}: version", cls.version)
    if cls.continues not in {"", "user"}:
        raise _fail(cls, f"continues is {cls.continues!r}; legal are '' and 'user'.")
    _check_concurrency(cls)
    if not (isinstance(cls.Params, type) and issubclass(cls.Params, Params)):
        raise _fail(cls, f"Params is {cls.Params!r}; derive it from wfapp.Params.")
    validate_params(cls.Params)
    _check_permissions(cls, "permission_required", several(cls.permission_required))


def _check_concurrency(cls: AnyWorkflow) -> None:
    if cls.when_full not in {"wait", "refuse"}:
        raise _fail(cls, f"when_full is {cls.when_full!r}; legal are 'wait' and 'refuse'.")
    if cls.max_concurrency is None:
        return
    check_count(f"{cls.__qualname__}: max_concurrency", cls.max_concurrency)
    if cls.storages != ("database",):
        raise _fail(cls, f"max_concurrency counts rows, and storage is {cls.storage!r}; legal is 'database' alone.")


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and len(name) <= _LONGEST_NAME


def _are_different_names(values: tuple[Any, ...]) -> bool:
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _check_permissions(cls: AnyWorkflow, owner: str, permissions: Iterable[Any]) -> None:
    for permission in permissions:
        if not isinstance(permission, str) or not _PERMISSION.fullmatch(permission):
            raise _fail(cls, f"{owner} names the permission {permission!r}; write it as 'app_label.codename'.")


def _check_names(cls: AnyWorkflow) -> None:
    reserved = _reserved(cls)
    for kind, names in (("step", cls.structure.steps), ("hook", cls.structure.hooks)):
        for name in names:
            if name in reserved:
                raise _fail(cls, f"{kind} {name!r} has the name of an attribute of Workflow; give it another one.")


def _check_single_hooks(cls: AnyWorkflow) -> None:
    """Refuse two hooks where the second would silently take the place of the first."""
    first: dict[tuple[str, str], str] = {}
    for name, hook in cls.structure.own.items():
        if isinstance(hook, Hook) and not isinstance(hook, Action):
            other = first.setdefault((hook.kind, hook.step_name), name)
            if other != name:
                raise _fail(
                    cls, f"{hook.kind} hooks {other!r} and {name!r} hang on one step, {hook.step_name!r}; make one."
                )


def _check_order(cls: AnyWorkflow) -> None:
    listed = names_in(cls.structure.order)
    for name, times in Counter(listed).items():
        if name not in cls.structure.steps:
            raise _fail(cls, f"steps names the unknown step {name!r}; legal are {_legal(cls.structure.steps)}.")
        if times > 1:
            raise _fail(cls, f"steps names {name!r} {times} times; a step stands in it once.")
    for name in unlisted(cls.structure):
        raise _fail(cls, f"step {name!r} stands nowhere in steps; list it, or remove it with {name} = None.")
    check_includes(cls)
    _check_groups(cls)
    if not listed and not includes_in(cls.structure.order):
        raise _fail(cls, "it has no steps; define one with @step.")
    for node in nodes_in(cls.structure.order):
        if isinstance(node, If | While | Break | Continue):
            _check_condition(cls, type(node).__name__, node.condition)


def _check_groups(cls: AnyWorkflow) -> None:
    """Refuse a group whose members could not run at the same time, or that shares its name."""
    taken = {*cls.structure.steps, *cls.structure.hooks}
    for group in groups_in(cls.structure.order):
        if group.name in taken:
            raise _fail(cls, f"Parallel({group.name!r}) has the name of a step, a hook or another group; rename it.")
        taken.add(group.name)
        for name in group.members:
            step = cls.structure.steps[name]
            if step.form is not None or step.permission:
                found = "a form" if step.form is not None else "a permission"
                raise _fail(cls, f"Parallel({group.name!r}): step {name!r} has {found}, and a group waits for nobody.")
            if step.background:
                what = f"Parallel({group.name!r}): step {name!r} says background=True, and a group runs in one place"
                raise _fail(cls, f"{what}; what follows a background step runs in its worker, so put one before it.")


def _check_condition(cls: AnyWorkflow, owner: str, condition: Condition | None) -> None:
    if condition is None or (not isinstance(condition, str) and callable(condition)):
        return
    declared = keys(cls.context_class)
    if condition in declared and is_method(cls, condition):
        raise _fail(cls, f"{owner}: the condition {condition!r} is both a context key and a method; rename one.")
    if condition not in declared and not is_method(cls, condition):
        raise _fail(
            cls,
            f"{owner}: unknown condition {condition!r}; legal are the keys {_legal(declared)}, the name of a method, "
            "or a callable of the context.",
        )


def _check_hooks(cls: AnyWorkflow) -> None:
    structure = cls.structure
    for name, hook in structure.hooks.items():
        step = structure.steps.get(hook.step_name)
        owner = f"{hook.kind} hook {name!r}"
        if step is None:
            raise _fail(
                cls, f"{owner} hangs on the unknown step {hook.step_name!r}; legal are {_legal(structure.steps)}."
            )
        if isinstance(hook, Undo):
            if step.form is not None:
                raise _fail(cls, f"{owner} hangs on the page {step.name!r}; {_ACT_APART}")
        # An action without data has its place beside the link that such a step may send.
        elif step.form is None and not (isinstance(hook, Action) and not hook.with_data):
            raise _fail(
                cls, f"{owner} hangs on {step.name!r}, which has no form, so it would never run; give it form=."
            )
        if hook.kind == "exhausted" and step.attempts is None:
            raise _fail(cls, f"{owner} hangs on {step.name!r}, which has no attempts; give it attempts=.")
        if isinstance(hook, Action):
            _check_action(cls, step, owner, hook)
        else:
            _check_signature(cls, owner, hook.method, "self")


def _check_action(cls: AnyWorkflow, step: Step[..., Any], owner: str, action: Action[..., Any]) -> None:
    _check_condition(cls, owner, action.when)
    # An action is asked by the name of its parameter whether it wants the form.
    names = "self, form" if action.with_data else "self"
    _check_signature(cls, owner, action.method, names, legal="(self) or (self, form)")
    for limit in action.limits:
        _check_limit(cls, step, limit)


def _check_signature(cls: AnyWorkflow, owner: str, method: Callable[..., Any], names: str, legal: str = "") -> None:
    """Refuse a method that its round could not call."""
    signature = inspect.signature(method)
    try:
        signature.bind(*names.split(", "))
    except TypeError:
        found = ", ".join(signature.parameters)
        raise _fail(cls, f"{owner}: its method takes ({found}); legal is {legal or f'({names})'}.") from None


def _check_step(cls: AnyWorkflow, step: Step[..., Any]) -> None:
    owner = f"step {step.name!r}"
    if step.form is None and step.method is None:
        raise _fail(cls, f"{owner} has neither a form nor a method; give it one.")
    _check_kind(cls, owner, step)
    if isinstance(step.form, str) and (not is_method(cls, step.form) or not step.forms):
        raise _fail(
            cls,
            f"{owner}: form is {step.form!r}; it must be a form, or the name of a method that picks one of forms=[…].",
        )
    if step.forms and not isinstance(step.form, str):
        raise _fail(cls, f"{owner} has forms, and no method that picks one; give its name as form=.")
    if step.method is not None:
        _check_signature(cls, owner, step.method, "self" if step.form is None else "self, form")
    _check_permissions(cls, owner, step.permission)
    _check_condition(cls, owner, step.when)
    for limit in step.limit:
        _check_limit(cls, step, limit)
    for form in step.form_classes or (None,):
        _check_whitelist(cls, owner, step.page_of(form))
        _check_displays(cls, owner, form, step.page_of(form))


def _check_kind(cls: AnyWorkflow, owner: str, step: Step[..., Any]) -> None:
    """Refuse what only a page, or only a step without one, can do."""
    for option in _NEED_A_FORM if step.form is None else ():
        if step.given.get(option):
            raise _fail(cls, f"{owner} has no form, so {option} means nothing; give it form=.")
    for option in _NEED_NO_FORM if step.form is not None else ():
        if step.given.get(option):
            raise _fail(cls, f"{owner} has a form and {option}; {_ACT_APART}")
    if step.given.get("durable") is False and step.name in cls.structure.durable:
        what = "retries, a timeout, background=True, an undo or a group makes it durable"
        raise _fail(cls, f"{owner} says durable=False, and {what}; remove the one or the other.")


def _check_whitelist(cls: AnyWorkflow, owner: str, page: PageOptions) -> None:
    legal, secret = keys(cls.context_class), secret_keys(cls.context_class)
    for option, listed in (("passes", page.passes), ("reveals", page.reveals)):
        for name in listed:
            if name == "errors":
                raise _fail(
                    cls, f"{owner}: {option} names 'errors', which is where a client finds errors; rename the key."
                )
            if name not in legal and not (option == "passes" and issubclass(cls.context_class, OpenContext)):
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


def _check_displays(cls: AnyWorkflow, owner: str, form: type[AnyForm] | None, page: PageOptions) -> None:
    """Refuse a field that shows a key which its page does not pass: it would stay empty for ever."""
    legal = {*page.passes, *page.reveals}
    for name, field in displays_of(form).items() if form is not None else ():
        if field.source and field.source not in legal:
            raise _fail(
                cls,
                f"{owner}: field {name!r} shows {field.source!r}, which its page neither passes nor reveals; legal are "
                f"{_legal(legal)}.",
            )


def _check_limit(cls: AnyWorkflow, step: Step[..., Any], limit: Limit) -> None:
    if callable(limit.key) or is_method(cls, limit.key):
        return
    fields = {name for form in step.form_classes for name in getattr(form, "base_fields", {})}
    legal = {"address", *fields, *keys(cls.context_class)}
    if limit.key not in legal:
        raise _fail(
            cls,
            f"step {step.name!r}: limit {limit.purpose!r} has the unknown key {limit.key!r}; legal are "
            f"{_legal(legal)}, the name of a method, or a callable of the workflow.",
        )
