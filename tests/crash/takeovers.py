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
        """Note what this process takes over, and when it finds nothing; for the child of a fork, which ends with it."""
        self._wrap(recovery, "take_over", lambda lease: lease.state.id)
        self._wrap(delivery, "claim", lambda claimed: claimed.row.flow)
        self._wrap(DatabaseStorage, "_lock", lambda locked: locked[1][0])

    def _wrap(self, owner: Any, name: str, flow_of: Callable[[Any], Any]) -> None:
        wrapped = getattr(owner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.monotonic()
            taken = wrapped(*args, **kwargs)
            flow = flow_of(taken) if taken is not None else name
            with self.file.open("a") as file:
                file.write(f"{flow} {began} {time.monotonic()}\n")
            return taken

        setattr(owner, name, call)

    def first(self, flow: uuid.UUID | None, after: float = 0.0) -> float | None:
        """Give when a flow was taken first, after a moment; ``None`` where nobody has."""
        return min((ended for _began, ended in self._of(flow) if ended > after), default=None)

    def passed_over(self, flow: uuid.UUID | None, after: float, due: float) -> int:
        """Count who looked for a flow that was due, and had found nothing before somebody came who took it."""
        taken = min(began for began, ended in self._of(flow) if ended > after)
        return len([ended for began, ended in self._of("take_over") if began > due and ended < taken])

    def _of(self, what: object) -> list[tuple[float, float]]:
        lines = [line.split() for line in self.file.read_text().splitlines()]
        return [(float(began), float(ended)) for name, began, ended in lines if name == str(what)]
