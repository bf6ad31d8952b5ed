"""Make the database, measure, and print what came out."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable
from importlib.metadata import version

from django.db import connection

from bench.contestants import CONTESTANTS, Contestant
from bench.measure import Sample, Times, measure, statements
from bench.rooms import profile

__all__ = ["run"]

Part = tuple[str, Callable[[Sample], float], Callable[[Sample], float]]
"""A name, and what it takes of a sample: by the clock, and of the processor."""

WHOLE: Part = ("", lambda sample: sample.post + sample.get, lambda sample: sample.post_cpu + sample.get_cpu)
POST: Part = ("its POST alone", lambda sample: sample.post, lambda sample: sample.post_cpu)
GET: Part = ("the GET after it", lambda sample: sample.get, lambda sample: sample.get_cpu)

RATIOS: list[tuple[str, str, Part, str, float | None]] = [
    ("JSON, database : (a)", "json-db", WHOLE, "a", 1.2),
    ("JSON, database : (a')", "json-db", WHOLE, "a'", None),
    ("(a') : (a)", "a'", WHOLE, "a", None),
    ("JSON, token : (b)", "json-token", WHOLE, "b", 1.4),
    ("JSON, database : (c)", "json-db", WHOLE, "c", 0.7),
    ("JSON, token : (c)", "json-token", WHOLE, "c", 0.7),
    ("page round, database : (c)", "page-db", POST, "c", 0.9),
    ("page round, token : (c)", "page-token", POST, "c", 0.9),
    ("and the page after it, database : (c)", "page-db", WHOLE, "c", None),
    ("and the page after it, token : (c)", "page-token", WHOLE, "c", None),
    ("and the page after it, database : (c')", "page-db", WHOLE, "c'", None),
    ("and the page after it, token : (c')", "page-token", WHOLE, "c'", None),
]
"""What is compared: a part of one contestant with the whole of another, and the aim."""

LISTED_FROM = 0.01
"""The share from which on a room is listed."""


def run(options: argparse.Namespace) -> int:
    """Measure on a database of our own, and print."""
    kept = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        keys = options.only.split(",") if options.only else [contestant.key for contestant in CONTESTANTS]
        contestants = [contestant for contestant in CONTESTANTS if contestant.key in keys]
        print(_versions())
        times = measure(contestants, rounds=options.rounds, warm_up=options.warm_up, seed=options.seed)
        print(f"\n{options.rounds} rounds of each, in shuffled order (seed {options.seed}); milliseconds\n")
        print(f"{'':40}{'median':>8}{'p90':>8}{'processor':>11}{'SQL':>5}{'transaction':>13}")
        for contestant in contestants:
            _print_times(contestant, times[contestant.key])
        print(f"\n{'ratio of medians':40}{'clock':>8}{'processor':>11}{'aim':>8}")
        for title, key, part, other, aim in RATIOS:
            if key in times and other in times:
                _print_ratio(title, part, times[key], times[other], aim)
        for contestant in contestants if options.profile else ():
            _print_profile(contestant, min(options.rounds, 200))
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
    return 0


def _versions() -> str:
    names = ("Django", "djangorestframework", "django-formtools", "django-cryptography-5", "cryptography", "msgspec")
    found = ", ".join(f"{name} {version(name)}" for name in names)
    with connection.cursor():  # it connects, as only an open connection knows its server's version
        database = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {database}, Python {platform.python_version()}\n{found}"


def _print_times(contestant: Contestant, times: Times) -> None:
    own, framing = statements(contestant)
    print(f"{contestant.title:40}{_figures(times, WHOLE)}{own:5}{framing:13}")
    for part in (POST, GET) if times.median(GET[1]) else ():
        print(f"{f'  {part[0]}':40}{_figures(times, part)}")


def _figures(times: Times, part: Part) -> str:
    _name, clock, processor = part
    return f"{times.median(clock):8.3f}{times.p90(clock):8.3f}{times.median(processor):11.3f}"


def _print_ratio(title: str, part: Part, one: Times, other: Times, aim: float | None) -> None:
    clock, processor = (one.median(part[of]) / other.median(WHOLE[of]) for of in (1, 2))
    verdict = "" if aim is None else f"{aim:8.1f}  {'reached' if clock <= aim else 'missed'}"
    print(f"{title:40}{clock:8.2f}{processor:11.2f}{verdict}")


def _print_profile(contestant: Contestant, rounds: int) -> None:
    whole, rooms, functions = profile(contestant, rounds)
    print(f"\n{contestant.title}: {whole:.2f} ms under the profiler")
    for place, share in [*((room, share) for room, share in rooms if share >= LISTED_FROM), *functions]:
        print(f"{share:7.1%}  {place}")
