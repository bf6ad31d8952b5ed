"""What is left for whoever started a flow that a link handed over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import InvalidToken, UnknownWorkflow
from wfapp.rounds.answer import Answer, Caller, End, Notice
from wfapp.rounds.stage import belongs_to, is_live, refuse_unexposed
from wfapp.storage.tokens import Token

__all__ = ["watched"]


def watched(state: State, token: Token, caller: Caller, workflow: type[Workflow[Any]] | None) -> Answer:
    """Tell whoever started a flow that it went on elsewhere, and how it ended; nothing of what came of it."""
    try:
        cls = registry.get(state.workflow)
    except UnknownWorkflow:
        raise InvalidToken from None
    refuse_unexposed(cls, caller)
    if (workflow is not None and workflow is not cls) or not belongs_to(state.watch_binding, caller):
        raise InvalidToken
    if not is_live(cls, state):
        raise InvalidToken
    shared: dict[str, Any] = {"workflow": cls, "flow_id": state.id, "token": token, "title": str(cls.title)}
    last = state.last.end if state.last is not None else None
    if state.ended and last is not None:
        return Answer(status=last["status"], end=End(status=last["status"], reason=last.get("reason", "")), **shared)
    return Answer(
        status="waiting",
        notice=Notice(
            description=_("This goes on elsewhere. Come back to this page to see how it ended."), elsewhere=True
        ),
        **shared,
    )
