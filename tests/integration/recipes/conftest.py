"""What the tests of recipes share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone


@pytest.fixture(params=["html", "json", "python"])
def via(request: pytest.FixtureRequest) -> str:
    """Give each of the doors."""
    return str(request.param)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that lets time pass."""
    now, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + passed[0])

    def waited(**time: int) -> None:
        passed[0] += timedelta(**time)

    return waited
