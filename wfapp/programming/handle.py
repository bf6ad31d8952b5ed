"""One flow in the hands of code."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfapp import rounds
from wfapp.declaration.workflow import Workflow
from wfapp.errors import Busy, InvalidToken
from wfapp.models import OPEN, AbstractFlow, Status
from wfapp.rounds.answer import UNNAMED, Answer, Caller, Input
from wfapp.rounds.results import FlowResult
from wfapp.storage.database import DatabaseStorage, model_of
from wfapp.storage.tokens import Token

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    User = AbstractBaseUser | AnonymousUser

__all__ = ["FlowHandle"]

_PAUSED = ("form", "start")


class FlowHandle:
    """Play a flow from code: each call is one round, and returns what it keeps as ``answer``.

    ``by`` plays it, and the rights of that user are asked, as on every resume; by default it is the user that started
    the flow through this handle. Binding is not asked: the flow stays with the person it is bound to, whose token stays
    as it is. What an answer asks for a visitor, such as a sign-in, is there to be looked at and never carried out.
    """

    def __init__(
        self,
        workflow: type[Workflow[Any]],
        *,
        pk: uuid.UUID,
        answer: Answer | None = None,
        user: User | None = None,
    ) -> None:
        self.workflow = workflow
        self.id = pk
        self._answer = answer
        self._user = user
        self._token = answer.token if answer is not None else None

    @property
    def answer(self) -> Answer:
        """Give the last answer; of a flow that was found by its row, what it shows now.

        Raises InvalidToken where that is gone: the flow has expired, or ended a while ago.
        """
        return self._answer if self._answer is not None else self.look()

    @property
    def row(self) -> AbstractFlow | None:
        """Read the flow's row; None while it lives in a token."""
        return self._model._base_manager.filter(pk=self.id).first() if self._sealed is None else None

    @property
    def status(self) -> Status:
        """Tell where the flow is in its life; of a flow with a row, as the row says now."""
        row = self.row
        if row is not None:
            return Status(row.status)
        return Status.PAUSED if self.answer.status in _PAUSED else Status(self.answer.status)

    def look(self, *, by: User | None = None) -> Answer:
        """Show where the flow stands for ``by``; nothing changes."""
        caller = self._caller(by)
        if self._sealed is None:
            return self._keep(rounds.show_row(self._model, self.id, caller=caller))
        return self._keep(rounds.show(self._sealed.at(None), caller=caller, workflow=self.workflow))

    def result(self) -> FlowResult:
        """Tell how the flow has come out so far, as ``run`` does; raises InvalidToken for one that has no row."""
        return rounds.result_of(self._model, self.id)

    def submit(self, data: Mapping[str, Any] | None = None, *, by: User | None = None, step: str = "") -> Answer:
        """Answer the page, with values as in JSON; raises WrongStep where the flow does not stand at ``step``."""
        return self._play(Input(values=data if data is not None else {}), by, step)

    def action(
        self, name: str, data: Mapping[str, Any] | None = None, *, by: User | None = None, step: str = ""
    ) -> Answer:
        """Press a button of the page; raises WrongStep where the flow does not stand at ``step``."""
        return self._play(Input(action=name or UNNAMED, values=data), by, step)

    def cancel(self, reason: str = "", *, by: User | None = None) -> Answer:
        """End the flow and wipe its context, whether or not its workflow offers that; no right is asked.

        A step that runs is told, and the flow ends once it has looked or is over: the answer is ``pending`` until then.
        What has completed is undone. The answer tells how a flow ended that was over already: its last step has
        completed, and nothing of it is undone. ``reason`` is a short word for the timeline and the FlowResult, such as
        ``out-of-stock``. Raises Busy where a round is on.
        """
        if self._sealed is not None:
            self.look(by=by)
        if self._sealed is not None:
            return self._keep(
                rounds.cancel_token(self._sealed, caller=self._caller(by), workflow=self.workflow, reason=reason)
            )
        ended = rounds.end_by_staff(self._model, self.id, status="cancelled", user=self._caller(by).user, reason=reason)
        if not ended and self.status in OPEN:
            raise Busy
        return self.look(by=by)

    def __repr__(self) -> str:
        return f"<FlowHandle of {self.workflow.name} {self.id}>"

    def _play(self, input: Input, by: User | None, step: str) -> Answer:
        caller, workflow, token = self._caller(by), self.workflow, self._sealed
        if token is None:
            return self._keep(rounds.play_row(self._model, self.id, caller=caller, input=input, step=step))
        if self.answer.end is not None:
            raise InvalidToken
        return self._keep(rounds.play(token, caller=caller, input=input, workflow=workflow, step=step))

    def _keep(self, answer: Answer) -> Answer:
        """Keep an answer; one by the row gets the token that this handle holds, at its revision."""
        if answer.token is None and self._token is not None:
            answer = replace(answer, token=self._token.at(answer.revision))
        self._answer, self._token = answer, answer.token
        return answer

    def _caller(self, by: User | None) -> Caller:
        return Caller(door="python", user=by if by is not None else self._user, trusted=True)

    @property
    def _model(self) -> type[AbstractFlow]:
        return model_of(self.workflow)

    @property
    def _sealed(self) -> Token | None:
        """Give the token of a flow that has no row."""
        return self._token if self._token is not None and self._token.storage != DatabaseStorage.name else None
