"""The demo's payment server, a process of its own for the tests that walk the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from project.payment_server.cards import DECLINED, FAILING, GOOD, SLOW

__all__ = ["DECLINED", "FAILING", "GOOD", "SLOW", "Payments", "paying"]

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Payments:
    """Read what the server has recorded."""

    url: str
    ledger: Path

    def charges(self, reference: object) -> list[dict[str, Any]]:
        """List the charges of one flow, by its id."""
        with build_opener(ProxyHandler({})).open(f"{self.url}/charges?reference={reference}", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["charges"]
        return found


@contextmanager
def paying(folder: Path) -> Iterator[Payments]:
    """Run the server on a free port, with its books in a folder."""
    ledger = folder / "payments.sqlite3"
    command = [sys.executable, "-m", "project.payment_server", "--ledger", str(ledger)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Payments(process.stdout.readline().strip(), ledger)
        finally:
            process.kill()
