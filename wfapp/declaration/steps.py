"""One step of a workflow, and the hooks that hang on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.functional import Promise

from wfapp.declaration.durability import RETRY_OPTIONS, Backoff, Retries, retries_of
from wfapp.declaration.files import Files, check_files
from wfapp.declaration.hooks import Action, Hook, Method, Undo, check_decorated
from wfapp.declaration.limits import Limit
from wfapp.declaration.options import check_count, check_flag, check_label, check_text, check_timedelta, names, several
from wfapp.declaration.order import Condition
from wfapp.declaration.outcomes import Outcome
from wfapp.declaration.page import PAGE_OPTIONS, TEXTS, PageOptions, Text, options_of
from wfapp.errors import DeclarationError

__all__ = ["Action", "AnyForm", "FormStep", "Hook", "PlainStep", "Step", "TiesAction", "step"]

AnyForm: TypeAlias = "forms.BaseForm | BaseFormSet[Any]"
W = TypeVar("W")
P = ParamSpec("P")
Q = ParamSpec("Q")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R", bound=Outcome | Coroutine[Any, Any, Outcome | None] | None)
F = TypeVar("F", bound=AnyForm)


@dataclass(frozen=True, kw_only=True, eq=False)
class Step(Method[P, T_co]):
    """Hold one unit of a workflow: with a form it waits for input, without one it just runs."""

    name: str = ""
    method: Callable[..., T_co] | None = None
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
    """Whether validated input is kept for ``self.answers``; by default where the step has no method, or is
    revisited."""

    revisit: bool = False
    """Whether ``wf.back`` may come back to this page although its method, or a step since, has run."""

    answers: bool = False
    """Whether the page lists the earlier answers, with a way to change each: check your answers."""

    url_name: str = ""
    """The name of the URL that a link of this step points to; by default the first route of the workflow."""

    permission: tuple[str, ...] = ()
    """The permissions that whoever answers needs."""

    retry: Retries = field(default_factory=Retries)
    """How it is tried again after an error; its options are keywords of ``@step``."""

    timeout: timedelta | None = None
    """How long one attempt may take; what it does later is rolled back."""

    durable: bool = False
    """Whether it runs in a transaction of its own, once all before it is committed; implied by ``retries``,
    ``timeout``, ``background`` and an undo."""

    background: bool = False
    """Whether a worker runs it, by Django's Tasks framework, while whoever waits is shown its progress."""

    page: PageOptions = field(default_factory=PageOptions)
    given: Mapping[str, Any] = field(default_factory=dict)

    owner: type[Any] | None = None
    """The class whose body declares it."""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        if not self.name:
            object.__setattr__(self, "name", name)
            object.__setattr__(self, "owner", owner)

    def inherited(self, instance: object) -> Any:
        """Give what the name means further along the MRO: options alone leave the method to the next class."""
        if self.owner is None or not isinstance(instance, self.owner):
            return self
        return getattr(super(self.owner, instance), self.name, self)

    @property
    def keeps(self) -> bool:
        """Tell whether validated input is kept."""
        return self.method is None or self.revisit if self.keep is None else self.keep

    @property
    def form_classes(self) -> tuple[type[AnyForm], ...]:
        """List the forms that the step's page can show."""
        if isinstance(self.form, str):
            return self.forms
        return (self.form,) if self.form is not None else ()

    def page_of(self, form: type[AnyForm] | None) -> PageOptions:
        """Give the options of the page that shows ``form``."""
        # mypy asks the class for the hash of its instances.
        return options_of(form).overlaid(self.given)  # type: ignore[arg-type]

    def named(self, name: str) -> Step[P, T_co]:
        """Give this step under a name: a class may take over the step of another one."""
        return self if self.name == name else replace(self, name=name, owner=None)

    def redefined(self, later: Step[..., Any] | Callable[..., Any]) -> Step[..., Any]:
        """Give this step as a subclass redefines it: with a new method, and with the options that it gives anew."""
        if not isinstance(later, Step):
            return replace(self, method=later)
        made: Step[..., Any] = _build({**self.given, **later.given}, later.method or self.method, name=self.name)
        return made

    def form_kwargs(self, method: Callable[[W], Mapping[str, Any]]) -> Hook[[], Mapping[str, Any]]:
        """Tie the method that gives the constructor keywords of the form.

        ``request``, ``user``, ``instance``, ``initial``, …
        """
        check_decorated(method)
        return Hook(kind="form_kwargs", step=self, method=method)

    def exhausted(self, method: Callable[[W], R]) -> Hook[[], R]:
        """Tie the method that says what happens when the attempts are spent; by default the flow is aborted."""
        check_decorated(method)
        return Hook(kind="exhausted", step=self, method=method)

    @overload
    def compensate(self, method: Callable[[W], Coroutine[Any, Any, None] | None], /) -> Undo[[], None]: ...
    @overload
    def compensate(
        self,
        *,
        retries: int = ...,
        delay: timedelta = ...,
        backoff: Backoff = ...,
        max_delay: timedelta | None = ...,
        jitter: bool = ...,
        retry_on: type[Exception] | Sequence[type[Exception]] = ...,
    ) -> Callable[[Callable[[W], Coroutine[Any, Any, None] | None]], Undo[[], None]]: ...
    def compensate(self, *methods: Any, **given: Any) -> Any:
        """Tie the undo of this step: it runs where the flow fails, is cancelled, aborts or expires later on.

        It may run for a step that came only half way, where a process died in it. See ``Retries`` for the keywords.
        """
        if methods:
            check_decorated(methods[0])
            return Undo(kind="compensate", step=self, method=methods[0])
        unknown = sorted(given.keys() - RETRY_OPTIONS)
        if unknown:
            raise DeclarationError(
                f"compensate: unknown option {unknown[0]!r}; legal are {', '.join(sorted(RETRY_OPTIONS))}."
            )
        retry = retries_of("compensate", given)

        def decorate(method: Callable[..., Any], /) -> Any:
            check_decorated(method)
            return Undo(kind="compensate", step=self, method=method, retry=retry)

        return decorate

    def action(
        self,
        *,
        label: Text,
        when: Condition | None = None,
        cooldown: timedelta | None = None,
        limit: int | Limit | Sequence[int | Limit] = (),
    ) -> TiesAction[P]:
        """Tie a button: a method that returns nothing stays on its page, ``Next()`` goes on."""
        options: dict[str, Any] = {"label": label, "when": when, "cooldown": cooldown, "limit": several(limit)}

        def decorate(method: Callable[..., Any], /) -> Any:
            check_decorated(method)
            return Action(kind="action", step=self, method=method, **options)

        return decorate


class TiesAction(Protocol[P]):
    """Take the method of a button: without the form, or with the form of its step."""

    @overload
    def __call__(self, method: Callable[[W], R], /) -> Action[[], R]: ...
    @overload
    def __call__(self, method: Callable[Concatenate[W, P], R], /) -> Action[P, R]: ...


class PlainStep(Step[..., Any]):
    """Wait for a method, or give options anew to the step of a base: what ``step(…)`` without a form returns."""

    def __call__(self, method: Callable[Concatenate[W, Q], R], /) -> Step[Q, R]:
        check_decorated(method)
        made: Step[Q, R] = _build(self.given, method)
        return made


class FormStep(Step[..., Any], Generic[F]):
    """Stand for a step with a form: used as a decorator it takes a method, alone it keeps the answers."""

    def __call__(self, method: Callable[[W, F], R], /) -> Step[[F], R]:
        check_decorated(method)
        made: Step[[F], R] = _build(self.given, method)
        return made


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
    revisit: bool = ...,
    answers: bool = ...,
    url_name: str = ...,
    permission: str | Sequence[str] = ...,
    passes: Sequence[str] = ...,
    reveals: Sequence[str] = ...,
    title: Text = ...,
    description: Text = ...,
    submit: Text = ...,
    label: str | Promise = ...,
    files: Files = ...,
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
    revisit: bool = ...,
    answers: bool = ...,
    url_name: str = ...,
    permission: str | Sequence[str] = ...,
    passes: Sequence[str] = ...,
    reveals: Sequence[str] = ...,
    title: Text = ...,
    description: Text = ...,
    submit: Text = ...,
    label: str | Promise = ...,
    files: Files = ...,
    static: bool = ...,
) -> FormStep[Any]: ...
@overload
def step(
    *,
    when: Condition | None = ...,
    retries: int = ...,
    delay: timedelta = ...,
    backoff: Backoff = ...,
    max_delay: timedelta | None = ...,
    jitter: bool = ...,
    retry_on: type[Exception] | Sequence[type[Exception]] = ...,
    timeout: timedelta | None = ...,
    durable: bool = ...,
    background: bool = ...,
    attempts: int | None = ...,
    limit: Limit | Sequence[Limit] = ...,
    expires: timedelta | None = ...,
    keep: bool | None = ...,
    revisit: bool = ...,
    answers: bool = ...,
    url_name: str = ...,
    permission: str | Sequence[str] = ...,
    passes: Sequence[str] = ...,
    reveals: Sequence[str] = ...,
    title: Text = ...,
    description: Text = ...,
    submit: Text = ...,
    label: str | Promise = ...,
    files: Files = ...,
    static: bool = ...,
) -> PlainStep: ...
def step(method: Callable[..., Any] | None = None, /, **given: Any) -> Step[..., Any]:
    """Declare a step: a method's decorator, or by itself a page whose answers are kept.

    See the fields of Step and PageOptions for the keywords. Raises DeclarationError for an unknown or wrong one.
    """
    if method is not None:
        check_decorated(method)
        made: Step[..., Any] = _build(given, method)
    else:
        made = _build(given, None, kind=FormStep if "form" in given else PlainStep)
    return made


_MADE = {"name", "method", "page", "given", "owner", "retry"}
_OPTIONS = {option.name for option in fields(Step)} - _MADE | set(PAGE_OPTIONS) | RETRY_OPTIONS


def _build(given: Mapping[str, Any], method: Callable[..., Any] | None, *, name: str = "", kind: Any = Step) -> Any:
    unknown = sorted(given.keys() - _OPTIONS)
    if unknown:
        raise DeclarationError(f"step: unknown option {unknown[0]!r}; legal are {', '.join(sorted(_OPTIONS))}.")
    given = {**given, **{key: names("step", key, given[key]) for key in ("passes", "reveals") if key in given}}
    own = {key: value for key, value in given.items() if key not in PAGE_OPTIONS and key not in RETRY_OPTIONS}
    own |= {key: several(own[key]) for key in ("limit", "permission", "forms") if key in own}
    for option in ("expires", "timeout"):
        if own.get(option) is not None:
            check_timedelta(f"step: {option}", own[option])
    if own.get("attempts") is not None:
        check_count("step: attempts", own["attempts"])
    for option in ("durable", "background", "revisit", "answers"):
        check_flag(f"step: {option}", own.get(option, False))
    if not all(isinstance(limit, Limit) for limit in own.get("limit", ())):
        raise DeclarationError(f"step: limit is {given['limit']!r}; it must be a Limit or a list of them.")
    for option in TEXTS:
        check_text(f"step: {option}", given.get(option, ""))
    check_label("step: label", given.get("label", ""))
    check_files("step: files", given.get("files"))
    _check_forms(own.get("form"), own.get("forms", ()))
    page = PageOptions().overlaid(given)
    retry = retries_of("step", given)
    return kind(name=name, method=method, page=page, retry=retry, given=MappingProxyType(dict(given)), **own)


def _check_forms(form: Any, picks: tuple[Any, ...]) -> None:
    for picked in picks if isinstance(form, str) else (form,):
        if picked is not None and not (isinstance(picked, type) and issubclass(picked, forms.BaseForm | BaseFormSet)):
            raise DeclarationError(f"step: {picked!r} is no form; give it the class of a form or of a formset.")
