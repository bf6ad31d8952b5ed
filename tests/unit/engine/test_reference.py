"""Steps run as the program says, with every state stored, read again and opened by new instances at each page."""

from __future__ import annotations

from dataclasses import replace as replace_kind
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, assume, given, settings

from tests.reference.classes import Events, bits_of, workflow_of
from tests.reference.model import LONG, Model
from tests.reference.programs import Answer, Body, answers, programs
from tests.unit.states import state_of
from wfapp import Abort, Ask, Finish, Workflow
from wfapp.declaration.values import encode_context
from wfapp.engine import cursor, machine
from wfapp.engine.cursor import Position
from wfapp.engine.machine import Paused
from wfapp.engine.state import State, Visit, decode_state, encode_state
from wfapp.errors import RoundError
from wfapp.rounds.answer import Caller
from wfapp.rounds.moves import returned
from wfapp.rounds.stage import Stage

replace = msgspec.structs.replace


@pytest.fixture(autouse=True, scope="module")
def low_limits() -> Any:
    """Give up sooner on what never ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cursor, "MAX_MOVES", LONG + 50)
        patch.setattr(machine, "MAX_STEPS", LONG + 50)
        yield


class Player:
    """Play a workflow by its machine alone; nothing is kept between two pages but the bytes of a state."""

    def __init__(self, cls: type[Workflow[Any]]) -> None:
        context = msgspec.Raw(encode_context(cls.context_class(), where="the start"))
        self.cls, self.end, self.data = cls, "", {}
        self.stored = encode_state(state_of(cls, position=Position(""), context=context))
        stage = self.stage()
        self.settle(stage, stage.machine.start)

    def stage(self) -> Stage:
        """Open what is stored."""
        return Stage(self.cls, decode_state(self.stored), Caller(door="python"))

    def answer(self, answer: Answer, target: str) -> None:
        """Answer the page that waits."""
        stage = self.stage()
        values = {"kind": answer.kind, "flips": answer.flips, "target": target}
        try:
            said = getattr(stage.here, stage.step().name)(SimpleNamespace(cleaned_data=values))
        except ValidationError:
            return
        self.settle(stage, lambda: stage.machine.go_on(stage.state.position, said))

    def settle(self, stage: Stage, run: Any) -> None:
        """Store where the machine comes to."""
        state = stage.state
        visits = (*state.history, Visit(state.position, state.context, state.context_version, scopes=state.scopes))
        try:
            result = run()
        except RoundError:
            self.end = "endless"
            return
        match result:
            case Paused(position):
                kept = stage.keep(replace(state, position=position), "here")
                self.store(replace(kept, history=visits if stage.name else ()))
            case Ask(step):
                index = max(index for index, visit in enumerate(visits) if visit.position.step == step)
                self.store(replace(state, **returned(state, visits, index)))
            case Finish(data):
                self.end, self.data = "finished", dict(data)
            case Abort():
                self.end = "aborted"

    def store(self, state: State) -> None:
        """Keep a state as its bytes."""
        self.stored = encode_state(state)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), answers)
def test_a_workflow_runs_as_its_program(body: Body, walk: list[Answer]) -> None:
    """The same conditions are asked, the same steps run with the same contexts, and the same pages wait."""
    events: Events = []
    with workflow_of(body, events) as cls:
        played = Player(cls)
        given: list[Answer] = []
        compare(played, Model(body, given), events)
        for answer in walk:
            if played.end:
                break
            events.clear()
            given = play(played, body, given, answer, events)


def play(played: Player, body: Body, given: list[Answer], answer: Answer, events: Events) -> list[Answer]:
    """Answer the page in both worlds and compare them; give the answers that count from now on."""
    before = Model(body, given)
    path = before.page.rpartition("/")[0]
    if answer.kind == "finish" and not path and answer.pick:
        # The root rarely ends by a page, or most walks would be short.
        answer = replace_kind(answer, kind="go")
    mine = [name for name in [*before.passed, before.page] if name.rpartition("/")[0] == path]
    target = mine[answer.pick % len(mine)]
    played.answer(answer, target.rpartition("/")[2])
    if answer.kind in {"go", "finish"}:
        compare(played, Model(body, [*given, answer]), events)
        return [*given, answer]
    if answer.kind == "ask":
        visits = [*before.passed, before.page]
        given = given[: max(index for index, name in enumerate(visits) if name == target)]
    assert events == [("page", before.page, before.open[-1])]
    compare(played, Model(body, given), None)
    return given


def compare(played: Player, model: Model, events: Events | None) -> None:
    """Compare what happened in a round, and where both stand now."""
    assume(model.end == "endless" or model.longest <= LONG)
    assert played.end == model.end
    if model.end == "endless":
        return
    assert events is None or events == model.rounds[-1]
    if model.end:
        assert played.data == model.data
        return
    stage = played.stage()
    assert (stage.name, stage.state.position.loops) == (model.page, tuple(model.turns))
    assert [bits_of(workflow) for workflow in stage.machine.open.values()] == model.open
