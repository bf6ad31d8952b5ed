"""Django's Tasks framework: its own from 6.0 on, before that the package django-tasks; both are optional here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import django
from django.utils.module_loading import import_string

__all__ = ["IN_PLACE", "MODULE", "NOWHERE", "as_task", "default_backend"]

MODULE: Final = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

IN_PLACE: Final = "ImmediateBackend"
"""The class of the backend that runs a task before ``enqueue`` returns."""

NOWHERE: Final = "DummyBackend"
"""The class of the backend that runs none."""


def as_task(function: Callable[..., None]) -> Any:
    """Make a task of a function; imported where the framework is not there, the module around it raises ImportError."""
    return import_string(f"{MODULE}.task")(function)


def default_backend() -> Any:
    """Give the backend that tasks go to.

    Raises ImportError without the framework, and for a backend that is set up wrongly whatever that raises.
    """
    return import_string(f"{MODULE}.task_backends")["default"]
