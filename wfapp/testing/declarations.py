"""Declarations that a test forgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wfapp.declaration.registry import registry

__all__ = ["isolated_registry"]


@contextmanager
def isolated_registry() -> Iterator[None]:
    """Forget on leaving the workflows that were declared inside."""
    with registry.isolated():
        yield
