"""What is kept of an error: its type, and its text without any value that the flow holds."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import msgspec
import pytest

from tests.unit.states import state_of
from wfapp import Context, Secret, Workflow, step
from wfapp.declaration.values import encode_context
from wfapp.engine.cursor import Position
from wfapp.engine.state import State, Visit
from wfapp.rounds.answer import Caller
from wfapp.rounds.failures import failure_of
from wfapp.rounds.stage import Stage


class Place(msgspec.Struct):
    city: str


class HolderContext(Context):
    name: str = ""
    pin: Secret[str] = ""
    roles: dict[str, int] = {}
    place: Place | None = None
    at: datetime.datetime | None = None
    day: datetime.date | None = None
    cost: decimal.Decimal | None = None
    number: uuid.UUID | None = None


class Holder(Workflow[HolderContext]):
    """Hold values."""

    name = "tests/holder"

    @step
    def ask(self) -> None:
        pass


def message_of(error: Exception, held: State | None = None, **written: Any) -> str:
    """Give what is kept of the text of an error that a step raised, once it had written this into its context."""
    stage = Stage(Holder, held or state_of(Holder), Caller(door="python"))
    for key, value in written.items():
        setattr(stage.workflow.ctx, key, value)
    return failure_of(stage.state, error, stage).message


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("name", "Ann Lee", "no Ann Lee"),
        ("name", "Ann\n'Lee'\\", "no {!r}"),
        ("name", "Anné Lee", 'no {"name": "Ann\\u00e9 Lee"}'),
        ("pin", "42", "no 42"),
        ("roles", {"bob": 100}, "no bob"),
        ("place", Place("Linz"), "no Linz"),
        ("at", datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC), "no {}"),
        ("at", datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC), "no {!r}"),
        ("at", datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC), "no 2026-03-04T05:06:07+00:00"),
        ("day", datetime.date(2026, 3, 4), "no {}"),
        ("cost", decimal.Decimal("12.50"), "no {}"),
        ("number", uuid.UUID(int=77), "no {0.hex}"),
    ],
)
def test_a_value_is_masked_as_messages_show_it(key: str, value: Any, text: str) -> None:
    """Plain, and as Python or JSON quotes it."""
    said = text if text.startswith('no {"') else text.format(value)
    masked = message_of(ValueError(said), **{key: value})
    assert masked.startswith("no ")
    assert "•••" in masked
    assert not any(part in masked for part in ("Ann", "Lee", "42", "bob", "Linz", "2026", "12.50", f"{77:032x}"))


def test_the_name_of_a_field_is_no_value() -> None:
    """Nor is a short text, which stands in many words."""
    assert message_of(KeyError("city"), place=Place("Linz"), name="ci") == "'city'"


def test_what_is_stored_is_masked() -> None:
    """The context as it was, the answers that are kept, and those of the pages that were passed."""
    context = msgspec.Raw(encode_context(HolderContext(name="Ann Lee"), where="a test"))
    earlier = msgspec.Raw(encode_context(HolderContext(name="Bob Lee"), where="a test"))
    held = state_of(
        Holder,
        context=context,
        answers={"who": {"phone": "0732 1234"}},
        drafts={"who": {"phone": "0732 5678"}},
        history=(Visit(Position("who"), earlier, 1, {"mail": "ann@example.com"}),),
    )
    text = "Ann Lee, Bob Lee, 0732 1234, 0732 5678, ann@example.com"
    assert message_of(ValueError(text), held, name="") == "•••, •••, •••, •••, •••"


def test_any_text_is_kept_as_far_as_it_can_be_stored() -> None:
    """Half a pair of surrogates, as the names of files have it, is shown by its number; a long text is cut."""
    assert message_of(OSError("no \udcff.txt")) == r"no \udcff.txt"
    assert len(message_of(OSError("x" * 900))) == 500


class UntoldError(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


def test_what_cannot_be_told_is_masked_whole() -> None:
    """It fails the flow all the same."""
    assert message_of(UntoldError()) == "•••"
