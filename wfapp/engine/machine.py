"""Run steps until the flow pauses at a page or ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from wfapp.declaration.context import keys
from wfapp.declaration.order import Condition
from wfapp.declaration.outcomes import Abort, Ask, Finish, Next, Outcome
from wfapp.declaration.steps import Step
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Cursor, Position
from wfapp.errors import RoundError, WrongOutcome

__all__ = ["Machine", "Paused"]

MAX_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Paused:
    """Say that the flow waits at a position: at a page, or at a step that this caller may not run."""

    position: Position


Result = Paused | Finish | Abort | Ask


class Machine:
    """Drive one workflow instance; ``may_run`` tells whether this caller has the right of a step."""

    def __init__(self, workflow: Workflow[Any], may_run: Callable[[Step[Any, Any]], bool]) -> None:
        self._workflow = workflow
        self._may_run = may_run
        structure = workflow.structure
        self.cursor = Cursor(structure.order, self.holds, lambda name: structure.steps[name].when)
        self.position: Position | None = None
        """The step that runs now."""

        self.ran: list[str] = []
        """The steps without a form that completed, in order."""

    def holds(self, condition: Condition) -> bool:
        """Tell whether a condition of the order holds now."""
        if callable(condition):
            return bool(condition(self._workflow.ctx))
        if condition in keys(type(self._workflow.ctx)):
            return bool(getattr(self._workflow.ctx, condition))
        return bool(getattr(self._workflow, condition)())

    def start(self) -> Result:
        """Run from the beginning."""
        return self._run(self.cursor.first())

    def go_on(self, position: Position, said: Outcome | None = None) -> Result:
        """Take what the step at ``position`` said, and run on where it says so."""
        end = self._taken(position, said)
        return end or self._run(self.cursor.after(position))

    def _run(self, position: Position | None) -> Result:
        while position is not None:
            step = self._workflow.get_step(position.step)
            if step.form is not None or not self._may_run(step):
                return Paused(position)
            if len(self.ran) == MAX_STEPS:
                raise RoundError(
                    f"{MAX_STEPS} steps ran without a page; let a step inside the While change its condition."
                )
            self.position = position
            end = self._taken(position, self._call(step))
            self.ran.append(step.name)
            if end is not None:
                return end
            position = self.cursor.after(position)
        return Finish()

    def _call(self, step: Step[Any, Any]) -> Outcome | None:
        try:
            said: Outcome | None = getattr(self._workflow, step.name)()
        except ValidationError:
            raise WrongOutcome(
                f"Step {step.name!r} rejects input, and it has no page to show that on; return Ask('<page>', "
                f"error=...) instead."
            ) from None
        return said

    def _taken(self, position: Position, said: Outcome | None) -> Finish | Abort | Ask | None:
        if isinstance(said, Finish | Abort | Ask):
            return said
        if said is None or isinstance(said, Next):
            return None
        raise WrongOutcome(
            f"Step {position.step!r} returned {type(said).__name__}; it may return nothing, Next, Ask, Finish or Abort."
        )
