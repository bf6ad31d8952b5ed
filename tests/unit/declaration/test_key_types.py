"""The types of keys: what can be stored, and what cannot be changed."""

from __future__ import annotations

import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
import pytest

from wfapp.declaration.context import Secret, Struct
from wfapp.declaration.key_types import check_read_only, check_storable
from wfapp.errors import DeclarationError

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]

T = TypeVar("T")


class Inner(Struct):
    name: str = ""


def storable_fault(cls: type[msgspec.Struct]) -> str:
    """Return why a class cannot be stored."""
    with pytest.raises(DeclarationError) as caught:
        check_storable(cls)
    return str(caught.value)


def test_type_that_cannot_be_stored() -> None:
    """A class that JSON does not know is refused, however deep it stands."""

    class Odd(Struct):
        user: list[dict[str, PurePath]] = []

    legal = "keys hold JSON-like values, dates, decimals, UUIDs, enums, Structs, lists, tuples and dicts."
    assert storable_fault(Odd) == f"Odd.user: PurePath cannot be stored; {legal}"


def test_types_that_cannot_be_told_apart() -> None:
    """A union that JSON cannot tell apart is refused in msgspec's words, with the key."""

    class Odd(Struct):
        when: str | datetime.date = ""

    assert storable_fault(Odd).startswith("Odd.when: Type unions may not contain more than one str-like type")


def test_type_that_is_not_there_at_run_time() -> None:
    """An import under TYPE_CHECKING is named."""

    class Odd(Struct):
        user: Unknown | None = None

    reason = "a type of a key must be importable at run time, not under TYPE_CHECKING alone."
    assert storable_fault(Odd) == f"Odd: name 'Unknown' is not defined; {reason}"


class Frozen(Struct, frozen=True):
    days: tuple[datetime.date, ...] = ()
    tags: frozenset[str] = frozenset()
    other: Frozen | None = None


class FrozenBox(Struct, Generic[T], frozen=True):
    value: T


class Fixed(Struct):
    number: int | None = None
    pin: Secret[str] = ""
    frozen: Frozen | None = None
    box: FrozenBox[int] | None = None
    pairs: tuple[tuple[str, int], ...] = ()


def test_read_only_types_pass() -> None:
    """Scalars, tuples, frozensets and frozen structs cannot be changed."""
    check_read_only(Fixed)


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (list[int], "list"),
        (dict[str, int], "dict"),
        (set[int], "set"),
        (Any, "any"),
        (Inner, "Inner"),
        (tuple[list[int], ...], "list"),
        (FrozenBox[list[int]], "list"),
        (bytearray, "bytearray"),
    ],
)
def test_types_that_can_be_changed(kind: Any, label: str) -> None:
    """What could be changed in place is refused, however deep it stands."""
    cls = msgspec.defstruct("Odd", [("key", kind | None)])
    with pytest.raises(DeclarationError) as caught:
        check_read_only(cls)
    legal = "use scalars, tuples, frozensets and Structs with frozen=True."
    assert str(caught.value) == f"Odd.key: params are read-only, and {label} can be changed; {legal}"
