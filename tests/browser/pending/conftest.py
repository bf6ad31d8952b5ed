"""A site whose steps run in a worker, which each test runs in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connections

from tests.integration.durable.background.conftest import work, world
from tests.integration.durable.background.outside import Outside

__all__ = ["work", "world"]

Work = Callable[[], None]


@pytest.fixture
def payments() -> None:
    """Charge nothing, and run nothing in place: steps wait for a worker."""


@pytest.fixture
def beside(work: Work, world: Outside) -> Iterator[Callable[[], None]]:
    """Return a function that runs a worker beside the test, until its queue is empty."""
    threads: list[threading.Thread] = []

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    def start() -> None:
        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
