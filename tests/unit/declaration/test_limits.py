"""Limits over all flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from wfapp import Limit
from wfapp.errors import DeclarationError


@pytest.mark.parametrize(
    ("rate", "count", "period"),
    [
        ("10/15m", 10, timedelta(minutes=15)),
        ("1/s", 1, timedelta(seconds=1)),
        ("100/h", 100, timedelta(hours=1)),
        ("3/7d", 3, timedelta(days=7)),
        ("9999999/9999d", 9_999_999, timedelta(days=9_999)),
    ],
)
def test_a_rate_is_a_count_and_a_period(rate: str, count: int, period: timedelta) -> None:
    """COUNT/PERIOD; a period without a number is one unit."""
    limit = Limit("password", key="username", rate=rate)
    assert (limit.count, limit.period) == (count, period)


@pytest.mark.parametrize(
    "rate",
    ["", "10", "10/", "10/m15", "0/m", "10/0m", "-1/m", "10/15w", "10/15M", "1.5/m", "10/15m ", "\u0661/m", 10, None],
)
def test_mistakes_in_a_rate(rate: Any) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(DeclarationError) as caught:
        Limit("password", key="username", rate=rate)
    assert str(caught.value) == (
        f"Limit 'password': rate is {rate!r}; write COUNT/PERIOD with a period in s, m, h or d, such as '10/15m'."
    )


@pytest.mark.parametrize("purpose", ["", None, 3])
def test_a_limit_needs_a_purpose(purpose: Any) -> None:
    """It names the counter."""
    with pytest.raises(DeclarationError) as caught:
        Limit(purpose, key="address", rate="1/m")
    assert str(caught.value) == f"Limit: purpose is {purpose!r}; it must be a name such as 'password'."


def test_a_limit_needs_a_key() -> None:
    """It says what is counted apart."""
    key: Any = 3
    with pytest.raises(DeclarationError) as caught:
        Limit("password", key=key, rate="1/m")
    assert str(caught.value) == (
        "Limit 'password': key is 3; it must be 'address', a form field, a context key, a method, or a callable of the "
        "workflow."
    )
