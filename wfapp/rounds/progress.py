"""Where a flow stands: the pages it has passed, the present one, and those that follow as things stand now."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from django.db import DatabaseError, connections

from wfapp.declaration.order import Break, Condition, Continue, If, Item, While
from wfapp.declaration.texts import is_template
from wfapp.declaration.workflow import Workflow
from wfapp.engine.borders import take
from wfapp.engine.expansion import Scoped, local_of, path_of
from wfapp.engine.machine import holds
from wfapp.rounds.answer import Progress, StepView
from wfapp.rounds.layout import layout_of
from wfapp.rounds.stage import Stage

__all__ = ["Outlook", "label_of", "progress_of"]

logger = logging.getLogger("wfapp.rounds")


def progress_of(stage: Stage) -> Progress:
    """Tell the pages done, in the order they were passed, the present one, and those that follow; each of them once.

    What follows is told as the conditions hold now: another answer may lead elsewhere.
    """
    done = [name for name in stage.state.done if name != stage.name and stage.step_at(name) is not None]
    coming = [name for name in dict.fromkeys(Outlook(stage).pages()) if name != stage.name and name not in done]
    views = (
        *(StepView(id=name, label=label_of(stage, name), state="done") for name in done),
        StepView(id=stage.name, label=label_of(stage, stage.name), state="current"),
        *(StepView(id=name, label=label_of(stage, name), state="open") for name in coming),
    )
    return Progress(current=len(done) + 1, steps=views)


def label_of(stage: Stage, name: str) -> str:
    """Label a page that is not shown now, by its title where that is fixed and it has no label.

    A title that reads passed keys is left out: they belong to that page alone.
    """
    label = str(layout_of(stage.machine.expansion.scopes[path_of(name)].cls).labels[local_of(name)])
    return label if label and not is_template(label) else local_of(name).replace("_", " ").capitalize()


class Outlook:
    """Walk over the order that is left, without moving the flow; each condition is asked once at most."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._known: dict[tuple[str, str | int], bool | None] = {}
        self._instances: dict[str, Workflow[Any]] = dict(stage.machine.open)

    def pages(self) -> Iterator[str]:
        """Give the pages behind the present one; the rest of a loop around it counts once."""
        expansion = self._stage.machine.expansion
        left = False
        for frame in reversed(expansion.ways.get(self._stage.name, ())):
            if not left:
                left = yield from self._walk(frame.items[frame.index + 1 :])
            if frame.loop is not None:
                left = False

    def _walk(self, items: Sequence[Item]) -> Generator[str, None, bool]:
        """Give the pages of a part; returns whether a Break or Continue leaves the loop around it."""
        for item in items:
            match item:
                case str():
                    if self._is_coming(item):
                        yield item
                case If(condition, then, else_):
                    held = self._ask(condition)
                    if held is not None and (yield from self._walk(then if held else else_)):
                        return True
                case While(condition, body):
                    if self._ask(condition):
                        yield from self._walk(body)
                case Break(condition) | Continue(condition):
                    if self._ask(condition) is not False:
                        return True
        return False

    def _is_coming(self, name: str) -> bool:
        step = self._stage.step_at(name)
        if step is None or step.form is None:
            return False
        when = self._stage.machine.expansion.when(name)
        return when is None or self._ask(when) is True

    def _ask(self, condition: Condition | Scoped) -> bool | None:
        """Tell whether a condition holds; ``None`` where it raises, so that fewer pages are told."""
        path, bare = (condition.path, condition.condition) if isinstance(condition, Scoped) else ("", condition)
        key = (path, bare if isinstance(bare, str) else id(bare))
        if key not in self._known:
            self._known[key] = self._asked(path, bare)
        return self._known[key]

    def _asked(self, path: str, condition: Condition) -> bool | None:
        try:
            return holds(self._instance(path), condition)
        except Exception as error:
            if isinstance(error, DatabaseError) and _in_transaction():
                # The database has given up this transaction: to go on would lose the round without a word.
                raise
            logger.error("A condition raised %s when the pages that follow were told", type(error).__name__)
        return None

    def _instance(self, path: str) -> Workflow[Any]:
        """Give the workflow at a path; one that is not entered yet as it would begin now."""
        if path not in self._instances:
            scope = self._stage.machine.expansion.scopes[path]
            workflow = self._stage.included(scope)
            take(workflow, scope.include_here, self._instance(path_of(path)))
            self._instances[path] = workflow
        return self._instances[path]


def _in_transaction() -> bool:
    return any(connection.in_atomic_block for connection in connections.all(initialized_only=True))
