"""The same programs as workflows: a class for each, which writes down what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tests.reference.programs import (
    BITS,
    Again,
    Body,
    Branch,
    Cond,
    Leave,
    Loop,
    Page,
    Plain,
    Sub,
    conditions_of,
    flipped,
)
from wfapp import Abort, Ask, Break, Context, Continue, Finish, If, Include, While, Workflow, step
from wfapp.declaration.order import Condition, Item
from wfapp.testing import isolated_registry

__all__ = ["AnswerForm", "Events", "bits_of", "workflow_of"]

Events = list[Any]
_numbers = count()


class Ctx(Context):
    b0: bool = False
    b1: bool = False
    b2: bool = False


class AnswerForm(forms.Form):
    kind = forms.CharField()
    flips = forms.IntegerField()
    target = forms.CharField(required=False)


def bits_of(workflow: Workflow[Any]) -> dict[str, bool]:
    """Give the bits of a context."""
    return {bit: getattr(workflow.ctx, bit) for bit in BITS}


@contextmanager
def workflow_of(body: Body, events: Events, **options: Any) -> Iterator[type[Workflow[Any]]]:
    """Make the workflow of a program, and those of its sub-programs."""
    with isolated_registry():
        yield _made(body, events, f"reference/n{next(_numbers)}", "", options)


def _made(body: Body, events: Events, name: str, path: str, options: dict[str, Any]) -> type[Workflow[Any]]:
    members: dict[str, Any] = {}
    order = _order(body, events, name, path, members)
    methods = [cond for cond in conditions_of(body) if cond.style == "method"]
    members |= {f"is_{cond.id}": _method(cond, path, events) for cond in methods}
    namespace = {"name": name, "context_class": Ctx, "steps": order, **members, **options}
    cls: type[Workflow[Any]] = type("Made", (Workflow,), namespace)
    return cls


def _order(body: Body, events: Events, name: str, path: str, members: dict[str, Any]) -> list[Item]:
    def order(part: Body) -> list[Item]:
        return _order(part, events, name, path, members)

    def asks(cond: Cond | None) -> Condition:
        return _condition(cond, path, events)

    made: list[Item] = []
    for node in body:
        match node:
            case Page() | Plain():
                members[node.name] = _page(node, path, events) if isinstance(node, Page) else _plain(node, path, events)
                made.append(node.name)
            case Branch(cond, then, other):
                made.append(If(asks(cond), order(then), order(other)))
            case Loop(cond, inner):
                made.append(While(asks(cond), order(inner)))
            case Leave(cond):
                made.append(Break(asks(cond)))
            case Again(cond):
                made.append(Continue(asks(cond)))
            case Sub():
                made.append(_include(node, events, name, path))
    return made


def _include(node: Sub, events: Events, name: str, path: str) -> Include:
    inner = f"{name}/{node.name}"
    _made(node.body, events, inner, f"{path}{node.name}/", {})
    gives: dict[str, Any] = {
        "": {},
        "key": {"b1": "b2"},
        "data": {"b1": lambda ctx, data: data.get("n", ctx.b0)},
    }
    takes = {"b0": "b0"} if node.takes else {}
    return Include(inner, takes=takes, gives=gives[node.gives])


def _condition(cond: Cond | None, path: str, events: Events) -> Condition:
    if cond is None:
        return lambda ctx: True
    if cond.style == "key":
        return cond.bit
    if cond.style == "method":
        return f"is_{cond.id}"
    return _callable(cond, path, events)


def _callable(cond: Cond, path: str, events: Events) -> Callable[[Any], bool]:
    def holds(ctx: Any) -> bool:
        events.append(("asked", path, cond.id))
        return getattr(ctx, cond.bit) ^ cond.negated

    return holds


def _method(cond: Cond, path: str, events: Events) -> Callable[[Any], bool]:
    holds = _callable(cond, path, events)

    def method(self: Any) -> bool:
        return holds(self.ctx)

    return method


def _flip(workflow: Workflow[Any], flips: int) -> None:
    for bit, value in flipped(bits_of(workflow), flips).items():
        setattr(workflow.ctx, bit, value)


def _page(node: Page, path: str, events: Events) -> Any:
    when = _condition(node.when, path, events) if node.when is not None else None

    def method(self: Any, form: Any) -> Any:
        given = form.cleaned_data
        events.append(("page", path + node.name, bits_of(self)))
        _flip(self, given["flips"])
        if given["kind"] == "reject":
            raise ValidationError("No.")
        if given["kind"] == "ask":
            return Ask(given["target"])
        return Finish(data={"n": bool(given["flips"] & 1)}) if given["kind"] == "finish" else None

    method.__name__ = method.__qualname__ = node.name
    return step(form=AnswerForm, when=when)(method)


def _plain(node: Plain, path: str, events: Events) -> Any:
    when = _condition(node.when, path, events) if node.when is not None else None

    def method(self: Any) -> Any:
        events.append(("ran", path + node.name, bits_of(self)))
        _flip(self, node.flips)
        if not node.end or not getattr(self.ctx, node.bit):
            return None
        return Finish(data={"n": bool(node.flips & 1)}) if node.end == "finish" else Abort("enough")

    method.__name__ = method.__qualname__ = node.name
    return step(when=when)(method)
