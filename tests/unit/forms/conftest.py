"""What the tests of forms share."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def utc() -> Generator[None]:
    """Take times without an offset in UTC."""
    with timezone.override("UTC"):
        yield
