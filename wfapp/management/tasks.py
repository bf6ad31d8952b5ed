"""The sweeper as a task of Django's, for a site whose queue has a timer; imported by whoever enqueues it alone."""

from __future__ import annotations

import io
import logging

from django.core.management import call_command

from wfapp.tasks import as_task

__all__ = ["sweep"]

logger = logging.getLogger("wfapp.management")


@as_task
def sweep(only: list[str] | None = None) -> None:
    """Do what ``manage.py wf_sweep`` does, or the duties named; what it says is logged.

    Raises CommandError for a name that is no duty.
    """
    said = io.StringIO()
    call_command("wf_sweep", only=only, stdout=said)
    for line in said.getvalue().splitlines():
        logger.info("%s", line)
