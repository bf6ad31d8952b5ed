"""The scripts that are shipped, by the tests of Node's own runner."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE.parent / "node" / "node_modules"


def passes(node: str, file: Path) -> None:
    """Run the tests of a file; they report nothing to an outer runner."""
    env = {name: value for name, value in os.environ.items() if name != "NODE_TEST_CONTEXT"}
    command = [node, "--test", "--test-reporter=tap", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None, done.stdout
    assert int(passed[1]) > 0, f"{file} has no test"


@pytest.mark.parametrize("file", sorted(HERE.glob("unit/*.test.mjs")), ids=lambda file: file.name)
def test_unit_tests_pass(node: str, file: Path) -> None:
    """What the headless client and its parts do."""
    passes(node, file)


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(HERE.glob("rules/*.test.mjs")), ids=lambda file: file.name)
def test_rules_hold(node: str, file: Path) -> None:
    """How the scripts are written and declared, and how large they are."""
    if not (PACKAGES / "typescript").is_dir() or not (PACKAGES / "esbuild").is_dir():
        pytest.skip("needs the compilers: npm ci --prefix tests/node")
    passes(node, file)
