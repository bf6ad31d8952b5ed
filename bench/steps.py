"""Measure what a step costs: plain, durable and undone, against a loop, an UPDATE for each step, and DBOS.

``DATABASE_URL=postgres://… python bench/steps.py --dbos /path/to/its/python``; see ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import gc
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
MORE = 100
"""How many steps more the long flow has."""

Contestant = Callable[[], tuple[float, float, float]]
"""Plays one run, and gives its milliseconds: by the clock, of this process's processor, and of the same work beside."""

Times = dict[str, list[tuple[float, float, float]]]

RATIOS = [
    ("durable : DBOS", "durable", "DBOS", 0.5),
    ("undone : DBOS undone", "undone", "DBOS undone", 0.5),
    ("durable, prepared : DBOS", "durable, prepared", "DBOS", 0.5),
    ("undone, prepared : the same", "undone, prepared", "DBOS undone", 0.5),
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
        with _prepared(connection) as prepared, _dbos(options.dbos, connection) as others:
            times = _measured({**_contestants(connection), **prepared, **others}, options)
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
        "long": _timed(acts.Long.start),
        "durable": _timed(acts.Durable.start),
        "undone": _timed(acts.Undone.start),
    }


@contextmanager
def _prepared(connection: object) -> Iterator[dict[str, Contestant]]:
    """Play on a connection whose statements are bound and prepared by the server, as those of DBOS are."""
    from django.db import connections  # noqa: PLC0415

    from bench import acts  # noqa: PLC0415

    if connection.vendor != "postgresql":  # type: ignore[attr-defined]
        yield {}
        return
    usual = connections["default"]
    other = usual.copy()
    other.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}

    def on_the_other(play: Contestant) -> Contestant:
        def run() -> tuple[float, float, float]:
            connections["default"] = other
            try:
                return play()
            finally:
                connections["default"] = usual

        return run

    plays = {"durable, prepared": acts.Durable.start, "undone, prepared": acts.Undone.start}
    try:
        yield {name: on_the_other(_timed(play)) for name, play in plays.items()}
    finally:
        other.close()


def _timed(play: Callable[[], object]) -> Contestant:
    def run() -> tuple[float, float, float]:
        pace = _pace()
        worked, began = time.process_time(), time.perf_counter()
        play()
        took = ((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000)
        return (*took, (pace + _pace()) / 2)

    return run


def _pace() -> float:
    """Do what is the same work each time: other processes on the same cores make it, too, slower."""
    began = time.process_time()
    for number in range(2000):
        [isinstance(value, int) for value in {"text": str(number), "number": number}.values()]
    return (time.process_time() - began) * 1000


def _measured(contestants: dict[str, Contestant], options: argparse.Namespace) -> Times:
    """Play one run of each in shuffled order, again and again."""
    times: Times = {name: [] for name in contestants}
    shuffled, names = random.Random(options.seed), list(contestants)  # noqa: S311  an order that can be had again
    gc.disable()
    for turn in range(options.warm_up + options.runs):
        shuffled.shuffle(names)
        gc.collect()
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

    def run(what: str) -> tuple[float, float, float]:
        print(what, file=peer.stdin, flush=True)
        return float(peer.stdout.readline()), 0.0, 0.0

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


def _steps_of(name: str) -> int:
    return COUNT + MORE if name == "long" else COUNT


def _print(times: Times, connection: object, options: argparse.Namespace) -> None:
    print(f"{connection.display_name}, {options.runs} runs of {COUNT} steps each; milliseconds a run\n")  # type: ignore[attr-defined]
    print(f"{'':28}{'median':>10}{'p90':>10}{'a step':>10}")
    clock = {name: [sample[0] for sample in samples] for name, samples in times.items()}
    for name, samples in clock.items():
        middle = median(samples)
        print(f"{name:28}{middle:10.4f}{quantiles(samples, n=10)[-1]:10.4f}{middle / _steps_of(name):10.4f}")
    fastest = min(pace for samples in times.values() for *_, pace in samples if pace)
    undisturbed = {name: [worked / pace * fastest for _, worked, pace in times[name]] for name in ("plain", "long")}
    for by, samples_of in (("by the clock", clock), ("of the processor, at its pace when undisturbed", undisturbed)):
        one = (median(samples_of["long"]) - median(samples_of["plain"])) / MORE * 1000
        print(f"one more plain step: {one:.1f} µs {by} (aim: 20)   {'reached' if one <= 20 else 'missed'}")
    for title, one, other, aim in RATIOS:
        if one in clock and other in clock:
            ratio = median(clock[one]) / median(clock[other])
            verdict = "" if aim is None else f"   (aim: {aim})   {'reached' if ratio <= aim else 'missed'}"
            print(f"{title:28}{ratio:10.2f}{verdict}")
    print("load of the machine: " + ", ".join(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    raise SystemExit(main())
