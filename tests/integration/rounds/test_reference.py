"""Whole rounds do what the program says: the model of tests/reference, played as a client of Python's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.integration.rounds.helpers import begin, play
from tests.reference.classes import Events, bits_of, workflow_of
from tests.reference.model import LONG, Bits, Model
from tests.reference.programs import Answer, Body, Cond, Loop, Page, Plain, answers, programs
from wfapp import Workflow
from wfapp.engine import cursor, machine
from wfapp.errors import RoundError
from wfapp.rounds import answer as answering
from wfapp.rounds.stage import Stage
from wfapp.storage.base import get_storage
from wfapp.testing import MemoryStorage

pytestmark = pytest.mark.django_db(transaction=True)
quick = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def memory(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep flows in memory, and give up sooner on what never ends."""
    settings.WFAPP = {**settings.WFAPP, "STORAGES": {"memory": "wfapp.testing.MemoryStorage"}}
    monkeypatch.setattr(cursor, "MAX_MOVES", LONG + 50)
    monkeypatch.setattr(machine, "MAX_STEPS", LONG + 50)
    yield
    MemoryStorage.flows.clear()


def model_of(body: Body, given: list[Answer]) -> Model:
    """Run the model; leave out what takes too long, or for ever."""
    model = Model(body, given)
    assume(model.longest <= LONG and model.end != "endless")
    return model


def steps(events: list[Any]) -> list[Any]:
    """Leave out what was asked: pages ask conditions, too."""
    return [event for event in events if event[0] != "asked"]


def opened(answer: answering.Answer, cls: type[Workflow[Any]]) -> list[Bits]:
    """Give the bits of every context that the stored state holds."""
    assert answer.token is not None
    stage = Stage(cls, get_storage("memory").peek(answer.token), answering.Caller(door="python"))
    return [bits_of(workflow) for workflow in stage.machine.open.values()]


def compare(answer: answering.Answer, cls: type[Workflow[Any]], model: Model) -> None:
    """Compare where a flow stands, or how it ended, and which pages are done."""
    if model.end:
        assert (answer.status, answer.end and answer.end.data) == (model.end, model.data)
        return
    assert answer.page is not None
    views = answer.page.progress.steps
    done = dict.fromkeys(name for name in model.passed if name != model.page)
    assert [view.id for view in views if view.state == "done"] == list(done)
    assert [view.id for view in views if view.state == "current"] == [answer.page.step] == [model.page]
    assert answer.page.progress.current == len(done) + 1
    assert len({view.id for view in views}) == len(views)
    assert opened(answer, cls) == model.open


@quick
@given(programs(), answers)
def test_rounds_play_the_program(body: Body, walk: list[Answer]) -> None:
    """Through storage, drawing and going back."""
    events: Events = []
    with workflow_of(body, events, storage="memory") as cls:
        given: list[Answer] = []
        answer = begin(cls)
        compare(answer, cls, model_of(body, given))
        for each in walk:
            before = model_of(body, given)
            if before.end:
                return
            events.clear()
            answer, given = answered(answer, before, given, each)
            after = model_of(body, given)
            compare(answer, cls, after)
            if each.kind in {"go", "finish"}:
                assert steps(events) == steps(after.rounds[-1])


def answered(
    answer: answering.Answer, before: Model, given: list[Answer], each: Answer
) -> tuple[answering.Answer, list[Answer]]:
    """Play a round; give its answer, and the answers that count from now on."""
    path = before.page.rpartition("/")[0]
    visits = [*before.passed, before.page]
    mine = [name for name in visits if name.rpartition("/")[0] == path]
    target = mine[each.pick % len(mine)]
    going_on = [*given, each] if each.kind in {"go", "finish"} else given
    # A program that never ends is an error, which the test of the machine looks at.
    model_of(before.body, going_on)
    answer = play(answer, kind=each.kind, flips=each.flips, target=target.rpartition("/")[2])
    assert answer.rejected is (each.kind == "reject")
    if each.kind == "ask":
        return answer, given[: max(index for index, name in enumerate(visits) if name == target)]
    return answer, going_on


@quick
@given(programs(calm=True))
def test_what_is_told_to_follow_follows(body: Body) -> None:
    """In an order without loops, where nothing changes, each page is told in its place from the first one on."""
    with workflow_of(body, [], storage="memory") as cls:
        answer = begin(cls)
        assert answer.page is not None
        told = [view.id for view in answer.page.progress.steps]
        came = []
        while answer.page is not None:
            came.append(answer.page.step)
            assert [view.id for view in answer.page.progress.steps] == told
            answer = play(answer, kind="go", flips=0)
        assert came == told


def test_a_program_that_never_ends_changes_nothing() -> None:
    """The round is an error of its author's, and the page is there as before."""
    loop = Loop(Cond(1, "b0", False, "key"), (Plain("step1", None, 0, "", "b0"),))
    with workflow_of((Page("page0", None), loop), [], storage="memory") as cls:
        answer = begin(cls)
        with pytest.raises(RoundError, match="let a step inside the While change its condition"):
            play(answer, kind="go", flips=1)
        assert play(answer, kind="go", flips=0).status == "finished"
