"""The Python door: start or run a workflow from code, and play its flows."""

from __future__ import annotations

from typing import Any

from wfapp.declaration.workflow import Workflow
from wfapp.engine.acting import Failure
from wfapp.programming.flows import Flows
from wfapp.programming.handle import FlowHandle
from wfapp.programming.runs import arun, astart, run, start
from wfapp.rounds.results import FlowResult, StepResult

__all__ = ["Failure", "FlowHandle", "FlowResult", "Flows", "StepResult", "bind"]


class _FlowsOf:
    """Give each workflow its own ``flows``."""

    def __get__(self, instance: object, owner: type[Workflow[Any]]) -> Flows:
        return Flows(owner)


def bind() -> None:
    """Give every workflow ``start``, ``run``, their async twins, and ``flows``."""
    for door in (start, run, astart, arun):
        setattr(Workflow, door.__name__, classmethod(door))
    Workflow.flows = _FlowsOf()  # type: ignore[assignment]
