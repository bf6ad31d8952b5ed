"""A background step as a task of Django's; imported where one is handed over, and by the worker that runs it."""

from __future__ import annotations

import uuid

from django.apps import apps

from wfapp.rounds.recovery import run_queued
from wfapp.tasks import as_task

__all__ = ["run_step"]


@as_task
def run_step(model: str, pk: str, fence: int) -> None:
    """Run the step that a flow waits with, and on from there; do nothing where somebody has taken it by now."""
    run_queued(apps.get_model(model), uuid.UUID(pk), fence)
