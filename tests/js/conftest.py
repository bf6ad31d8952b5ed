"""What the tests of scripts need of a machine."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

NODE = shutil.which("node")
OLDEST = (20, 19)
"""It takes a file with imports for a module where no ``package.json`` says so, as none of a site's does."""


@pytest.fixture(scope="session")
def node() -> str:
    """Give the path of Node.js."""
    if NODE is None:
        pytest.skip("needs Node.js, and there is none in the PATH")
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        pytest.skip(f"needs Node.js {'.'.join(map(str, OLDEST))} or later, and this is {version}")
    return NODE
