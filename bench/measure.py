"""Play rounds in shuffled order, and hold the times."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.clients import answer
from bench.contestants import Contestant, Round

__all__ = ["Sample", "Times", "measure", "played", "statements"]

_TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold what one round took, in milliseconds: by the clock, and of this process's processor time alone."""

    post: float
    get: float
    post_cpu: float
    get_cpu: float


@dataclass(slots=True)
class Times:
    """Hold the samples of one contestant."""

    samples: list[Sample] = field(default_factory=list)

    def median(self, of: Callable[[Sample], float]) -> float:
        """Give the median."""
        return median(map(of, self.samples))

    def p90(self, of: Callable[[Sample], float]) -> float:
        """Give what nine of ten rounds stay below."""
        return quantiles(map(of, self.samples), n=10)[-1]


def measure(contestants: Sequence[Contestant], *, rounds: int, warm_up: int, seed: int) -> dict[str, Times]:
    """Measure so many rounds of each; every turn prepares one round of each, shuffles, and then plays them."""
    times = {contestant.key: Times() for contestant in contestants}
    shuffled = random.Random(seed)  # noqa: S311 - an order that can be had again
    for turn in range(warm_up + rounds):
        if turn == warm_up:
            # What is loaded by now stays: collections need not look at it, and leave the processor's caches alone.
            gc.collect()
            gc.freeze()
        prepared = [(contestant, contestant.begin()) for contestant in contestants]
        shuffled.shuffle(prepared)
        with _no_collection():
            samples = [(contestant.key, played(contestant, ready)) for contestant, ready in prepared]
        if turn >= warm_up:
            for key, sample in samples:
                times[key].samples.append(sample)
    return times


def played(contestant: Contestant, ready: Round) -> Sample:
    """Play one round; raises AssertionError where it did not lead to the next page."""
    response, post, post_cpu = _timed(ready.post)
    get = get_cpu = 0.0
    if ready.follow is not None:
        assert response.status_code in {302, 303}, response
        response, get, get_cpu = _timed(ready.follow(response))
    assert response.status_code == 200, response.content
    assert contestant.shows in response.content.decode(), response.content
    return Sample(post, get, post_cpu, get_cpu)


def statements(contestant: Contestant) -> tuple[int, int]:
    """Count the SQL statements of one round: the round's own, and those that only begin and end transactions."""
    ready = contestant.begin()
    with CaptureQueriesContext(connection) as captured:
        played(contestant, ready)
    framing = [query for query in captured.captured_queries if query["sql"].startswith(_TRANSACTION)]
    return len(captured) - len(framing), len(framing)


def _timed(request: Any) -> tuple[Any, float, float]:
    began, began_cpu = time.perf_counter(), time.process_time()
    response = answer(request)
    took_cpu, took = time.process_time() - began_cpu, time.perf_counter() - began
    return response, took * 1000, took_cpu * 1000


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out of the times, and let none inherit another's garbage."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
