"""Whether anything runs the background steps of a site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from wfapp import Context, Workflow, step
from wfapp.checks import background as checks
from wfapp.tasks import MODULE
from wfapp.testing import isolated_registry

MAKE = "checks/making: step 'make' runs in the background"


@pytest.fixture(autouse=True)
def making() -> Iterator[None]:
    """Give the site one workflow with a background step."""
    with isolated_registry():

        class Making(Workflow[Context]):
            name = "checks/making"

            @step(background=True)
            def make(self) -> None: ...

        yield


def found(check: Any) -> list[str]:
    """List what a check finds."""
    return [f"{problem.id}: {problem.msg}" for problem in check()]


def test_a_backend_that_runs_nothing(settings: Any) -> None:
    """It is meant for tests."""
    settings.TASKS = {"default": {"BACKEND": f"{MODULE}.backends.dummy.DummyBackend"}}
    [problem] = found(checks.check_workers)
    assert problem == f"wfapp.E215: {MAKE}, and tasks go to a DummyBackend, which runs none."


def test_a_backend_that_is_not_there(settings: Any) -> None:
    """Its name is wrong, or its package is missing."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.Gone"}}
    [problem] = found(checks.check_workers)
    assert problem.startswith(f"wfapp.E215: {MAKE}, and no task can run (InvalidTaskBackend")


def test_no_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra was not installed."""
    monkeypatch.setitem(sys.modules, MODULE, None)
    [problem] = found(checks.check_workers)
    assert problem == f"wfapp.E215: {MAKE}, and no task can run (ModuleNotFoundError from {MODULE})."
    assert found(checks.check_workers_elsewhere) == []


def test_a_backend_that_runs_it_in_place(settings: Any) -> None:
    """It works; on a live site people would wait for it."""
    settings.TASKS = {"default": {"BACKEND": f"{MODULE}.backends.immediate.ImmediateBackend"}}
    assert found(checks.check_workers) == []
    [problem] = found(checks.check_workers_elsewhere)
    assert problem == f"wfapp.W216: {MAKE}, and an ImmediateBackend runs it at once: whoever comes to it waits for it."


def test_workers_elsewhere() -> None:
    """As it should be."""
    assert found(checks.check_workers) == found(checks.check_workers_elsewhere) == []
