"""The first try as a task of Django's; imported where ``WFAPP["DELIVERY"]`` is ``"task"`` alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import django
from django.utils.module_loading import import_string

from wfapp.links.delivery import deliver

__all__ = ["deliver_message"]

task: Callable[..., Callable[..., Any]] = import_string(
    "django.tasks.task" if django.VERSION >= (6, 0) else "django_tasks.task"
)


@task()
def deliver_message(using: str, pk: str) -> None:
    """Try one message."""
    deliver(using, uuid.UUID(pk))
