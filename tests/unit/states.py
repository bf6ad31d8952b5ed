"""States of flows for tests of what stands below a round."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.workflows import Hello
from wfapp import Workflow
from wfapp.engine.cursor import Position
from wfapp.engine.state import State
from wfapp.storage.sealing import flow_id_from


def state_of(workflow: type[Workflow[Any]] = Hello, **values: Any) -> State:
    """Give the state of a flow that waits at its first page, as a start makes it."""
    seed, now = secrets.token_bytes(32), timezone.now()
    base = {
        "id": flow_id_from(seed),
        "workflow": workflow.name,
        "version": workflow.version,
        "position": Position("ask"),
        "started": now,
        "dies": now + timedelta(days=1),
        "expires": now + timedelta(days=1),
        "seed": seed,
    }
    return State(**{**base, **values})
