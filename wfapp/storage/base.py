"""What a storage is: where a flow's state lives between two rounds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import msgspec
from django.utils.module_loading import import_string

from wfapp.conf import conf
from wfapp.declaration.context import Context
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken, MissingAbility
from wfapp.storage.tokens import Token

__all__ = [
    "ABILITIES",
    "BUILT_IN",
    "Claim",
    "FlowActs",
    "FlowExists",
    "FlowMoved",
    "FlowWatched",
    "Note",
    "Report",
    "Storage",
    "get_storage",
    "storage_paths",
]

ABILITIES = ("single_use", "counts_attempts", "holds_files", "keeps_history", "listable", "hands_over", "acts")
BUILT_IN = {"database": "wfapp.storage.database.DatabaseStorage", "token": "wfapp.storage.token.TokenStorage"}


class FlowActs(Exception):
    """Tell whoever wants to end a flow that it has acted: that has to be undone first."""


class FlowExists(Exception):
    """Tell a start, or a move, that the flow is there.

    An earlier request was first. ``token`` is its token as that request found it.
    """

    def __init__(self, token: Token) -> None:
        self.token = token
        super().__init__()


class FlowMoved(Exception):
    """Tell a round that the flow moved to another storage; ``token`` is its token there, at the revision asked for."""

    def __init__(self, token: Token) -> None:
        self.token = token
        super().__init__()


class FlowWatched(Exception):
    """Tell a round that the token only watches: the flow went on elsewhere. ``state`` is what it is now."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__()


class Note(msgspec.Struct, frozen=True):
    """Say what happened, for the flow's timeline: a kind of FlowEvent, and the step."""

    kind: str
    step: str = ""
    error: str = ""
    """The name of the type of an exception; of a cancellation, its reason."""

    duration: float | None = None
    """How long that alone took, in milliseconds; as long as the round, where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Say about a round what a storage may keep beside the sealed state."""

    status: str
    """A Status of the models."""

    context: Context | None = None
    """What shadow fields are copied from; they stay as they are without one."""

    user_id: Any = None
    """The primary key of the signed-in caller."""

    idempotency_hash: str | None = None
    duration: float = 0.0
    """How long the round ran, in milliseconds."""

    notes: list[Note] = field(default_factory=list)


class Claim(ABC):
    """Hold one flow for one round: nobody else plays it until the claim is left."""

    state: State
    storage: Storage
    lease: Any = None
    """The right to run the step that the flow stands at, where this claim stored a flow that acts."""

    caller: Any = None
    """Who stored it."""

    running: bool = False
    """Whether somebody runs a step of it at this moment."""

    stop: str = ""
    """The status that somebody asked for while a step ran, and a reason for it behind a space."""

    @property
    def asked(self) -> tuple[str, str]:
        """Give that status, and the reason that came with it."""
        status, _, reason = self.stop.partition(" ")
        return status, reason

    @abstractmethod
    def store(self, state: State, report: Report) -> Token:
        """Keep what the round made of the flow and give its new token."""

    @abstractmethod
    def guarded(self) -> AbstractContextManager[None]:
        """Undo on an exception what was written inside, and keep the claim."""

    def move(self, target: Storage, state: State, report: Report) -> Token:
        """Hand the flow over to another storage, where this one can let go of it."""
        raise MissingAbility(
            f"A flow cannot leave the storage {self.storage.name!r}; remove store_in({target.name!r})."
        )

    def hand_over(self, handle: str) -> None:
        """Store the flow under another handle; the one it had only watches from then on."""
        raise MissingAbility(f"The storage {self.storage.name!r} hands a flow to nobody.")

    def ask_to_stop(self, status: str, reason: str = "") -> None:
        """Tell whoever runs a step that the flow is to end so, for a short reason, once that step is over."""
        raise MissingAbility(f"The storage {self.storage.name!r} runs no steps.")

    def discard(self) -> None:  # noqa: B027 - only a storage that keeps a record has something to forget
        """Forget a flow that this claim began and did not store: its first page refused the input."""


class Storage(ABC):
    """Keep flows.

    A storage states its abilities as class attributes; a flow that needs a missing one is refused.
    """

    name: ClassVar[str]
    single_use: ClassVar[bool] = False
    """Whether each revision can be used once and never twice."""

    counts_attempts: ClassVar[bool] = False
    """Whether a counted attempt survives the client's going back to an older token."""

    holds_files: ClassVar[bool] = False
    keeps_history: ClassVar[bool] = False
    """Whether a flow can go back to an earlier page."""

    listable: ClassVar[bool] = False
    """Whether staff can find its flows."""

    hands_over: ClassVar[bool] = False
    """Whether a link can hand a flow to somebody else."""

    acts: ClassVar[bool] = False
    """Whether steps run between two rounds of a flow, each in a transaction of its own."""

    leaves_server: ClassVar[bool] = False
    """Whether the state, though sealed, is handed to the client."""

    @abstractmethod
    def peek(self, token: Token) -> State:
        """Read the newest state without claiming it; raises InvalidToken or FlowMoved."""

    @abstractmethod
    def claim(self, token: Token, *, running: bool = False) -> AbstractContextManager[Claim]:
        """Claim a flow for one round; raises InvalidToken, Busy or FlowMoved.

        A storage whose flows act waits while a step of one runs, unless told not to by ``running``.
        """

    @abstractmethod
    def current(self, token: Token, workflow: type[Workflow[Any]], state: State) -> Token:
        """Give the token of the newest state, for whoever came with an earlier one."""

    @abstractmethod
    def begin(
        self, workflow: type[Workflow[Any]], state: State, idempotency_hash: str | None
    ) -> AbstractContextManager[Claim]:
        """Claim a flow that does not exist yet; raises FlowExists where it does."""

    def adopt(self, workflow: type[Workflow[Any]], state: State, report: Report) -> Token:
        """Take over a flow in the middle of a round of another storage; raises FlowExists where it is here already."""
        raise self._takes_nobody()

    def token_of(self, workflow: type[Workflow[Any]], seed: bytes, revision: int) -> Token:
        """Give the token of the flow that began with ``seed``, where this storage can take over one."""
        raise self._takes_nobody()

    def _takes_nobody(self) -> MissingAbility:
        return MissingAbility(
            f"The storage {self.name!r} cannot take over a flow; name it first in storage, to start there."
        )


def storage_paths() -> dict[str, str]:
    """Map the names of all storages to their dotted paths."""
    return {**BUILT_IN, **conf.STORAGES}


def get_storage(name: str) -> Storage:
    """Give the storage of that name; raises InvalidToken, since a name comes out of a token."""
    path = storage_paths().get(name)
    if path is None:
        raise InvalidToken
    return _made(path)


@cache
def _made(path: str) -> Storage:
    made: Storage = import_string(path)()
    return made
