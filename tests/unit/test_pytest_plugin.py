"""The fixtures, in a run of pytest of their own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

TESTS = """
from wfapp import Context, Workflow, step


def test_a_walk_has_a_database(walk, wf_outbox):
    assert walk("demo/hello", via="python").status == "form"
    assert len(wf_outbox) == 0


def test_declarations_are_forgotten(wf_registry):
    class Passing(Workflow[Context]):
        name = "plugin/passing"

        @step
        def only(self):
            pass

    assert "plugin/passing" in wf_registry.names()


def test_they_were(wf_registry):
    assert "plugin/passing" not in wf_registry.names()


def test_locks_are_tried_in_a_database_that_commits(transactional_db, walk):
    assert walk("demo/hello", via="python").row is not None
"""


def test_fixtures_serve_a_run(tmp_path: Path) -> None:
    """As the entry point loads them: before Django is set up."""
    tests = tmp_path / "test_plugin.py"
    tests.write_text(TESTS, encoding="utf-8")
    # Where wfapp is installed, its entry point has loaded the plugin already.
    plugin = ["-p", "no:wfapp", "-p", "wfapp.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, "-c", "pyproject.toml", str(tests)]
    done = subprocess.run(
        [*command, "--rootdir", str(ROOT), "--numprocesses", "0"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_its_import_sets_nothing_up() -> None:
    """Neither settings nor models are looked at."""
    code = (
        "import sys, wfapp.pytest_plugin; from django.conf import settings; "
        "assert not settings.configured; assert 'wfapp.models' not in sys.modules"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, env=environment, check=True)


def test_the_package_names_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"wfapp": "wfapp.pytest_plugin"}
