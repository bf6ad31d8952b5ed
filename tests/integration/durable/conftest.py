"""A new world for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.durable.shop import World, new_world


@pytest.fixture(autouse=True)
def outside() -> Iterator[World]:
    """Give the outside world, empty."""
    with new_world() as fresh:
        yield fresh
