"""Workflows that a test declares are forgotten when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wfapp.declaration.registry import registry


@pytest.fixture(autouse=True)
def isolated_registry() -> Iterator[None]:
    """Forget what a test registers."""
    with registry.isolated():
        yield
