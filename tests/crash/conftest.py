"""A payment server, a lease of one second, sweepers beside: what the tests of this folder stand on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django import db
from django.db import connection, connections

from tests.crash import shop
from tests.crash.payments import Payments
from tests.crash.takeovers import Takeovers
from tests.crash.workers import fork, kill
from wfapp.links import claims
from wfapp.links.outbox import deliver_due
from wfapp.management.recover import recover
from wfapp.models import Flow

LEASE = timedelta(seconds=1)
MAIL_LEASE = timedelta(seconds=3)
"""How long a sender may take: nobody renews that, so it is more than a busy machine takes for a mail."""

PAUSE = 0.05
"""How long a sweeper rests, in seconds: a site chooses that of its own."""

SWEEPERS = 3
"""As many as are killed at a time: a flow that is due waits for none that is busy with another one."""


@pytest.fixture(autouse=True)
def lease(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """Let whoever is not heard of for a second lose the step that they hold, and a little later a message."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: sh scripts/with-postgres sh scripts/test -m crash --numprocesses 0")
    settings.WFAPP = {**settings.WFAPP, "LEASE": LEASE}
    monkeypatch.setattr(claims, "LEASE", MAIL_LEASE)
    return LEASE


@pytest.fixture(autouse=True)
def mailbox(settings: Any, tmp_path: Path) -> Path:
    """Give the folder that mail is delivered to, a file for each."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture(autouse=True)
def payments(tmp_path: Path) -> Iterator[Payments]:
    """Run a payment server."""
    server = Payments(tmp_path / "books.sqlite3")
    shop.outside.payments = server
    yield server
    server.close()


@pytest.fixture
def takeovers(tmp_path: Path) -> Takeovers:
    """Note who takes what over."""
    return Takeovers(tmp_path / "takeovers")


@pytest.fixture
def sweepers(lease: timedelta, takeovers: Takeovers) -> Callable[[], AbstractContextManager[None]]:
    """Give what runs sweepers beside a block; they end before the tables are emptied."""
    return partial(sweeping, takeovers)


@contextmanager
def sweeping(takeovers: Takeovers) -> Iterator[None]:
    """Run sweepers, and kill them at the end."""
    running = [fork(partial(sweep, takeovers)) for _ in range(SWEEPERS)]
    try:
        yield
    finally:
        for pid in running:
            kill(pid)


def sweep(takeovers: Takeovers) -> None:
    """Do what ``wf_sweep`` does, again and again; a timer would begin it anew where the database was away."""
    takeovers.watch()
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            recover(Flow)
            deliver_due()
        except db.Error:
            connections.close_all()
        time.sleep(PAUSE)
