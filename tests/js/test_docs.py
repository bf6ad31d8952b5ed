"""The scripts in docs/how-to/client.md run in Node.js before the demo site, and print what the page says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from project.accounts.demo import ACCOUNTS
from project.accounts.management.commands.seed_demo import make
from tests.docs.exchange import alike
from tests.docs.markdown import ROOT, samples_of, section

HERE = Path(__file__).parent
PAGE = ROOT / "docs/how-to/client.md"
STATIC = ROOT / "wfapp/static/wfapp"
PRINTS = re.compile(r"^console\.log\(.+\); // (?P<printed>.+)$", re.MULTILINE)


def first_cells(heading: str) -> list[str]:
    """List what the first cells of the table under a heading name."""
    part = section(PAGE.read_text(encoding="utf-8"), heading)
    cells = re.findall(r"^\| (`.+?`) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)[^`]*`", cell)]


def members(declaration: str) -> set[str]:
    """List what an interface or a class declares, without what every event target has."""
    source = (STATIC / "client.d.ts").read_text(encoding="utf-8")
    body = source.partition(f"{declaration} {{\n")[2].partition("\n}\n")[0]
    names = re.findall(r"^  (?:readonly |get )?(\w+)[?:(]", body, re.MULTILINE)
    return set(names) - {"constructor", "addEventListener", "removeEventListener"}


@pytest.mark.django_db(transaction=True)
def test_the_scripts_of_the_page_print_what_it_says(node: str, live_server: Any, tmp_path: Path) -> None:
    """All of them, as one module, in the order of the page."""
    cache.clear()
    for account in ACCOUNTS:
        make(account)
    samples = [sample for sample in samples_of(PAGE) if sample.language == "js"]
    module = "\n".join(sample.text for sample in samples)
    file = tmp_path / "samples.mjs"
    file.write_text(module.replace('"/static/wfapp/', f'"{STATIC.as_uri()}/'), encoding="utf-8")
    command = [node, "--import", str(HERE / "site.mjs"), str(file)]
    env = {**os.environ, "SITE": str(live_server.url)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = [match["printed"] for match in PRINTS.finditer(module)]
    printed = done.stdout.splitlines()
    assert len(said) == module.count("console.log(") > 0
    assert alike(said, printed), printed


@pytest.mark.parametrize(
    ("heading", "declaration"),
    [
        ("## Options", "export interface ClientOptions"),
        ("## Events", "export interface ClientEventMap"),
    ],
)
def test_the_tables_list_every_option_and_event(heading: str, declaration: str) -> None:
    """No name is missing, and none is made up."""
    assert set(first_cells(heading)) == members(declaration)


def test_the_tables_list_every_verb_and_all_of_the_state() -> None:
    """No name is missing, and none is made up."""
    everything = members("export class WorkflowClient extends EventTarget")
    assert set(first_cells("## Verbs")) | set(first_cells("## State")) == everything
