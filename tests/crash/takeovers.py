"""Who took what over, and when: a file that every process of a test writes to, by the one clock of the machine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wfapp.links import delivery
from wfapp.rounds import recovery
from wfapp.storage.database import DatabaseStorage

__all__ = ["Takeovers"]


class Takeovers:
    """Note each moment at which somebody holds a flow or a message of it, and find the first one after a death."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()

    def watch(self) -> None:
        """Note what this process takes over; for the child of a fork, which ends with it."""
        self._wrap(recovery, "take_over", lambda lease: lease.state.id)
        self._wrap(delivery, "claim", lambda claimed: claimed.row.flow)
        self._wrap(DatabaseStorage, "_lock", lambda locked: locked[1][0])

    def _wrap(self, owner: Any, name: str, flow_of: Callable[[Any], Any]) -> None:
        wrapped = getattr(owner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            taken = wrapped(*args, **kwargs)
            if taken is not None:
                moment = time.monotonic()
                with self.file.open("a") as file:
                    file.write(f"{flow_of(taken)} {moment}\n")
            return taken

        setattr(owner, name, call)

    def first(self, flow: uuid.UUID | None, after: float = 0.0) -> float | None:
        """Give when a flow was taken first, after a moment; ``None`` where nobody has."""
        taken = [line.split() for line in self.file.read_text().splitlines()]
        return min((float(when) for pk, when in taken if pk == str(flow) and float(when) > after), default=None)
