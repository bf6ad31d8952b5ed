"""The demo site as it runs: gunicorn with two processes and a worker, a database and a folder of mail of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from tests.payments import paying

__all__ = ["serving"]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""How many seconds the site may take to start."""

PREPARE = """
import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("seed_shop", verbosity=0)
call_command("seed_demo", verbosity=0)
"""
"""What ``scripts/demo`` does, in one process."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the demo site on a free port, with what it writes in ``folder``; give its address.

    Leaving it stops the site; a traceback in its log is an AssertionError.
    """
    with _database(folder) as url, socket.create_server(("127.0.0.1", 0)) as listening, paying(folder) as payments:
        port = listening.getsockname()[1]
        environment = os.environ | {
            "DATABASE_URL": url,
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PACKING_TIME": "0.5",
            "PAYMENT_URL": payments.url,
            "PORT": str(port),
            "VAR_DIR": str(folder),
            "WEB_CONCURRENCY": "2",
        }
        subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        log = folder / "log"
        with _gunicorn(listening.fileno(), environment, log), _worker(environment, folder / "worker-log"):
            _wait_for(port, log)
            yield f"http://127.0.0.1:{port}"
        said = log.read_text()
        assert "Traceback" not in said, said


@contextmanager
def _gunicorn(listening: int, environment: dict[str, str], log: Path) -> Iterator[None]:
    # With threads: Chromium opens connections in advance, and a process without any would wait for what they bring.
    options = [
        f"--bind=fd://{listening}",
        "--threads=4",
        "--timeout=120",
        "--graceful-timeout=1",
        f"--log-file={log}",
        "--capture-output",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "project.wsgi"], env=environment, cwd=ROOT, pass_fds=[listening]
    )
    with _ending(process):
        yield


@contextmanager
def _worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run what the site queues, such as the packing of an order; a traceback in its log is an AssertionError."""
    command = [sys.executable, "manage.py", "db_worker", "--interval=0.2", "--no-reload", "--verbosity=0"]
    with log.open("w") as file:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    with _ending(process):
        yield
    said = log.read_text()
    assert "Traceback" not in said, said


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()


def _wait_for(port: int, log: Path) -> None:
    """Ask for a page: it is answered as soon as the site runs, since the port listens already."""
    asking = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        asking.request("GET", "/")
        assert asking.getresponse().status == 200, log.read_text()
    except OSError as error:
        raise AssertionError(f"The demo site does not answer.\n{log.read_text()}") from error
    finally:
        asking.close()


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """Make an empty database beside the one of the tests; give its URL."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield f"sqlite:///{folder / 'demo.sqlite3'}"
        return
    name = f"wfapp_served_{os.getpid()}"
    quoted = connection.ops.quote_name(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quoted}")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")
