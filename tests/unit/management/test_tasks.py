"""The sweeper as a task, on a real queue."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.core.management import CommandError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.integration.durable.background.conftest import work
from wfapp.management.tasks import sweep
from wfapp.models import Counter

__all__ = ["work"]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """List what the sweeper told the log; the framework tells it of its tasks."""
    return [message for name, _level, message in caplog.record_tuples if name == "wfapp.management"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_sweeps(work: Callable[[], None], caplog: pytest.LogCaptureFixture) -> None:
    """All duties, or those that are named; the log says what the command would print."""
    Counter.objects.create(key="k", count=1, resets_at=timezone.now())
    with caplog.at_level(logging.INFO, "wfapp.management"):
        sweep.enqueue(["deliver"])
        work()
        assert said(caplog) == ["0 messages sent, 0 to be tried again, 0 given up, 0 too late."]
        assert Counter.objects.count() == 1
        sweep.enqueue()
        work()
    assert "1 counters deleted." in said(caplog)
    assert Counter.objects.count() == 0
    assert {task.status for task in DBTaskResult.objects.all()} == {"SUCCESSFUL"}


@pytest.mark.django_db
def test_a_duty_that_is_none() -> None:
    """The task fails and says so."""
    with pytest.raises(CommandError, match="'dust' is no duty of wf_sweep"):
        sweep.call(["dust"])
