"""Hand background steps to the workers of Django's Tasks framework."""

from __future__ import annotations

import logging
from typing import Any

from django.utils.module_loading import import_string

from wfapp.engine.cursor import Position
from wfapp.engine.state import State
from wfapp.rounds.stage import Stage
from wfapp.storage.lease import Lease

__all__ = ["enqueue_step", "is_background", "is_queued"]

logger = logging.getLogger("wfapp.rounds")


def is_background(stage: Stage, position: Position) -> bool:
    """Tell whether a worker is to run a step."""
    step = stage.step_at(position.step)
    return step is not None and step.background


def is_queued(state: State, stage: Stage) -> bool:
    """Tell whether a flow waits for a worker, and for nobody else."""
    waits = state.run is not None and state.run.due is not None and not state.run.waits
    return waits and not state.undoing and is_background(stage, state.position)


def enqueue_step(lease: Lease) -> None:
    """Put a task into the queue that may run this step, under this fence, and no other one.

    Where that fails the step is due all the same: the sweeper finds it. It does so too for another attempt that a
    backend cannot put off.
    """
    state, run = lease.state, lease.run
    try:
        # An optional part of the site, which is imported where it is used alone.
        task: Any = import_string("wfapp.rounds.tasks.run_step")
        if run.attempt:
            if not task.get_backend().supports_defer:
                return
            task = task.using(run_after=run.due)
        task.enqueue(lease.model._meta.label, str(state.id), run.fence)
    except Exception as error:  # noqa: BLE001  a queue that is down raises what it likes
        logger.error(
            "Step %s of flow %s was left to the sweeper: %s.", state.position.step, state.id, type(error).__name__
        )
