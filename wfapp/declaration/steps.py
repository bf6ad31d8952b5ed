"""One step of a workflow, and the hooks that hang on it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Self, TypeVar, overload

from django import forms

from wfapp.declaration.limits import Limit
from wfapp.declaration.order import Condition
from wfapp.declaration.outcomes import Outcome
from wfapp.declaration.page import PAGE_OPTIONS, PageOptions, Text, names, options_of
from wfapp.errors import DeclarationError

__all__ = ["Action", "AnyForm", "FormStep", "Hook", "PlainStep", "Step", "step"]

AnyForm = forms.BaseForm
W = TypeVar("W")
P = ParamSpec("P")
R = TypeVar("R", bound=Outcome | None)
F = TypeVar("F", bound=AnyForm)


class _Method(Generic[P, R]):
    """Stay a method: what hangs on a class is called on its instances, and ``super()`` finds it."""

    method: Callable[..., R] | None

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Callable[P, R]: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Callable[P, R]:
        if instance is None or self.method is None:
            return self
        bound: Callable[P, R] = self.method.__get__(instance, owner)
        return bound


@dataclass(frozen=True, kw_only=True, eq=False)
class Hook(_Method[P, R]):
    """Tie a method to a step: ``form_kwargs`` gives constructor keywords.

    ``exhausted`` an outcome when attempts are spent.
    """

    kind: Literal["form_kwargs", "exhausted", "action"]
    step: Step[Any, Any]
    method: Callable[..., R]


@dataclass(frozen=True, kw_only=True, eq=False)
class Action(Hook[P, R]):
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
        if self.cooldown is not None:
            _positive(f"{self.method.__qualname__}: cooldown", self.cooldown)
        for limit in self.limit:
            if not isinstance(limit, Limit) and (not isinstance(limit, int) or limit < 1):
                raise DeclarationError(
                    f"{self.method.__qualname__}: limit is {limit!r}; it must be a positive number or a Limit."
                )

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
class Step(_Method[P, R]):
    """Hold one unit of a workflow: with a form it waits for input, without one it just runs."""

    name: str = ""
    method: Callable[..., R] | None = None
    form: type[AnyForm] | str | None = None
    """A form's class, or the name of a method that picks one of ``forms``."""

    forms: tuple[type[AnyForm], ...] = ()
    """The forms that the method named by ``form`` may pick."""

    when: Condition | None = None
    """Where the step runs; always by default. Not evaluated again before a paused step got its answer."""

    attempts: int | None = None
    """How many submissions one flow allows, counted before the form is validated."""

    limit: tuple[Limit, ...] = ()
    """Limits over all flows, counted before the form is validated."""

    expires: timedelta | None = None
    """How long the page waits, counted from the last accepted input or action."""

    keep: bool | None = None
    """Whether validated input is kept for ``self.answers``; by default where the step has no method."""

    permission: tuple[str, ...] = ()
    """The permissions that whoever answers needs."""

    page: PageOptions = field(default_factory=PageOptions)
    given: Mapping[str, Any] = field(default_factory=dict)

    def __set_name__(self, owner: type[Any], name: str) -> None:
        object.__setattr__(self, "name", name)

    @property
    def keeps(self) -> bool:
        """Tell whether validated input is kept."""
        return self.method is None if self.keep is None else self.keep

    @property
    def form_classes(self) -> tuple[type[AnyForm], ...]:
        """List the forms that the step's page can show."""
        if isinstance(self.form, str):
            return self.forms
        return (self.form,) if self.form is not None else ()

    def page_of(self, form: type[AnyForm] | None) -> PageOptions:
        """Give the options of the page that shows ``form``."""
        return options_of(form).overlaid(self.given)

    def redefined(self, later: Step[Any, Any] | Callable[..., Any]) -> Step[Any, Any]:
        """Give this step as a subclass redefines it: with a new method, and with the options that it gives anew."""
        if not isinstance(later, Step):
            return replace(self, method=later)
        return _build({**self.given, **later.given}, later.method or self.method, self.name)

    def form_kwargs(self, method: Callable[[W], Mapping[str, Any]]) -> Hook[[], Any]:
        """Tie the method that gives the constructor keywords of the form.

        ``request``, ``user``, ``instance``, ``initial``, …
        """
        return Hook(kind="form_kwargs", step=self, method=method)

    def exhausted(self, method: Callable[[W], R]) -> Hook[[], R]:
        """Tie the method that says what happens when the attempts are spent; by default the flow is aborted."""
        return Hook(kind="exhausted", step=self, method=method)

    def action(
        self,
        *,
        label: Text,
        when: Condition | None = None,
        cooldown: timedelta | None = None,
        limit: int | Limit | Sequence[int | Limit] = (),
    ) -> Callable[[Callable[Concatenate[W, P], R]], Action[P, R]]:
        """Tie a button: a method that returns nothing stays on its page, ``Next()`` goes on."""

        def decorate(method: Callable[Concatenate[W, P], R]) -> Action[P, R]:
            return Action(
                kind="action",
                step=self,
                method=method,
                label=label,
                when=when,
                cooldown=cooldown,
                limit=_several(limit),
            )

        return decorate


class PlainStep(Step[[], None]):
    """Wait for a method: what ``step(when=…)`` returns decorates one."""

    def __call__(self, method: Callable[[W], R], /) -> Step[[], R]:
        return _build(self.given, method, method.__name__)


class FormStep(Step[[], None], Generic[F]):
    """Stand for a step with a form: used as a decorator it takes a method, alone it keeps the answers."""

    def __call__(self, method: Callable[[W, F], R], /) -> Step[[F], R]:
        return _build(self.given, method, method.__name__)


@overload
def step(method: Callable[[W], R], /) -> Step[[], R]: ...
@overload
def step(
    *,
    form: type[F],
    when: Condition | None = ...,
    attempts: int | None = ...,
    limit: Limit | Sequence[Limit] = ...,
    expires: timedelta | None = ...,
    keep: bool | None = ...,
    permission: str | Sequence[str] = ...,
    passes: Sequence[str] = ...,
    reveals: Sequence[str] = ...,
    title: Text = ...,
    description: Text = ...,
    submit: Text = ...,
    static: bool = ...,
) -> FormStep[F]: ...
@overload
def step(
    *,
    form: str,
    forms: Sequence[type[AnyForm]],
    when: Condition | None = ...,
    attempts: int | None = ...,
    limit: Limit | Sequence[Limit] = ...,
    expires: timedelta | None = ...,
    keep: bool | None = ...,
    permission: str | Sequence[str] = ...,
    passes: Sequence[str] = ...,
    reveals: Sequence[str] = ...,
    title: Text = ...,
    description: Text = ...,
    submit: Text = ...,
    static: bool = ...,
) -> FormStep[Any]: ...
@overload
def step(*, when: Condition | None = ..., permission: str | Sequence[str] = ..., title: Text = ...) -> PlainStep: ...
def step(method: Callable[..., Any] | None = None, /, **given: Any) -> Step[Any, Any]:
    """Declare a step: a method's decorator, or by itself a page whose answers are kept.

    See the fields of Step and PageOptions for the keywords. Raises DeclarationError for an unknown or wrong one.
    """
    if method is not None:
        return _build(given, method, method.__name__)
    return _build(given, None, "", FormStep if "form" in given else PlainStep)


_OPTIONS = {option.name for option in fields(Step)} - {"name", "method", "page", "given"} | set(PAGE_OPTIONS)


def _build(given: Mapping[str, Any], method: Any, name: str, kind: type[Any] = Step) -> Any:
    owner = f"step {name!r}" if name else "step"
    unknown = sorted(given.keys() - _OPTIONS)
    if unknown:
        raise DeclarationError(f"{owner}: unknown option {unknown[0]!r}; legal are {', '.join(sorted(_OPTIONS))}.")
    given = {**given, **{key: names(owner, key, given[key]) for key in ("passes", "reveals") if key in given}}
    own = {key: value for key, value in given.items() if key not in PAGE_OPTIONS}
    own |= {key: _several(own[key]) for key in ("limit", "permission", "forms") if key in own}
    if own.get("expires") is not None:
        _positive(f"{owner}: expires", own["expires"])
    attempts = own.get("attempts")
    if attempts is not None and (not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1):
        raise DeclarationError(f"{owner}: attempts is {attempts!r}; it must be a positive number.")
    if not all(isinstance(limit, Limit) for limit in own.get("limit", ())):
        raise DeclarationError(f"{owner}: limit is {given['limit']!r}; it must be a Limit or a list of them.")
    page = PageOptions().overlaid(given)
    return kind(name=name, method=method, page=page, given=MappingProxyType(dict(given)), **own)


def _several(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def _positive(what: str, value: Any) -> None:
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise DeclarationError(f"{what} is {value!r}; it must be a positive timedelta.")
