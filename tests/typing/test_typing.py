"""The types that authors rely on: mypy accepts the login workflow and a walk, and refuses wrong variants of them."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wfapp.declaration.registry import registry

ROOT = Path(__file__).parents[2]
FILES = ("tests/typing/client.py", "tests/typing/login.py", "tests/typing/runs.py", "tests/typing/wrong.py")
ANNOUNCED = re.compile(r"  # E: (?P<code>[a-z-]+): (?P<text>.+)$")
FOUND = re.compile(r"(?P<path>[^:\n]+):(?P<line>\d+): error: (?P<text>.+)  \[(?P<code>[a-z-]+)\]")


def announced() -> set[tuple[str, int, str, str]]:
    """Read from the comments: file, line, code and words of each error."""
    return {
        (file, line, match["code"], match["text"])
        for file in FILES
        for line, text in enumerate((ROOT / file).read_text().splitlines(), start=1)
        if (match := ANNOUNCED.search(text))
    }


def found() -> set[tuple[str, int, str, str]]:
    """Ask mypy about the files, with a cache of its own: it may be at work on the package at the same time."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".mypy_cache/typing", *FILES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    matches = [match for match in FOUND.finditer(done.stdout) if match["path"] in FILES]
    return {(match["path"], int(match["line"]), match["code"], match["text"]) for match in matches}


@pytest.mark.slow
def test_mypy_says_what_the_comments_say() -> None:
    """Each wrong line gets the error that it announces, and no other line gets one."""
    errors, comments = found(), announced()
    assert {error[:2] for error in errors} == {comment[:2] for comment in comments}
    for file, line, code, text in comments:
        assert [error for error in errors if error[:3] == (file, line, code) and text in error[3]], (file, line, errors)


def test_what_mypy_accepts_can_be_declared() -> None:
    """The right file is right at run time too."""
    with registry.isolated():
        module = importlib.import_module("tests.typing.login")
    assert module.CalledLogin.structure.order == ("credentials", "verify", "issue_session")
    assert module.CalledLogin.get_step("credentials").attempts == 3
    assert [str(item) for item in module.Order.structure.order if isinstance(item, str)] == ["address", "done"]
