"""Where the time of a round goes: the profiler's own times, summed up by room."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from pathlib import Path
from typing import Any

from bench.clients import answer
from bench.contestants import Contestant

__all__ = ["profile"]

ROOMS = [
    *(f"wfapp/{room}" for room in ("rest", "web", "http", "rounds", "forms", "storage", "models", "engine")),
    *("wfapp/declaration", "wfapp", "bench"),
    *(f"django/{room}" for room in ("db", "forms", "template", "middleware", "contrib", "utils", "views", "http")),
    *("django", "rest_framework", "formtools", "django_cryptography", "cryptography", "psycopg"),
]
"""Folders, the inner ones first."""

BUILT_IN = "~"
Where = tuple[str, int, str]


def profile(contestant: Contestant, rounds: int) -> tuple[float, list[tuple[str, float]], list[tuple[str, float]]]:
    """Give the milliseconds of a round under the profiler, and the shares of the rooms and of the costliest functions.

    A built-in function counts for whoever called it. The profiler makes Python's calls dearer than they are, so the
    shares tell where to look, and not how long a round takes.
    """
    prepared = [contestant.begin() for _ in range(rounds)]
    profiler = cProfile.Profile()
    for ready in prepared:
        profiler.enable()
        response = answer(ready.post)
        profiler.disable()
        if ready.follow is not None:
            request = ready.follow(response)
            profiler.enable()
            answer(request)
            profiler.disable()
    stats: dict[Where, Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # missing in the stubs
    own: Counter[Where] = Counter()
    for where, (_calls, _all_calls, took, _with_callees, callers) in stats.items():
        if where[0] == BUILT_IN and callers:
            for caller, (_c, _a, took_for_caller, _w) in callers.items():
                own[caller] += took_for_caller
        else:
            own[where] += took
    total = sum(own.values())
    rooms: Counter[str] = Counter()
    for where, took in own.items():
        rooms[_room(where[0])] += took
    functions = [(f"{_short(path)}:{line} {name}", took / total) for (path, line, name), took in own.most_common(12)]
    return total * 1000 / rounds, [(room, took / total) for room, took in rooms.most_common()], functions


def _room(path: str) -> str:
    if path.startswith("<string>"):
        return "generated code"
    return next((room for room in ROOMS if f"/{room}/" in path or path == f"/{room}.py"), "Python's library")


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])
