"""What goes into a round and what comes out of it: plain values that know no HTTP."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.utils.datastructures import MultiValueDict

from wfapp.declaration.leaving import Choice, Skip
from wfapp.declaration.outcomes import Cookie, Message
from wfapp.storage.tokens import LINK, STAFF, Token, flow_key, secret_key

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from wfapp.declaration.steps import AnyForm
    from wfapp.declaration.workflow import Workflow
    from wfapp.uploads import StoredUpload

__all__ = [
    "REFRESH",
    "UNNAMED",
    "ActionView",
    "Answer",
    "AnswersView",
    "Caller",
    "DeviceView",
    "Effects",
    "End",
    "Input",
    "Notice",
    "Page",
    "Pending",
    "Progress",
    "SignIn",
    "StepView",
]

REFRESH = "wf.refresh"
"""The action that draws a page anew with what was typed; it validates, stores and counts nothing."""

UNNAMED = "wf.unnamed"
"""Stands for the empty id of an action: no action has it, so that it is refused as every other unknown one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Say who asks and through which door.

    ``browser`` is the value of the browser's binding cookie (a fresh one, where the answer sets it), or empty for a
    client that is no browser: such a client is bound by its token alone. ``address`` is the client's, trusted proxies
    only. ``request`` is what a step reads as ``self.request``.
    """

    door: Literal["page", "rest", "python"]
    user: AbstractBaseUser | AnonymousUser | None = None
    browser: str = field(default="", repr=False)
    address: str = ""
    transport: Literal["body", "cookie"] = "body"
    request: HttpRequest | None = None
    trusted: bool = False
    """Whether it is code of this site that asks, for ``user``: binding and transport are a client's affair."""
    deputy: bool = False
    """Whether ``user`` answers one step of somebody else's flow: they get that step, and none of the flow's moves."""
    until: float | None = None
    """When they stop waiting for steps, as ``time.monotonic()`` tells it; ``None`` where they wait for each."""

    def waits(self) -> bool:
        """Tell whether they wait for one more step."""
        return self.patience() > timedelta()

    def patience(self) -> timedelta:
        """Tell how long they wait from now on."""
        return timedelta.max if self.until is None else timedelta(seconds=max(0.0, self.until - time.monotonic()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Hold what a person or a client sent: the fields of a page and, for an action, its id (``UNNAMED`` for "").

    ``values`` is JSON-like (``json=True``: from REST or Python) or a posted ``QueryDict``; ``None`` means that no
    fields were sent.
    """

    action: str = ""
    values: Mapping[str, Any] | MultiValueDict[str, Any] | None = field(default=None, repr=False)
    files: MultiValueDict[str, Any] | None = None
    json: bool = True
    large: bool = False
    """Whether it came in a body that is only read for the sake of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """Describe a button beside the submit button, as it stands now."""

    id: str
    label: str
    with_data: bool = False
    available_at: datetime | None = None
    remaining: int | None = None

    @property
    def available(self) -> bool:
        """Tell whether a press would do something now."""
        return self.available_at is None and self.remaining != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """Describe one page of the progress; ``state`` is done, current or open."""

    id: str
    label: str
    state: Literal["done", "current", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Say where a flow stands: ``current`` counts from 1."""

    current: int
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersView:
    """Hold the answers of one earlier page in words; ``change`` is the action that goes back there, or empty."""

    step: str
    label: str
    rows: tuple[tuple[str, str], ...]
    """The label of each field, and its value."""

    change: str = ""
    files: tuple[StoredUpload, ...] = ()
    """The files among the answers; a page gives each its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Hold a paused page, evaluated from the passed context alone.

    ``form`` is the real form, bound after a rejection. ``pristine`` is the same form before ``prepare`` changed it
    (the same object where a form has none). ``errors`` maps a field, or ``__form``, to one text. All texts are plain
    text. ``answers`` lists those of the earlier pages, where the step says ``answers=True``.
    """

    step: str
    """The qualified name of the step: ``<include>/<step>`` in an included workflow."""

    workflow: str = ""
    """The name of the workflow that the step belongs to: an included one's, or the flow's own."""

    form: AnyForm
    pristine: AnyForm
    title: str
    description: str
    submit: str
    actions: tuple[ActionView, ...]
    passed: Mapping[str, Any]
    errors: Mapping[str, str]
    progress: Progress
    answers: tuple[AnswersView, ...]
    live: bool
    static: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Hold what a page without a form says: one where the flow waits, or one that a link leads to."""

    description: str = ""
    submit: str = ""
    actions: tuple[ActionView, ...] = ()
    outlet: str = ""
    """The channel that a link was sent by, where the flow waits for that."""

    elsewhere: bool = False
    """Whether the flow went on elsewhere, and this is what is left to watch."""

    over: bool = False
    """Whether nothing is left to watch, either: who answered a step for somebody else has done their part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Say what runs at this moment."""

    step: str
    text: str = ""
    progress: float | None = None
    """From 0 to 1, where the step tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """Hold a link that is shown, for the flow to go on with on another device."""

    url: str = field(repr=False)
    expires_at: datetime
    qr: Mapping[str, Any] | None = field(default=None, repr=False)
    """The address as a QR code, as ``QRCode`` draws one (``path`` and ``size``), where segno is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Name the user whom delivery signs in, and the backend that vouched.

    The user is loaded and asked ``is_active`` again then.
    """

    user_id: str
    backend: str
    sign_out_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Hold what delivery does to the visitor's session and browser after the commit."""

    sign_in: SignIn | None = None
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Hold how a flow ended. ``redirect`` and the targets of ``choices`` are the step's, ``next`` the person's.

    All of them are checked again when used. ``after`` is in milliseconds, 0 for at once.
    """

    status: Literal["finished", "aborted"]
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    message: Message | None = None
    redirect: str = ""
    next: str = ""
    after: int = 0
    skip: Skip | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what one round answers; both doors only translate it.

    ``status`` is ``form`` (``page`` is there), ``start`` (a first page that can only be a button), ``waiting`` (for a
    person with a right that the caller lacks, or for whoever opens a link), ``landing`` (a link leads here: a button),
    or one of ``finished`` and ``aborted`` (``end`` is there). ``token``
    is ``None`` before a flow exists; then ``start_key`` is there, to be sent back with the first post. It is ``None``,
    too, for code that came to a flow by its row: such a flow has a ``revision`` all the same. ``rejected``
    tells that the input was refused: nothing went on; ``stayed``, that an action left the flow on its page: both are
    drawn with what was typed.
    """

    status: Literal["form", "start", "waiting", "pending", "landing", "finished", "aborted"]
    workflow: type[Workflow[Any]]
    flow_id: uuid.UUID | None = None
    token: Token | None = None
    revision: int | None = None
    start_key: str = field(default="", repr=False)
    title: str = ""
    page: Page | None = None
    end: End | None = None
    notice: Notice | None = None
    pending: Pending | None = None
    device: DeviceView | None = None
    messages: tuple[Message, ...] = ()
    effects: Effects | None = None
    rejected: bool = False
    stayed: bool = False
    next: str = ""

    @property
    def key(self) -> str:
        """Give the public key that names the token's cookie; empty without a token."""
        if self.token is None:
            return ""
        if self.token.storage in (LINK, STAFF):
            return secret_key(self.token)
        return flow_key(self.flow_id) if self.flow_id is not None else ""

    @property
    def signs_in(self) -> bool:
        """Tell whether delivery signs somebody in."""
        return self.effects is not None and self.effects.sign_in is not None
