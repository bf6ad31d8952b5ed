"""Whether anything runs the background steps of a site."""

from __future__ import annotations

from typing import Any

import django
from django.core import checks
from django.core.checks import CheckMessage

from wfapp import tasks
from wfapp.declaration.registry import registry

__all__ = ["CHECKS", "DEPLOY_CHECKS", "check_workers", "check_workers_elsewhere"]

INSTALL = "pip install wfapp[tasks]" if django.VERSION >= (6, 0) else "pip install wfapp[tasks-django52]"
CURE = f"Configure TASKS with a backend whose workers you run, such as django_tasks_db.DatabaseBackend ({INSTALL})."


def check_workers(**kwargs: Any) -> list[CheckMessage]:
    """Find background steps where no task would ever run."""
    steps = _background_steps()
    if not steps:
        return []
    try:
        backend = type(tasks.default_backend()).__name__
    except Exception as error:  # noqa: BLE001 - a backend that is set up wrongly raises what it likes
        why = f"no task can run ({type(error).__name__} from {tasks.MODULE})"
    else:
        if backend != tasks.NOWHERE:
            return []
        why = f"tasks go to a {backend}, which runs none"
    return [checks.Error(f"{where} runs in the background, and {why}.", hint=CURE, id="wfapp.E215") for where in steps]


def check_workers_elsewhere(**kwargs: Any) -> list[CheckMessage]:
    """Warn where background steps run in the request that comes to them."""
    steps = _background_steps()
    try:
        backend = type(tasks.default_backend()).__name__ if steps else ""
    except Exception:  # noqa: BLE001 - the check above tells it
        return []
    if backend != tasks.IN_PLACE:
        return []
    problem = f"runs in the background, and an {backend} runs it at once: whoever comes to it waits for it"
    return [checks.Warning(f"{where} {problem}.", hint=CURE, id="wfapp.W216") for where in steps]


def _background_steps() -> list[str]:
    return [
        f"{workflow.name}: step {step.name!r}"
        for workflow in registry
        for step in workflow.structure.steps.values()
        if step.background
    ]


CHECKS = (check_workers,)
DEPLOY_CHECKS = (check_workers_elsewhere,)
