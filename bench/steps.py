"""Measure what a step costs: plain, durable and undone, against a loop, an UPDATE for each step, and DBOS.

``DATABASE_URL=postgres://… python bench/steps.py --dbos /path/to/its/python``; see ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import parse_qs, urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
COUNT = 10

Contestant = Callable[[], float]
"""Plays one run, and gives its milliseconds."""

RATIOS = [
    ("durable : DBOS", "durable", "DBOS", 0.5),
    ("undone : DBOS undone", "undone", "DBOS undone", 0.5),
    ("durable : an UPDATE each", "durable", "update", None),
    ("durable : a loop", "durable", "loop", None),
]


def main() -> int:
    """Measure on a database of our own, and print."""
    parser = argparse.ArgumentParser(description="Measure what a step costs.")
    parser.add_argument("--runs", type=int, default=200, help="how many runs of each are measured")
    parser.add_argument("--warm-up", type=int, default=20, help="how many runs of each are played before")
    parser.add_argument("--seed", type=int, default=2, help="what the shuffled order follows from")
    parser.add_argument("--dbos", default="", help="the python of an environment with bench/requirements-dbos.txt")
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT)]
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    # These need settings and the path of this repository.
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415

    kept = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with _dbos(options.dbos, connection) as others:
            times = _measured({**_contestants(connection), **others}, options)
        _print(times, connection, options)
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
    return 0


def _contestants(connection: object) -> dict[str, Contestant]:
    from bench import acts  # noqa: PLC0415
    from bench.models import Row  # noqa: PLC0415

    row = Row.objects.create(handle="bench", step="", state=b"")
    rows = Row.objects.filter(pk=row.pk)

    def loop() -> None:
        total = 0
        for number in range(COUNT):
            total += number

    def update() -> None:
        for number in range(COUNT):
            rows.update(revision=number)

    return {
        "loop": _timed(loop),
        "update": _timed(update),
        "empty": _timed(acts.Empty.start),
        "plain": _timed(acts.Plain.start),
        "durable": _timed(acts.Durable.start),
        "undone": _timed(acts.Undone.start),
    }


def _timed(play: Callable[[], object]) -> Contestant:
    def run() -> float:
        began = time.perf_counter()
        play()
        return (time.perf_counter() - began) * 1000

    return run


def _measured(contestants: dict[str, Contestant], options: argparse.Namespace) -> dict[str, list[float]]:
    """Play one run of each in shuffled order, again and again."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    shuffled, names = random.Random(options.seed), list(contestants)  # noqa: S311  an order that can be had again
    for turn in range(options.warm_up + options.runs):
        shuffled.shuffle(names)
        for name in names:
            took = contestants[name]()
            if turn >= options.warm_up:
                times[name].append(took)
    return times


@contextmanager
def _dbos(python: str, connection: object) -> Iterator[dict[str, Contestant]]:
    """Start DBOS beside this process, on the same server, in a database of its own."""
    if not python or connection.vendor != "postgresql":  # type: ignore[attr-defined]
        print("DBOS is left out: it needs PostgreSQL, and --dbos.")
        yield {}
        return
    name = f"{connection.settings_dict['NAME']}_dbos"  # type: ignore[attr-defined]
    command = [python, str(ROOT / "bench" / "dbos_peer.py"), _address(os.environ["DATABASE_URL"], name)]
    peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert peer.stdin is not None
    assert peer.stdout is not None

    def run(what: str) -> float:
        print(what, file=peer.stdin, flush=True)
        return float(peer.stdout.readline())

    try:
        assert peer.stdout.readline().strip() == "ready"
        yield {"DBOS": lambda: run("durable"), "DBOS undone": lambda: run("undone")}
    finally:
        peer.stdin.close()
        peer.wait(30)
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(url: str, name: str) -> str:
    """Give the address of another database of that server, as SQLAlchemy takes it."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return f"postgresql://{parts.netloc}/{name}" + (f"?{urlencode(query)}" if query else "")


def _print(times: dict[str, list[float]], connection: object, options: argparse.Namespace) -> None:
    print(f"{connection.display_name}, {options.runs} runs of {COUNT} steps each; milliseconds a run\n")  # type: ignore[attr-defined]
    print(f"{'':28}{'median':>10}{'p90':>10}{'a step':>10}")
    for name, samples in times.items():
        middle = median(samples)
        print(f"{name:28}{middle:10.4f}{quantiles(samples, n=10)[-1]:10.4f}{middle / COUNT:10.4f}")
    plain = (median(times["plain"]) - median(times["empty"])) / COUNT * 1000
    print(f"\na plain step costs {plain:.1f} µs (aim: 20)   {'reached' if plain <= 20 else 'missed'}")
    for title, one, other, aim in RATIOS:
        if one in times and other in times:
            ratio = median(times[one]) / median(times[other])
            verdict = "" if aim is None else f"   (aim: {aim})   {'reached' if ratio <= aim else 'missed'}"
            print(f"{title:28}{ratio:10.2f}{verdict}")
    print("load of the machine: " + ", ".join(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    raise SystemExit(main())
