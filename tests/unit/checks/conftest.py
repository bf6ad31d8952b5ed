"""Checks see nothing but what a test declares."""

from __future__ import annotations

import pytest

from wfapp.declaration.registry import registry


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a registry without workflows in place of the site's."""
    monkeypatch.setattr(registry, "_classes", {})
