"""What is told of the pages that follow: as things stand now, and without asking twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.db import DatabaseError, transaction

from tests.unit.states import state_of
from tests.workflows import NameForm
from wfapp import Break, Context, Continue, If, Include, While, Workflow, step
from wfapp.engine.cursor import Position
from wfapp.rounds.answer import Caller
from wfapp.rounds.progress import progress_of
from wfapp.rounds.stage import Stage
from wfapp.testing import isolated_registry

PAGE: Any = step(form=NameForm)
PAGES = ("a", "b", "c", "d")


class Ctx(Context):
    yes: bool = True
    no: bool = False


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget what a test declares."""
    with isolated_registry():
        yield


def declare(*steps: Any, name: str = "progress/outer", **body: Any) -> type[Workflow[Any]]:
    """Make a workflow of some of the pages a, b, c, d."""
    listed = {page: PAGE for page in PAGES if f"'{page}'" in repr(steps)}
    cls: type[Workflow[Any]] = type(
        "Sample", (Workflow,), {"name": name, "context_class": Ctx, "steps": steps, **listed, **body}
    )
    return cls


def told(cls: type[Workflow[Any]], position: str = "a", done: tuple[str, ...] = (), **values: Any) -> list[str]:
    """Give the pages that are told, each with the first letter of its state."""
    context = msgspec.Raw(msgspec.json.encode(values))
    state = state_of(cls, position=Position(position), context=context, done=done)
    return [f"{view.state[0]}:{view.id}" for view in progress_of(Stage(cls, state, Caller(door="python"))).steps]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["a", If("yes", ["b"], else_=["c"]), "d"], ["b", "d"]),
        (["a", If("no", ["b"], else_=["c"]), "d"], ["c", "d"]),
        (["a", If("yes", [If("no", ["b"], else_=["c"])]), "d"], ["c", "d"]),
        (["a", While("yes", ["b", "c"]), "d"], ["b", "c", "d"]),
        (["a", While("no", ["b", "c"]), "d"], ["d"]),
        (["a", While("yes", ["b", Break("yes"), "c"]), "d"], ["b", "d"]),
        (["a", While("yes", ["b", Break("no"), "c"]), "d"], ["b", "c", "d"]),
        (["a", While("yes", ["b", If("yes", [Continue()]), "c"]), "d"], ["b", "d"]),
        ([While("no", ["a", "b"]), "c", "d"], ["b", "c", "d"]),
        ([While("yes", ["d", "a", Break("yes"), "b"]), "c"], ["c"]),
        ([While("yes", ["b", While("yes", ["a", Break("yes"), "d"]), "c"])], ["c"]),
    ],
)
def test_branches_that_do_not_hold_now_are_left_out(steps: list[Any], expected: list[str]) -> None:
    """A loop counts once, and what a Break or Continue jumps over does not come."""
    assert told(declare(*steps)) == ["c:a", *(f"o:{name}" for name in expected)]


def test_another_context_leads_elsewhere() -> None:
    """What is told is what holds now."""
    assert told(declare("a", If("no", ["b"], else_=["c"]), "d"), no=True) == ["c:a", "o:b", "o:d"]


def test_a_page_stands_once() -> None:
    """One that was passed in an earlier turn of a loop is done, and comes again without being told twice."""
    cls = declare(While("yes", ["a", "b"]), "c")
    assert told(cls, done=("a", "b")) == ["d:b", "c:a", "o:c"]


def test_a_sub_flow_that_follows_is_told_as_it_would_begin_now() -> None:
    """With what it takes."""
    declare("a", If("no", ["b"], else_=["c"]), name="progress/inner")
    taking, bare = Include("progress/inner", takes={"no": "yes"}, name="x"), Include("progress/inner", name="y")
    cls = declare("a", taking, bare, "d")
    assert told(cls) == ["c:a", "o:x/a", "o:x/b", "o:y/a", "o:y/c", "o:d"]


def test_what_follows_inside_of_a_sub_flow_and_behind_it() -> None:
    """Its conditions are its own."""
    declare("a", If("no", ["b"], else_=["c"]), name="progress/inner")
    cls = declare("a", Include("progress/inner", takes={"no": "yes"}, name="x"), If("no", ["d"]))
    stage = Stage(cls, state_of(cls, position=Position("a")), Caller(door="python"))
    stage.machine.go_on(Position("a"))
    kept = stage.keep(msgspec.structs.replace(stage.state, position=Position("x/a")), "x/a")
    views = progress_of(Stage(cls, kept, Caller(door="python"))).steps
    assert [view.id for view in views] == ["x/a", "x/b"]


def test_a_condition_is_asked_once() -> None:
    """However often it stands in the order."""
    asked = []

    def is_rich(self: Any) -> bool:
        asked.append(1)
        return True

    cls = declare("a", If("is_rich", ["b"]), If("is_rich", ["c"]), While("is_rich", ["d"]), is_rich=is_rich)
    assert told(cls) == ["c:a", "o:b", "o:c", "o:d"]
    assert asked == [1]


def test_a_condition_that_raises_shows_fewer_pages(caplog: pytest.LogCaptureFixture) -> None:
    """Only the type is logged: its text may hold a value."""

    def fails(self: Any) -> bool:
        raise LookupError("a secret")

    cls = declare("a", If("fails", ["b"], else_=["c"]), While("fails", ["d"]), Include("progress/inner"), fails=fails)
    declare(If("fails", ["a"]), "b", name="progress/inner", fails=fails)
    with caplog.at_level(logging.ERROR, "wfapp.rounds"):
        assert told(cls) == ["c:a", "o:inner/b"]
    text = "A condition raised LookupError when the pages that follow were told"
    assert [record.getMessage() for record in caplog.records] == [text, text]


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_database_is_not_hidden_in_a_transaction() -> None:
    """There it has given up the whole round; outside of one the page is drawn."""

    def fails(self: Any) -> bool:
        raise DatabaseError("no such table")

    cls = declare("a", If("fails", ["b"]), fails=fails)
    assert told(cls) == ["c:a"]
    with pytest.raises(DatabaseError), transaction.atomic():
        told(cls)


def test_a_step_without_a_page_is_not_told() -> None:
    """And its own condition is not asked."""
    cls = declare("a", "quiet", "b", quiet=step(when="never")(lambda self: None), never=lambda self: 1 / 0)
    assert told(cls) == ["c:a", "o:b"]


def test_a_page_is_called_by_its_label() -> None:
    """Else by its title where that reads no key, else by its name."""
    labels = {
        "b": step(form=NameForm, title="Title", label="Label"),
        "c": step(form=NameForm, title="Title"),
        "d": step(form=NameForm, title="{{ ctx.yes }}", passes=["yes"]),
    }
    cls = declare("a", "b", "c", "d", **labels)
    stage = Stage(cls, state_of(cls, position=Position("a")), Caller(door="python"))
    assert [view.label for view in progress_of(stage).steps] == ["A", "Label", "Title", "D"]
