"""Ten trivial steps as DBOS plays them: ``python bench/dbos_peer.py URL``, with a name on each line, for one run each.

It runs in an environment of its own, without Django; what it answers is how many milliseconds the run took.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from dbos import DBOS

COUNT = 10


@DBOS.step()
def add(total: int) -> int:
    """Do next to nothing."""
    return total + 1


@DBOS.step()
def take(total: int) -> int:
    """Undo it."""
    return total - 1


@DBOS.workflow()
def durable() -> int:
    """Run ten steps."""
    total = 0
    for _number in range(COUNT):
        total = add(total)
    return total


@DBOS.workflow()
def undone() -> int:
    """Run ten steps, and undo each: compensation is the author's there."""
    total, undos = 0, list[Any]()
    try:
        for _number in range(COUNT):
            total = add(total)
            undos.append(take)
        raise RuntimeError
    except RuntimeError:
        for undo in reversed(undos):
            total = undo(total)
    return total


def main() -> None:
    """Answer each name with a time."""
    DBOS(config={"name": "bench", "system_database_url": sys.argv[1], "run_admin_server": False, "log_level": "ERROR"})
    DBOS.launch()
    runs = {"durable": durable, "undone": undone}
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        runs[line.strip()]()
        print((time.perf_counter() - began) * 1000, flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
