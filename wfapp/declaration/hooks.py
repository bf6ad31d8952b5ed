"""The methods that hang on a step: constructor keywords, buttons, and what happens when the attempts are spent."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Generic, Literal, ParamSpec, Self, TypeVar, overload

from wfapp.declaration.durability import Retries
from wfapp.declaration.limits import Limit
from wfapp.declaration.options import check_text, check_timedelta
from wfapp.declaration.order import Condition
from wfapp.declaration.page import Text
from wfapp.errors import DeclarationError

__all__ = ["Action", "Hook", "Method", "Undo", "check_decorated"]

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)


class Method(Generic[P, T_co]):
    """Stay a method: what hangs on a class is called on its instances, and ``super()`` finds it."""

    method: Callable[..., T_co] | None

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Callable[P, T_co]: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Callable[P, T_co]:
        if instance is None:
            return self
        bound: Callable[P, T_co] = self.method.__get__(instance, owner) if self.method else self.inherited(instance)
        return bound

    def inherited(self, instance: object) -> Any:
        """Give what an instance has where this one has no method of its own."""
        return self


@dataclass(frozen=True, kw_only=True, eq=False)
class Hook(Method[P, T_co]):
    """Tie a method to a step, to be called at one moment of its page."""

    kind: Literal["form_kwargs", "exhausted", "action", "compensate"]
    step: Any
    """The Step; mypy would take a field of that type for a method of the hook's."""

    method: Callable[..., T_co]

    @property
    def step_name(self) -> str:
        """Give the name of the step, which a step without a method has only when its class is made."""
        name: str = self.step.name
        return name

    def redefined(self, method: Callable[..., Any]) -> Self:
        """Give this hook as a subclass redefines it: with a new method, and with its options."""
        return replace(self, method=method)


@dataclass(frozen=True, kw_only=True, eq=False)
class Action(Hook[P, T_co]):
    """Tie a button to a step; its id is the name of the method, which takes ``form`` where it wants the data."""

    label: Text = ""
    """The text of the button."""

    when: Condition | None = None
    """Where the button is offered; always by default."""

    cooldown: timedelta | None = None
    """How long to wait between two presses."""

    limit: tuple[int | Limit, ...] = ()
    """How many presses one flow allows, or limits over all flows."""

    def __post_init__(self) -> None:
        owner = f"action {self.method.__name__!r}"
        check_text(f"{owner}: label", self.label)
        if self.cooldown is not None:
            check_timedelta(f"{owner}: cooldown", self.cooldown)
        for limit in self.limit:
            if not isinstance(limit, Limit) and (type(limit) is not int or limit < 1):
                raise DeclarationError(f"{owner}: limit is {limit!r}; it must be a positive number or a Limit.")

    @property
    def with_data(self) -> bool:
        """Tell whether the method takes the form."""
        return "form" in inspect.signature(self.method).parameters

    @property
    def per_flow(self) -> int | None:
        """Give how many presses one flow allows; ``None`` for any number."""
        return min((limit for limit in self.limit if isinstance(limit, int)), default=None)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """List the limits that count over all flows."""
        return tuple(limit for limit in self.limit if isinstance(limit, Limit))


@dataclass(frozen=True, kw_only=True, eq=False)
class Undo(Hook[P, T_co]):
    """Tie the undo of a step, which runs once the step has completed and the flow comes to no good end."""

    retry: Retries = field(default_factory=Retries)
    """How the undo itself is tried again."""


def check_decorated(method: Any) -> None:
    """Raise DeclarationError for what is no method, and for a second one of its name in the class body being run.

    A decorator calls it at its own top: Python would drop the first of two without a word, and then nobody can tell.
    """
    if not callable(method) or isinstance(method, type) or not hasattr(method, "__name__"):
        found = method.__name__ if isinstance(method, type) else f"an object of type {type(method).__name__}"
        raise DeclarationError(f"step and its hooks decorate a method, and {found} is none; a form goes by form=.")
    name, body = method.__name__, sys._getframe(2).f_locals
    if isinstance(body.get(name), Method):
        raise DeclarationError(
            f"{method.__qualname__}: two steps or hooks of one class have the name {name!r}; give each its own name."
        )
