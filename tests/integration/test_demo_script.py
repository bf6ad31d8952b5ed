"""The first command of the README serves the demo site, from nothing but a clone and its requirements."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""How many seconds the site may take to start."""

STAMP = 'echo "$(pwd) $(cat requirements.txt requirements.txt pyproject.toml | cksum)"'
"""What scripts/lib.sh notes of requirements that are installed."""

pytestmark = pytest.mark.slow


def environment(folder: Path, port: int) -> dict[str, str]:
    """Give the variables of a clone that is set up: its Python is the one of the tests."""
    (folder / "venv/bin").mkdir(parents=True)
    python = folder / "venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    stamp = subprocess.run(["sh", "-c", STAMP], cwd=ROOT, capture_output=True, check=True)
    (folder / "venv/.installed-requirements.txt").write_bytes(stamp.stdout)
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "PORT": str(port),
        "VAR_DIR": str(folder),
        "VENV": str(folder / "venv"),
    }


@contextmanager
def served(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the script in a group of its own, all of which is gone in the end."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "scripts/demo"],
            cwd=ROOT,
            env=environment(folder, port),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def front(port: int, process: subprocess.Popen[bytes]) -> str:
    """Ask for the front page until it is there, or the script has ended."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.2)
    return ""


def test_it_serves_the_site_until_it_is_told_to_end(tmp_path: Path) -> None:
    """It tells who there is and where to go, and ends with all that it has started."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path / "log"
    with served(tmp_path, port) as process:
        assert "Wizard workflows for Django" in front(port, process), log.read_text()
        process.terminate()
        assert process.wait(timeout=60) == 143, log.read_text()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    said = log.read_text()
    assert said.startswith("Accounts (name, password):\nalice lantern-orchard-72\n")
    assert f"\nhttp://127.0.0.1:{port}/ " in said
    assert "Traceback" not in said
