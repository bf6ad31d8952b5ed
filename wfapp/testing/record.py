"""What came out of a walk, to be searched: every exchange, every log record, and the values of the contexts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.db import connections
from django.test import TestCase

from wfapp.declaration.workflow import Workflow
from wfapp.links.dispatch import DELIVERIES
from wfapp.links.outbox import deliver_due
from wfapp.rounds.next_state import next_state
from wfapp.rounds.stage import Stage

__all__ = ["Record", "Surface", "Value", "leaves"]


@dataclass(frozen=True, slots=True)
class Surface:
    """Hold one text that somebody gets to see; ``step`` is the page that it shows, empty for none."""

    kind: str
    step: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Value:
    """Hold one text out of a context; ``workflow`` is the one whose context it is, ``path`` leads to it."""

    workflow: type[Workflow[Any]]
    key: str
    path: str
    text: str = field(repr=False)


@dataclass(slots=True)
class Record:
    """Collect what came out of a walk, and what must not have."""

    surfaces: list[Surface] = field(default_factory=list)
    values: set[Value] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    """The texts that the walker typed: they know them already."""

    def add(self, kind: str, step: str, *texts: str) -> None:
        """Keep what somebody got to see."""
        self.surfaces += [Surface(kind, step, text) for text in texts if text]

    def type(self, values: Any) -> None:
        """Keep what the walker typed."""
        self.typed.update(text for _path, text in leaves(values, ""))

    def look_into(self, workflow: Workflow[Any]) -> None:
        """Keep the values of a context."""
        for key in workflow.ctx.__struct_fields__:
            for path, text in leaves(getattr(workflow.ctx, key), key):
                self.values.add(Value(type(workflow), key, path, text))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the log at its most talkative, look into the contexts of each round, and run what waits for a commit.

        Inside of a TestCase nothing is ever committed: what a step left to ``transaction.on_commit`` runs at the end.
        Messages of the outbox are sent here, and not by a thread, which would see nothing of it.
        """
        logger, handler = logging.getLogger(), _Listener(self)
        level = logger.level
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(TestCase.captureOnCommitCallbacks(using=alias, execute=True))
            stack.enter_context(mock.patch.dict(DELIVERIES, dict.fromkeys(DELIVERIES, _nothing)))
            stack.enter_context(mock.patch("wfapp.rounds.settle.next_state", self._watched))
            logger.addHandler(handler)
            logger.setLevel(logging.DEBUG)
            stack.callback(logger.setLevel, level)
            stack.callback(logger.removeHandler, handler)
            yield
            deliver_due()

    def _watched(self, stage: Stage, *arguments: Any) -> Any:
        for workflow in stage.machine.open.values():
            self.look_into(workflow)
        return next_state(stage, *arguments)


def _nothing(messages: Any) -> None:
    """Leave the messages where they are."""


class _Listener(logging.Handler):
    def __init__(self, record: Record) -> None:
        super().__init__(logging.DEBUG)
        self._record = record
        self._format = logging.Formatter().format

    def emit(self, record: logging.LogRecord) -> None:
        self._record.add("log record", "", self._format(record))


def leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a value, with the path that leads to it; numbers, dates and the like as texts."""
    if hasattr(value, "__struct_fields__"):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from leaves(item, path)
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)
