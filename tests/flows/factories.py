"""Rows for tests: bare ones, and flows that rounds have made."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.flows.models import InviteFlow
from tests.flows.workflows import Invite
from wfapp import rounds
from wfapp.models import AbstractFlow, FlowEvent
from wfapp.rounds.answer import Caller, Input

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

Row = TypeVar("Row", bound=AbstractFlow)


def make(model: type[Row], **values: Any) -> Row:
    """Insert a bare row."""
    base = {"id": uuid.uuid4(), "workflow": "tests/invite", "status": "paused", "created_at": NOW, "updated_at": NOW}
    return model._base_manager.create(**{**base, **values})


def note(flow: AbstractFlow, kind: str = "started", **values: Any) -> FlowEvent:
    """Insert an event of a flow."""
    base = {"flow": flow.pk, "workflow": flow.workflow, "kind": kind, "created_at": NOW}
    return FlowEvent.objects.create(**{**base, **values})


def invite(email: str = "ann@example.com", idempotency_key: str = "") -> InviteFlow:
    """Start an invitation and answer its first page: it waits at ``confirm``."""
    caller, first = Caller(door="python"), Input(values={"email": email})
    answer = rounds.start(Invite, caller=caller, params={}, input=first, idempotency_key=idempotency_key)
    return InviteFlow.objects.get(pk=answer.flow_id)


def finished_invite(email: str = "ann@example.com") -> InviteFlow:
    """Play an invitation to its end."""
    caller = Caller(door="python")
    answer = rounds.start(Invite, caller=caller, params={}, input=Input(values={"email": email}))
    assert answer.token is not None
    rounds.play(answer.token, caller=caller, input=Input(values={}))
    return InviteFlow.objects.get(pk=answer.flow_id)
