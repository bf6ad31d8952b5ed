"""Apps as a site might write them: bundled by esbuild, and served at an address of the demo site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.docs.markdown import ROOT

APPS = ROOT / "tests/apps"
CHROMIUMS_OWN = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")
PAGE = """<!doctype html>
<html lang="en"><title>App</title><link rel="icon" href="/favicon.ico">
<div id="app" data-name="{name}"></div><script type="module" src="app.js"></script></html>
"""


@dataclass(frozen=True)
class App:
    """Hold a bundled app."""

    script: Path
    sources: frozenset[Path]
    """The files that went into it, those of packages included."""


Bundle = Callable[..., dict[str, App]]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Return a function that bundles modules of one folder, with packages of tests/apps and the client as ``wfapp``."""
    node = shutil.which("node")
    if node is None or not (APPS / "node_modules/esbuild").is_dir():
        pytest.skip("needs Node.js and its packages: npm ci --prefix tests/apps")

    def bundled(*entries: Path) -> dict[str, App]:
        folder = tmp_path_factory.mktemp("apps").resolve()
        command = [node, APPS / "bundle.mjs", ROOT / "wfapp/static/wfapp", folder, *entries]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
        made = {Path("/", file): sources for file, sources in json.loads(run.stdout).items()}
        return {
            file.stem: App(file, frozenset(Path("/", source) for source in sources)) for file, sources in made.items()
        }

    return bundled


@pytest.fixture
def open_app(page: Page, settings: Any, complaints: list[str]) -> Open:
    """Return a function that opens an app under the demo's Content-Security-Policy; ``script_src`` adds to it."""

    def opened(app: App, name: str = "", *, script_src: str = "") -> Page:
        policy = settings.SECURE_CSP | {"script-src": [*settings.SECURE_CSP["script-src"], script_src]}
        headers = {"Content-Security-Policy": "; ".join(" ".join([key, *values]) for key, values in policy.items())}
        body = PAGE.format(name=name)
        page.route("**/app/", lambda route: route.fulfill(body=body, content_type="text/html", headers=headers))
        page.route("**/app/app.js", lambda route: route.fulfill(path=app.script))
        page.goto("/app/")
        return page

    return opened


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Collect what the page complains about in the browser's console; Chromium notes each 4xx by itself."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not CHROMIUMS_OWN.match(message.text):
            found.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
