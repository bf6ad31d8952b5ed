"""Whether a value of one key can be the value of another one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest
from django.db import models
from msgspec import inspect

from wfapp import Secret, Struct
from wfapp.declaration.fitting import can_fit


class Role(Struct):
    name: str = ""


class Place(Struct):
    name: str = ""


class Color(Enum):
    RED = "red"


class Size(models.TextChoices):
    BIG = "big"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (str, str),
        (str, str | None),
        (str | None, str),
        (int | None, float),
        (Secret[str], str),
        (list[int], list[str]),
        (Any, int),
        (date, Any),
        (Role | None, Role),
        (None, str | None),
        (Color, Color),
        (Size, str),
        (str, Size),
        (Literal["a", "b"], str),
        (tuple[int, ...], tuple[int, int]),
        (dict[str, int], dict[str, str]),
    ],
)
def test_what_can_fit(source: Any, target: Any) -> None:
    """Some value of the one is a value of the other."""
    assert can_fit(inspect.type_info(source), inspect.type_info(target))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (str, int),
        (int, str),
        (bool, int),
        (int | None, str | None),
        (str, date),
        (date, datetime),
        (Decimal, float),
        (Role, Place),
        (Color, str),
        (list[int], tuple[int, ...]),
        (Literal[1], str),
        (None, str),
    ],
)
def test_what_cannot_fit(source: Any, target: Any) -> None:
    """None by itself is not enough, unless there is nothing else."""
    assert not can_fit(inspect.type_info(source), inspect.type_info(target))
