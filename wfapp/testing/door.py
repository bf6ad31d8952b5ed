"""One way to walk: what every door can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client

from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken
from wfapp.rounds.answer import Caller
from wfapp.storage.base import FlowMoved, FlowWatched, get_storage
from wfapp.storage.tokens import Token
from wfapp.testing.record import Record
from wfapp.testing.shown import Shown

__all__ = ["ClientDoor", "Door", "Values"]

Values = Mapping[str, Any]


class Door(ABC):
    """Carry the moves of one walker to a workflow, and tell what comes back."""

    via: ClassVar[str]
    clickable: ClassVar[bool] = True
    """Whether a page stays at hand to be answered twice, or late, as in a second tab."""

    token: Token | None = None
    """The newest token that the walker holds; None before there is a flow."""

    def __init__(self, workflow: type[Workflow[Any]], user: Any, params: Values, record: Record) -> None:
        self.workflow = workflow
        self.user = user
        self.params = params
        self.record = record

    @abstractmethod
    def open(self) -> Shown:
        """Begin."""

    @abstractmethod
    def send(self, shown: Shown, action: str, values: Values | None) -> Shown:
        """Answer a page, the newest or an older one; ``None`` sends no fields."""

    @abstractmethod
    def look(self) -> Shown:
        """Look where the flow stands."""

    @abstractmethod
    def follow(self, link: str) -> Shown:
        """Open a link."""

    @abstractmethod
    def caller(self) -> Caller:
        """Say as whom the walker plays, to begin a flow for them."""

    @abstractmethod
    def adopt(self, state: State, token: Token) -> Shown:
        """Take over a flow, and look where it stands."""

    @abstractmethod
    def twin(self) -> Door:
        """Give a door of the same kind to somebody else, who is nobody yet."""

    @abstractmethod
    def stolen(self) -> Door:
        """Give a door of the same kind to somebody else, who got hold of the token."""

    def state(self) -> State | None:
        """Read the flow's state; None where there is no flow, or where it is gone."""
        token, found = self.token, None
        while token is not None and found is None:
            try:
                found = get_storage(token.storage).peek(token.at(None))
            except FlowMoved as moved:
                token = moved.token
            except FlowWatched as watch:
                found = watch.state
            except InvalidToken:
                break
        return found


class ClientDoor(Door):
    """Walk with Django's test client."""

    def __init__(
        self, workflow: type[Workflow[Any]], user: Any, params: Values, record: Record, client: Client | None = None
    ) -> None:
        super().__init__(workflow, user, params, record)
        self.client = client if client is not None else Client(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)

    def _ask(self, call: Callable[..., Any], address: str, *arguments: Any, **keywords: Any) -> Any:
        """Send a request, and keep what came back to be searched."""
        response = call(address, *arguments, secure=bool(settings.SECURE_SSL_REDIRECT), **keywords)
        self.record.add("request's address", "", address)
        return response

    def _keep(self, response: HttpResponseBase, shown: Shown) -> Shown:
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        self.record.add("body", shown.step, shown.text)
        self.record.add("header", shown.step, headers)
        self.record.add("cookie", shown.step, response.cookies.output())
        return shown
