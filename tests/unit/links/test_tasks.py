"""The first try as a task of Django's."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import django
import pytest

from tests.unit.links.queueing import put
from wfapp.models import OutgoingMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import the module of tasks; where Django has none of its own, with a decorator that changes nothing."""
    if django.VERSION < (6, 0):
        stand_in = ModuleType("django_tasks")
        stand_in.task = lambda: _called  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "django_tasks", stand_in)
    yield importlib.import_module("wfapp.links.tasks")
    sys.modules.pop("wfapp.links.tasks", None)


def _called(function: Callable[..., None]) -> Any:
    return type("Task", (), {"call": staticmethod(function)})


def test_a_worker_sends_the_message(tasks: Any) -> None:
    """That its id names."""
    pk = put()
    tasks.deliver_message.call("default", str(pk))
    assert OutgoingMessage.objects.get().status == "sent"
