"""An outside world for each test, a worker that runs what is queued, and workers in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings as site
from django.db import connection
from django_tasks_db.management.commands.db_worker import Worker

from tests.integration.durable.background.outside import VARIABLE, Outside

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """Give the outside world, empty."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return Outside(tmp_path)


@pytest.fixture
def work() -> Callable[[], None]:
    """Give what runs all that is queued, and returns: the worker of ``manage.py db_worker --batch``."""

    def run() -> None:
        Worker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="test",
            excluded_queue_names=[],
        ).run()

    return run


@pytest.fixture
def lease() -> float:
    """Say how long nothing may be heard of a worker, in seconds."""
    return 1.0


@pytest.fixture
def clock() -> float:
    """Say by how much the clock of the workers is ahead, in seconds."""
    return 0.0


@pytest.fixture
def workers(world: Outside, lease: float, clock: float) -> Iterator[list[subprocess.Popen[str]]]:
    """Run two workers on the database of this test."""
    with _worker(lease, clock) as first, _worker(lease, clock) as second:
        yield [first, second]


@contextmanager
def _worker(lease: float, clock: float) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "DATABASE_URL": _url(),
        "DJANGO_SETTINGS_MODULE": "tests.integration.durable.background.settings",
        "TESTS_LEASE": str(lease),
        "TESTS_CLOCK": str(clock),
        "VAR_DIR": str(site.VAR),
    }
    command = [sys.executable, "manage.py", "db_worker", "--interval=0.05", "--no-startup-delay", "--no-reload"]
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            said, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert "Traceback" not in said or process.returncode == -9, said


def _url() -> str:
    """Give the address of the database that this test runs on."""
    name = str(connection.settings_dict["NAME"])
    url = os.environ.get("DATABASE_URL")
    return urlsplit(url)._replace(path=f"/{name}").geturl() if url else f"sqlite:///{quote(name)}"
