"""A flow's state: one frozen value, and its JSON."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from wfapp.declaration.context import Context, Params
from wfapp.declaration.values import decode_context, decode_params
from wfapp.declaration.workflow import Workflow
from wfapp.engine.acting import Acted, Failure, Goal, Run, StepRecord
from wfapp.engine.cursor import Position
from wfapp.engine.scopes import ScopeState
from wfapp.errors import InvalidToken

__all__ = [
    "FORMAT",
    "Last",
    "Sent",
    "State",
    "Uses",
    "Visit",
    "context_of",
    "decode_state",
    "encode_state",
    "ended",
    "params_of",
]

FORMAT = 1
"""The version of the stored form; raise it when a field changes its meaning."""

EMPTY = msgspec.Raw(b"{}")


class Uses(msgspec.Struct, frozen=True, array_like=True):
    """Count the presses of one action in one flow."""

    count: int
    last: datetime


class Visit(msgspec.Struct, frozen=True, array_like=True):
    """Remember a page that was passed: the contexts as they were there, to come back to it, and what was answered."""

    position: Position
    context: msgspec.Raw
    context_version: int
    answers: dict[str, Any] | None = None
    """The kept answers; ``None`` where the page keeps none."""

    clean: bool = False
    """Whether no method ran with it nor since, up to the next page."""

    scopes: dict[str, ScopeState] = {}
    """The included workflows that the flow stood inside of."""


class Sent(msgspec.Struct, frozen=True):
    """Remember the link that a flow waits for, to send it again: to this address, and to no other."""

    outlet: str
    to: str
    template: str
    seconds: float
    """How long a link opens."""

    replaces: str
    language: str
    title: str
    description: str
    submit: str
    resends: int
    cooldown: float
    """In seconds."""

    count: int
    """How many links were sent."""

    last: datetime

    def __repr__(self) -> str:
        # An error report prints the variables of every frame: an address is none of its business.
        return f"<Sent by {self.outlet}, {self.count} times>"


class Last(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold the last answer as what it needs to be given again, not as a page.

    ``digest`` is the keyed digest of the input that it answered.
    """

    digest: str
    device: dict[str, Any] | None = None
    """The address and the end of the link to another device that is shown."""

    rejected: bool = False
    stayed: bool = False
    errors: dict[str, str] = {}
    messages: list[tuple[str, str]] = []
    end: dict[str, Any] | None = None
    """The fields of ``End``."""

    effects: dict[str, Any] | None = None
    """The fields of ``Effects``."""

    held: int | None = None
    """The revision that the token's holder was given last, where the flow was played by its row since."""

    def __repr__(self) -> str:
        # It holds texts for the person, and maybe a link that opens.
        return "<Last answer>"


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold everything that a flow is between two rounds; after its end only what answers the last round again."""

    format: int = FORMAT
    id: uuid.UUID
    workflow: str
    version: int
    """``Workflow.version`` when the flow started."""

    revision: int = 0
    position: Position
    context: msgspec.Raw = EMPTY
    context_version: int = 1
    params: msgspec.Raw = EMPTY
    scopes: dict[str, ScopeState] = {}
    """The included workflows that the flow stands inside of, by path, the outermost first."""

    answers: dict[str, dict[str, Any]] = {}
    done: tuple[str, ...] = ()
    """The pages that were answered, in the order of their first answer."""

    history: tuple[Visit, ...] = ()
    """The pages that were passed, where the storage keeps history."""

    others: int | None = None
    """How many of these pages somebody else passed, where a message handed the flow over; ``None`` where none did."""

    drafts: dict[str, dict[str, Any]] = {}
    """What was answered on pages that were left backwards, by position, to fill them in again."""

    returns: str = ""
    """The page that lists the answers, while one of them is changed."""

    attempts: dict[str, int] = {}
    uses: dict[str, Uses] = {}
    binding: str = ""
    transport: str = "body"
    created_by: str | None = None
    started: datetime
    dies: datetime
    """The end of its absolute life."""

    expires: datetime
    """When the present page, or the flow, expires."""

    files: bool = False
    """Whether files were uploaded to it."""

    next: str = ""
    fingerprint: str = ""
    """The digest of the input that came with its idempotency key."""

    seed: bytes = b""
    """What id and handle are derived from, as long as the flow lives in a token."""

    link: Sent | None = None
    """The link that the flow waits for."""

    by_link: bool = False
    """Whether a link handed it to whoever plays it now."""

    watch_binding: str = ""
    """Whose the token is that only watches."""

    run: Run | None = None
    """The step at ``position`` runs, or waits for its next attempt."""

    acted: tuple[Acted, ...] = ()
    """The durable steps that completed, in that order; while they are undone, those that are left."""

    undoing: Goal = ""
    """Why they are undone."""

    keep: int = 0
    """How many of them stay, on the way back to a page."""

    back_to: int = 0
    """The index of that page in ``history``."""

    turns: int = 0
    """How often the flow went back to a page: a step that runs anew after that does another thing."""

    stuck: tuple[Acted, ...] = ()
    """Those whose undo failed for good."""

    failure: Failure | None = None
    reason: str = ""
    """The short word that code gave as it cancelled the flow."""

    steps: tuple[StepRecord, ...] = ()
    """How the steps came out that ran outside of any round, the newest of them last."""

    last: Last | None = None
    ended: bool = False

    @property
    def over(self) -> bool:
        """Tell whether the flow comes to no page any more: it has ended, or is undone before it does."""
        return self.ended or self.undoing not in ("", "back")

    def __repr__(self) -> str:
        # An error page that is shown in development prints the variables of every frame.
        return f"<State of {self.workflow} {self.id} at revision {self.revision}>"


def ended(state: State, until: datetime) -> State:
    """Wipe a flow: what is left answers its last round again, until then."""
    return State(
        id=state.id,
        workflow=state.workflow,
        version=state.version,
        revision=state.revision,
        position=Position(""),
        binding=state.binding,
        watch_binding=state.watch_binding,
        by_link=state.by_link,
        transport=state.transport,
        created_by=state.created_by,
        started=state.started,
        dies=until,
        expires=until,
        fingerprint=state.fingerprint,
        seed=state.seed,
        failure=state.failure,
        reason=state.reason,
        steps=state.steps,
        last=state.last,
        ended=True,
    )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(State)


def encode_state(state: State) -> bytes:
    """Give the JSON of a state."""
    return _encoder.encode(state)


def decode_state(data: bytes) -> State:
    """Read a state; raises InvalidToken for anything else, a later format too."""
    try:
        state = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidToken from None
    if state.format > FORMAT:
        raise InvalidToken
    return state


def context_of(state: State, workflow: type[Workflow[Any]]) -> Context:
    """Open the context of a flow, upgraded to what its class is today; raises InvalidToken where that does not fit.

    An ended flow has none any more: neither an ``upgrade`` nor a required param finds anything in it.
    """
    if state.ended:
        return workflow.context_class()
    return decode_context(workflow.context_class, state.context_version, bytes(state.context))


def params_of(state: State, workflow: type[Workflow[Any]]) -> Params:
    """Open the input of a flow; raises InvalidToken where it does not fit the class of today."""
    if state.ended:
        return Params()
    return decode_params(workflow.Params, bytes(state.params))
