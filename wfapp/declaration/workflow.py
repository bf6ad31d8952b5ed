"""The definition of a flow: a class with steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, get_args, get_origin

from django.utils.functional import Promise

from wfapp.declaration.context import Context, Params
from wfapp.declaration.flow import FlowInfo
from wfapp.declaration.options import several
from wfapp.declaration.order import Item
from wfapp.declaration.outcomes import LEVELS, Cookie, Level, Message
from wfapp.declaration.outgoing import Call, Outgoing, running, sending
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Action, Step
from wfapp.declaration.structure import Structure, structure_of
from wfapp.declaration.texts import plain_text
from wfapp.declaration.validation import validate
from wfapp.declaration.values import encode_context
from wfapp.errors import DeclarationError, NotAvailable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser  # noqa: TID251 - a type alone
    from django.contrib.auth.models import AnonymousUser  # noqa: TID251 - a type alone
    from django.http import HttpRequest  # noqa: TID251 - a type alone

    from wfapp.programming import FlowHandle, FlowResult, Flows

__all__ = ["Notes", "Workflow"]

C = TypeVar("C", bound=Context)
_Params = Params


@dataclass(slots=True)
class Notes:
    """Collect what steps say beside their outcome, for one round."""

    messages: list[Message] = field(default_factory=list)
    cookies: list[Cookie] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    storage: str = ""
    contexts: dict[str, bytes] = field(default_factory=dict)
    """What ``save_context`` kept, encoded, by the path of the workflow in its flow."""

    storages: tuple[str, ...] = ()
    """The storages of the flow: an included workflow lives where the one around it does."""


class Workflow(Generic[C]):
    """Declare a workflow; one instance lives for one round, like a View.

    A class with a ``name`` is registered, one without is abstract. Every mistake raises DeclarationError when the
    class is made.
    """

    name: ClassVar[str] = ""
    """What clients and rows call it, such as ``auth/login``; not a URL."""

    title: ClassVar[str | Promise] = ""
    """What people call it, in plain text: the heading of a page that has none of its own."""

    exposed: ClassVar[bool] = False
    """Whether the REST endpoint may start and resume it."""

    storage: ClassVar[str | Sequence[str]] = "database"
    """Where its flows live: the first is where they start, a step may move them to another one listed."""

    flow_model: ClassVar[str] = "wfapp.Flow"
    """The model of its rows, as ``app_label.Model``."""

    steps: ClassVar[Sequence[Item] | None] = None
    """The order of its steps; as they are defined, where this is None."""

    version: ClassVar[int] = 1
    """Raise it when a new step must be met by all: flows of an older version start again."""

    lifetime: ClassVar[timedelta] = timedelta(days=1)
    """How long a flow may take from its start to its end."""

    retention: ClassVar[timedelta | None] = None
    """How long the row of an ended flow is kept; ``WFAPP["RETENTION"]`` where this is None."""

    cancellable: ClassVar[bool] = False
    """Whether whoever plays a flow may cancel it, with ``wf.cancel``."""

    continues: ClassVar[Literal["", "user"]] = ""
    """``"user"``: starting it again comes back to the open flow of the signed-in user."""

    max_concurrency: ClassVar[int | None] = None
    """How many of its flows may go on at once, over all processes; each counts from its start to its end."""

    when_full: ClassVar[Literal["wait", "refuse"]] = "wait"
    """What becomes of a start beyond that: the flow waits for its turn, or nothing starts (429)."""

    login_required: ClassVar[bool] = False
    """Whether its steps need a signed-in user, unless they say otherwise."""

    permission_required: ClassVar[str | Sequence[str]] = ()
    """The permissions that its steps need, unless they say otherwise."""

    Params: ClassVar[type[_Params]] = _Params
    """The type of its input, ``self.params``."""

    context_class: ClassVar[type[Context]] = Context
    structure: ClassVar[Structure]
    storages: ClassVar[tuple[str, ...]] = ("database",)

    if TYPE_CHECKING:
        # Bound by wfapp.apps at start-up, so that a declaration imports neither models nor rounds.
        @classmethod
        def start(
            cls,
            *,
            params: Mapping[str, Any] | None = None,
            user: AbstractBaseUser | AnonymousUser | None = None,
            data: Mapping[str, Any] | None = None,
            key: str = "",
        ) -> FlowHandle: ...

        @classmethod
        async def astart(
            cls,
            *,
            params: Mapping[str, Any] | None = None,
            user: AbstractBaseUser | AnonymousUser | None = None,
            data: Mapping[str, Any] | None = None,
            key: str = "",
        ) -> FlowHandle: ...

        @classmethod
        def run(
            cls,
            *,
            params: Mapping[str, Any] | None = None,
            user: AbstractBaseUser | AnonymousUser | None = None,
            key: str = "",
            rerun_failed: bool = False,
            timeout: timedelta | None = None,
        ) -> FlowResult: ...

        @classmethod
        async def arun(
            cls,
            *,
            params: Mapping[str, Any] | None = None,
            user: AbstractBaseUser | AnonymousUser | None = None,
            key: str = "",
            rerun_failed: bool = False,
            timeout: timedelta | None = None,
        ) -> FlowResult: ...

        flows: ClassVar[Flows]

    ctx: C
    params: Any
    answers: Mapping[str, Mapping[str, Any]]
    flow: FlowInfo
    user: AbstractBaseUser | AnonymousUser
    notes: Notes
    _request: HttpRequest | None
    _path: str = ""
    """Where an included workflow stands in its flow, such as ``verify_email``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = vars(cls).get("name", "")  # or a subclass that has none would play under the name of another
        cls.context_class = _context_class(cls)
        cls.storages = several(cls.storage)
        cls.structure = structure_of(cls)
        validate(cls)
        if cls.name:
            registry.add(cls)

    @classmethod
    def get_step(cls, name: str) -> Step[Any, Any]:
        """Give the step of that name; raises KeyError."""
        return cls.structure.steps[name]

    @classmethod
    def actions_of(cls, name: str) -> Mapping[str, Action[Any, Any]]:
        """Give the actions of a step by their ids."""
        return cls.structure.actions.get(name, {})

    @property
    def request(self) -> HttpRequest:
        """Give the request of this round, to read from; raises NotAvailable where there is none."""
        if self._request is None:
            raise NotAvailable(
                "self.request: this round has no request; use self.user, self.params or the context instead."
            )
        return self._request

    @property
    def has_request(self) -> bool:
        """Tell whether this round has a request; one that code of the site plays has none."""
        return self._request is not None

    def has_permission(self, step: Step[Any, Any]) -> bool:
        """Tell whether the caller may answer a step, beside its declared rights; asked on start and on every resume."""
        return True

    def store_in(self, storage: str) -> None:
        """Move the flow to another of its storages when it next pauses."""
        legal = self.notes.storages or self.storages
        if storage not in legal:
            raise DeclarationError(
                f"store_in({storage!r}): the flow of {self.name} lists {', '.join(legal)}; add it to storage."
            )
        self.notes.storage = storage

    def save_context(self) -> None:
        """Keep what was written to the context so far even if this step rejects its input."""
        self.notes.contexts[self._path] = encode_context(self.ctx, where="save_context")

    def message(self, text: str | Promise, level: Level = "info") -> None:
        """Show a text with the next page or with the end."""
        if level not in LEVELS:
            raise DeclarationError(f"message: level is {level!r}; legal are {', '.join(LEVELS)}.")
        self.notes.messages.append(Message(level=level, text=plain_text(text)))

    def mail(
        self,
        to: str,
        template: str,
        *,
        extra: Mapping[str, Any] | None = None,
        language: str = "",
        expires: timedelta | None = None,
    ) -> None:
        """Mail one address; the mail is stored with this round and sent after its commit. See ``notify``."""
        self.notify("email", to, template, extra=extra, language=language, expires=expires)

    def notify(
        self,
        channel: str,
        to: str,
        template: str,
        *,
        extra: Mapping[str, Any] | None = None,
        language: str = "",
        expires: timedelta | None = None,
    ) -> None:
        """Send a message through a channel, made of templates that see the passed context of this step as it is now.

        ``extra`` gives them more values by name. ``expires`` is how long it is of any use: later it is dropped.
        """
        self.notes.outgoing.append(
            sending(self, channel, to, template, extra=extra, language=language, expires=expires)
        )

    def call(self, url: str, payload: Mapping[str, Any], *, event: str) -> None:
        """Post a signed webhook: stored with this round, and sent after its commit."""
        self.notes.outgoing.append(Call(url=url, payload=payload, event=event, step=running(self).name))

    def set_cookie(
        self,
        name: str,
        value: str | Promise,
        *,
        max_age: int | timedelta | None = None,
        path: str = "/",
        secure: bool = True,
        httponly: bool = True,
        samesite: Literal["Lax", "Strict"] = "Lax",
    ) -> None:
        """Set a cookie with the answer, after the commit; ``max_age`` is in seconds or a timedelta."""
        self.notes.cookies.append(
            Cookie(
                name=name,
                value=plain_text(value),
                max_age=max_age // timedelta(seconds=1) if isinstance(max_age, timedelta) else max_age,
                path=path,
                secure=secure,
                httponly=httponly,
                samesite=samesite,
            )
        )


def _context_class(cls: type[Workflow[Any]]) -> type[Context]:
    """Find the context in ``Workflow[...]`` among the bases as they are written, else take over the one of a base."""
    for base in vars(cls).get("__orig_bases__", ()):
        origin = get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Workflow):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Context):
                    return argument
                if origin is Workflow and argument is not Any and not isinstance(argument, TypeVar):
                    raise DeclarationError(
                        f"{cls.__qualname__}: {argument!r} is no Context; derive it from wfapp.Context."
                    )
    return cls.context_class
