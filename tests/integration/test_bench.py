"""The benchmark is one command: it makes its database, measures everybody and prints the ratios."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_bench_measures_everybody_on_a_database_of_its_own(tmp_path: Path) -> None:
    """Two rounds of each run to the end, with the promised number of SQL statements, and nothing stays behind."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, str(ROOT / "bench" / "round.py"), "--rounds", "2", "--warm-up", "0", "--profile"]
    done = subprocess.run(
        command, env=environment | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = {line[:40].strip(): line[40:].split() for line in done.stdout.splitlines()}
    assert lines["wfapp, JSON, database"][3:] == ["3", "2"]
    assert lines["wfapp, JSON, token"][3:] == ["0", "2"]
    assert {"JSON, database : (a)", "JSON, token : (b)", "page round, database : (c)"} <= lines.keys()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_bench_of_steps_measures_wfapp_alone_without_the_other(tmp_path: Path) -> None:
    """Two runs of each on SQLite, where nobody else can take part; nothing stays behind."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, str(ROOT / "bench" / "steps.py"), "--runs", "2", "--warm-up", "0"]
    done = subprocess.run(
        command, env=environment | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names = [line[:28].strip() for line in done.stdout.splitlines()]
    assert names[0] == "DBOS is left out: it needs P"
    assert {"loop", "update", "empty", "plain", "long", "durable", "undone", "durable : an UPDATE each"} <= set(names)
    assert list(tmp_path.iterdir()) == []
