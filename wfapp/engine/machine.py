"""Run steps until the flow pauses at a page or ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError

from wfapp.declaration.context import keys
from wfapp.declaration.links import Link
from wfapp.declaration.order import Condition
from wfapp.declaration.outcomes import Abort, Ask, Finish, Next, Outcome
from wfapp.declaration.workflow import Workflow
from wfapp.engine.borders import give, take
from wfapp.engine.cursor import Cursor, Position
from wfapp.engine.expansion import ENTER, EXIT, Place, Scope, Scoped, expansion_of, local_of, path_of
from wfapp.errors import RoundError, WrongOutcome

__all__ = ["Due", "Machine", "Paused", "holds"]

MAX_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Paused:
    """Say that the flow waits at a position: at a page, or at a step that this caller may not run."""

    position: Position


@dataclass(frozen=True, slots=True)
class Due:
    """Say that the step at a position runs next, in a transaction of its own."""

    position: Position
    waits: bool = False
    """Whether it is not the flow's turn yet."""


Result = Paused | Due | Finish | Abort | Ask | Link


def holds(workflow: Workflow[Any], condition: Condition) -> bool:
    """Tell whether a condition of a workflow holds now."""
    if callable(condition):
        return bool(condition(workflow.ctx))
    if condition in keys(type(workflow.ctx)):
        return bool(getattr(workflow.ctx, condition))
    return bool(getattr(workflow, condition)())


class Machine:
    """Drive a workflow's instance, and those of the workflows that it includes.

    ``may_run`` tells by its qualified name whether this caller has the right of a step; ``make`` gives an instance of
    an included workflow, which gets its context and params here; ``call`` calls the method of a step.
    ``look`` is called before each plain step, and raises where none is to begin any more.
    """

    def __init__(
        self,
        workflow: Workflow[Any],
        may_run: Callable[[str], bool],
        make: Callable[[Scope], Workflow[Any]] = lambda scope: scope.cls(),
        call: Callable[[Callable[[], Any]], Any] = lambda method: method(),
    ) -> None:
        self._may_run = may_run
        self._make = make
        self._call = call
        self._moves = 0
        self.look: Callable[[], None] = lambda: None
        self.expansion = expansion_of(type(workflow))
        self.cursor = Cursor(self.expansion.order, self.holds, self.expansion.when, self.expansion.ways)
        self.open: dict[str, Workflow[Any]] = {"": workflow}
        """The instances that are open now, by path: the root, and each workflow that the flow stands inside of."""

        self.entered: set[str] = set()
        """The paths of the workflows that were entered in this round."""

        self.position: Position | None = None
        """The step that runs now."""

        self.ran: list[str] = []
        """The steps without a form that completed, in order."""

        self.durations: list[float] = []
        """How long each of them took, in milliseconds."""

        self.acted: Position | None = None
        """The durable step that completed."""

        self._held = False
        """Whether the next step is due, and nothing runs before it."""

        self.open_then: dict[str, Workflow[Any]] = {}
        """The instances that were open as it did."""

    def holds(self, condition: Condition | Scoped, path: str = "") -> bool:
        """Tell whether a condition of the order holds now; ``path`` says whose it is."""
        if isinstance(condition, Scoped):
            return holds(self.open[condition.path], condition.condition)
        return holds(self.open[path], condition)

    def start(self) -> Result:
        """Run from the beginning."""
        return self._run(self.cursor.first())

    def begin(self) -> Result:
        """Come to the first step, which is due then; nothing runs."""
        self._held = True
        return self._run(self.cursor.first())

    def go_on(self, position: Position, said: Outcome | None = None) -> Result:
        """Take what the step at ``position`` said, or an action or a hook there, and run on where it says so."""
        taken = self._taken(position, said)
        return self._run(taken) if taken is None or isinstance(taken, Position) else taken

    def come_to(self, position: Position) -> Result:
        """Come to a step that waited for somebody who may run it, and run on; a durable one is due then."""
        return self._run(position)

    def run_from(self, position: Position) -> Result:
        """Run the step at a position, and on: a durable one alone, others together."""
        if position.step in self.expansion.groups:
            return self.go_on(position)
        place = self.expansion.places[position.step]
        if not place.is_durable:
            return self._run(position)
        said = self._called(position, place)
        # One that says that the flow goes back, or comes to no good end, has left nothing to be undone.
        if not isinstance(said, Ask | Abort):
            self.acted, self.open_then = position, dict(self.open)
        return self.go_on(position, said)

    def run_member(self, position: Position, name: str) -> None:
        """Run one step of the group at a position; it has no say in where the flow goes."""
        member = Position(name, position.loops)
        said = self._called(member, self.expansion.places[name])
        if said is not None and not isinstance(said, Next):
            raise WrongOutcome(f"Step {name!r} runs beside others and returned {type(said).__name__}; return nothing.")
        self.acted, self.open_then = member, dict(self.open)

    def members_at(self, position: Position) -> list[str]:
        """List the steps of the group at a position whose conditions hold now."""
        names = self.expansion.groups[position.step].members
        conditions = {name: self.expansion.when(name) for name in names}
        return [name for name, when in conditions.items() if when is None or self.holds(when)]

    def _run(self, position: Position | None) -> Result:
        places = self.expansion.places
        while position is not None:
            self._moves += 1
            if self._moves > MAX_STEPS:
                raise RoundError(
                    f"{MAX_STEPS} steps ran without a page; let a step inside the While change its condition."
                )
            place = places.get(position.step)
            taken = self._crossed(position) if place is None else self._ran(position, place)
            if taken is not None and not isinstance(taken, Position):
                return taken
            position = taken
        return Finish()

    def _crossed(self, position: Position) -> Position | None:
        """Open or close a sub-flow."""
        path, local = path_of(position.step), local_of(position.step)
        if local == ENTER:
            self._enter(path)
        elif local == EXIT:
            self._leave(path, {})
        else:
            raise KeyError(position.step)
        return self.cursor.after(position)

    def _enter(self, path: str) -> None:
        scope = self.expansion.scopes[path]
        workflow = self._make(scope)
        take(workflow, scope.include_here, self.open[path_of(path)])
        self.open[path] = workflow
        self.entered.add(path)

    def _leave(self, path: str, data: Mapping[str, Any]) -> None:
        give(self.open.pop(path), self.expansion.scopes[path].include_here, self.open[path_of(path)], data)

    def _ran(self, position: Position, place: Place) -> Result | Position | None:
        if place.step.form is not None or not self._may_run(position.step):
            return Paused(position)
        if self._held or self.acted is not None or place.is_durable:
            return Due(position)
        self.look()
        return self._taken(position, self._called(position, place))

    def _called(self, position: Position, place: Place) -> Outcome | None:
        self.position = position
        name, began = place.step.name, time.perf_counter()
        try:
            said: Outcome | None = self._call(getattr(self.open[place.path], name))
        except ValidationError:
            raise WrongOutcome(
                f"Step {name!r} rejects input, and it has no page to show that on; return Ask('<page>', "
                f"error=...) instead."
            ) from None
        self.ran.append(position.step)
        self.durations.append(round((time.perf_counter() - began) * 1000, 3))
        return said

    def _taken(self, position: Position, said: Outcome | None) -> Finish | Abort | Ask | Link | Position | None:
        """Give the end that a step said, or the next position; in a sub-flow its names are its own, and its end too."""
        if said is None or isinstance(said, Next):
            return self.cursor.after(position)
        path = path_of(position.step)
        if isinstance(said, Ask):
            return replace(said, step=f"{path}/{said.step}") if path else said
        if isinstance(said, Finish) and path:
            self._finish(path, said)
            return self.cursor.after(Position(f"{path}/{EXIT}", position.loops))
        if isinstance(said, Finish | Abort | Link):
            return said
        raise WrongOutcome(
            f"Step {position.step!r} returned {type(said).__name__}; it may return nothing, Next, Ask, Finish, "
            f"Abort or a link."
        )

    def _finish(self, path: str, said: Finish) -> None:
        workflow = self.open[path]
        if said.sign_in is not None or said.sign_out_others:
            raise WrongOutcome(
                f"{workflow.name!r} returned Finish(sign_in=...) inside of another workflow; give the user's key back "
                f"with gives, and sign in where the outer flow ends."
            )
        if said.message:
            workflow.message(said.message, "success")
        self._leave(path, said.data)
