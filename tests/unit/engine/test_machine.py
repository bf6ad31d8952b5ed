"""The machine runs steps until the flow pauses at a page or ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from wfapp import Abort, Ask, Context, Finish, If, Next, While, Workflow, step
from wfapp.engine import machine as module
from wfapp.engine.cursor import Position
from wfapp.engine.machine import Machine, Paused
from wfapp.errors import RoundError, WrongOutcome


class AnyForm(forms.Form):
    pass


class Ctx(Context):
    trace: list[str] = []
    on: bool = False
    times: int = 0
    said: str = ""


class Sample(Workflow[Ctx]):
    """Write down what runs."""

    steps = ["one", "two", If("on", ["page"]), While("is_more", ["turn"]), "three"]

    @step
    def one(self) -> None:
        self.ctx.trace.append("one")

    @step
    def two(self) -> Any:
        self.ctx.trace.append("two")
        said = {
            "next": Next(),
            "finish": Finish(),
            "abort": Abort("no"),
            "ask": Ask("page"),
            "text": "done",
            "class": Next,
        }
        if self.ctx.said == "reject":
            raise ValidationError("Wrong.")
        if self.ctx.said == "crash":
            raise RuntimeError("crashed on purpose")
        return said.get(self.ctx.said)

    @step(form=AnyForm)
    def page(self, form: AnyForm) -> None: ...

    def is_more(self) -> bool:
        return self.ctx.times > 0

    @step
    def turn(self) -> None:
        self.ctx.times -= 1
        self.ctx.trace.append("turn")

    @step(when=lambda ctx: ctx.on)
    def three(self) -> None:
        self.ctx.trace.append("three")


def machine(may_run: Callable[[str], bool] = lambda name: True, **values: Any) -> tuple[Machine, Ctx]:
    """Make a machine, as a round does, over a context with these values."""
    workflow = Sample()
    workflow.ctx = Ctx(**values)
    return Machine(workflow, may_run), workflow.ctx


def test_it_runs_to_the_end() -> None:
    """A flow whose steps all went on is finished."""
    played, ctx = machine(times=2)
    assert played.start() == Finish()
    assert ctx.trace == played.ran == ["one", "two", "turn", "turn"]


def test_it_pauses_at_a_page() -> None:
    """The page's own method does not run."""
    played, ctx = machine(on=True)
    assert played.start() == Paused(Position("page"))
    assert ctx.trace == ["one", "two"]


def test_it_pauses_where_the_caller_lacks_the_right() -> None:
    """Somebody else must run that step."""
    played, ctx = machine(lambda name: name != "two")
    assert played.start() == Paused(Position("two"))
    assert ctx.trace == ["one"]


def test_it_goes_on_from_a_page() -> None:
    """With the steps behind it, and none before it."""
    played, ctx = machine(on=True)
    assert played.go_on(Position("page")) == Finish()
    assert ctx.trace == ["three"]


def test_an_end_that_a_page_said() -> None:
    """No later step runs."""
    played, ctx = machine(on=True)
    assert played.go_on(Position("page"), Abort("fraud")) == Abort("fraud")
    assert ctx.trace == []


@pytest.mark.parametrize("said", ["", "next"])
def test_nothing_and_next_go_on(said: str) -> None:
    """A step that returns nothing does what Next does."""
    played, ctx = machine(said=said)
    assert played.start() == Finish()
    assert ctx.trace == ["one", "two"]


@pytest.mark.parametrize(("said", "end"), [("finish", Finish()), ("abort", Abort("no")), ("ask", Ask("page"))])
def test_other_outcomes_stop(said: str, end: Any) -> None:
    """The round carries them out."""
    played, ctx = machine(said=said, times=3)
    assert played.start() == end
    assert ctx.trace == played.ran == ["one", "two"]


@pytest.mark.parametrize(("said", "kind"), [("text", "str"), ("class", "type")])
def test_anything_else_is_a_mistake(said: str, kind: str) -> None:
    """The error names the step, the type and the legal ones."""
    played, _ctx = machine(said=said)
    with pytest.raises(WrongOutcome) as caught:
        played.start()
    assert str(caught.value) == (
        f"Step 'two' returned {kind}; it may return nothing, Next, Ask, Finish, Abort or a link."
    )


def test_a_rejection_needs_a_page() -> None:
    """A step without a form cannot show an error."""
    played, _ctx = machine(said="reject")
    with pytest.raises(WrongOutcome) as caught:
        played.start()
    assert str(caught.value) == (
        "Step 'two' rejects input, and it has no page to show that on; return Ask('<page>', error=...) instead."
    )


def test_an_exception_goes_its_way() -> None:
    """The step that raised it did not complete."""
    played, _ctx = machine(said="crash")
    with pytest.raises(RuntimeError, match=r"^crashed on purpose$"):
        played.start()
    assert played.ran == ["one"]


def test_the_position_is_known_while_a_step_runs() -> None:
    """With the loop counts: the key of each turn is another one."""
    played, ctx = machine(times=2)
    seen: list[str] = []
    played.open[""].turn = lambda: (seen.append(str(played.position)), setattr(ctx, "times", ctx.times - 1))[0]
    played.start()
    assert seen == ["turn#0", "turn#1"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("on", True), ("times", False), ("is_more", False), (lambda ctx: ctx.said, True), (lambda ctx: None, False)],
)
def test_conditions(condition: Any, holds: bool) -> None:
    """A key, a method or a callable of the context: their truth is taken."""
    played, _ctx = machine(on=True, said="text")
    assert played.holds(condition) is holds


def test_a_loop_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error, and not a request that never ends."""
    monkeypatch.setattr(module, "MAX_STEPS", 50)
    played, ctx = machine(times=1_000)
    with pytest.raises(RoundError) as caught:
        played.start()
    assert str(caught.value) == "50 steps ran without a page; let a step inside the While change its condition."
    assert len(ctx.trace) == 50
