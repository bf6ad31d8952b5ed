"""An outside world that several processes see: a folder, which remembers who was called and says what they get."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection

__all__ = ["VARIABLE", "Outside"]

VARIABLE = "TESTS_OUTSIDE"
"""The variable of the environment that names the folder, to the workers too."""


class Outside:
    """Tell the processes of a test what to do, and see what they did."""

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder or os.environ[VARIABLE])

    def called(self, name: str, workflow: Any) -> None:
        """Note a call, write, stand still while it is held, then raise where it is told to.

        Where one lock is on the whole file, it writes only after that: nobody could say anything to it meanwhile.
        """
        key = workflow.flow.idempotency_key
        with (self.folder / "calls").open("a") as file:
            file.write(f"{name} {workflow.flow.id} {key} {os.getpid()}\n")
        late = connection.vendor == "sqlite"
        if not late:
            _write(name, workflow)
        while self._held(name).exists():
            workflow.flow.raise_if_cancelled()
            time.sleep(0.02)
        if late:
            _write(name, workflow)
        errors = self.folder / f"errors {name}"
        left = int(errors.read_text()) if errors.exists() else 0
        if left:
            errors.write_text(str(left - 1))
            raise OSError("no line")

    def hold(self, name: str) -> None:
        """Have a step stand still once it is called."""
        self._held(name).touch()

    def release(self, name: str) -> None:
        """Let it go on."""
        self._held(name).unlink()

    def fail(self, name: str, times: int) -> None:
        """Have a step raise, so many times."""
        (self.folder / f"errors {name}").write_text(str(times))

    @property
    def calls(self) -> list[tuple[str, str, str, int]]:
        """List the calls: step, flow, key, process."""
        file = self.folder / "calls"
        lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
        return [(name, flow, key, int(process)) for name, flow, key, process in lines]

    @property
    def names(self) -> list[str]:
        """List the steps that were called."""
        return [call[0] for call in self.calls]

    @property
    def written(self) -> Counter[tuple[str, str]]:
        """Count the calls whose writes were committed, by step and flow."""
        return Counter((name.split()[0], name.split()[1]) for name in Group.objects.values_list("name", flat=True))

    def _held(self, name: str) -> Path:
        return self.folder / f"hold {name}"


def _write(name: str, workflow: Any) -> None:
    Group.objects.create(name=f"{name} {workflow.flow.id} {os.urandom(4).hex()}")
