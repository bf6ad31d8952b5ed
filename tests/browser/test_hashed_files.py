"""The static files under hashed names, as a site serves them that lets browsers keep them for ever."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPTS = Path(__file__).resolve().parents[2] / "wfapp/static/wfapp"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:"
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


class ModuleStorage(ManifestStaticFilesStorage):
    """Rewrite the imports between modules as well."""

    support_js_module_import_aggregation = True


@pytest.fixture(params=[ManifestStaticFilesStorage, ModuleStorage], ids=["as it comes", "modules, too"])
def storage(request: Any, settings: Any, tmp_path: Path) -> type[ManifestStaticFilesStorage]:
    """Collect the static files of the demo by a storage; give its class."""
    name = f"{request.param.__module__}.{request.param.__qualname__}"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": name}}
    call_command("collectstatic", interactive=False, verbosity=0)
    chosen: type[ManifestStaticFilesStorage] = request.param
    return chosen


@pytest.fixture
def asked(page: Page, settings: Any) -> list[str]:
    """Serve what was collected, without any page; list what the browser asks for and complains of."""
    paths: list[str] = []

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix("https://site.example/static/")
        file = settings.STATIC_ROOT / path
        paths.append(path)
        if file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(path)[0])
        else:
            paths.append(f"{path} is missing")
            route.fulfill(status=404)

    page.route("https://site.example/static/**", serve)
    page.on("console", lambda message: paths.append(message.text))
    page.on("pageerror", lambda error: paths.append(str(error)))
    return paths


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    """Open an empty tab, before no site at all."""
    with chrome.new_context() as context:
        yield context.new_page()


def open_page(page: Page, head: str) -> None:
    """Show a page with that head under a strict policy, and wait for all that it loads."""
    html = f"<!doctype html><html lang=en><head><title>Page</title>{head}</head><body><wf-form></wf-form></body></html>"
    headers = {"Content-Security-Policy": POLICY}
    page.route(
        "https://site.example/", lambda route: route.fulfill(body=html, content_type="text/html", headers=headers)
    )
    page.goto("https://site.example/")


def modules(path: Path = SCRIPTS) -> list[str]:
    """List the scripts that are modules, by the path that a template names."""
    found = [file for file in path.rglob("*.js") if re.search(r"^(import|export)\b", file.read_text(), re.MULTILINE)]
    return sorted(f"wfapp/{file.relative_to(path)}" for file in found)


def test_the_element_loads(page: Page, storage: type[ManifestStaticFilesStorage], asked: list[str]) -> None:
    """Its own name is hashed; where the storage rewrites imports, so are the names of all that it loads."""
    script = staticfiles_storage.url("wfapp/wf-form.js")
    open_page(page, f'<script type="module" src="{script}"></script>')
    names = page.evaluate("async path => Object.keys(await import(path)).sort()", script)
    page.wait_for_selector("wf-form form, wf-form .wf-hidden", state="attached")
    assert f"/static/{asked[0]}" == script
    plain = {re.sub(r"\.[0-9a-f]{12}(?=\.js$)", "", path) for path in asked}
    assert all((SCRIPTS.parent / path).is_file() for path in plain)
    assert {"wfapp/wf-form.js", "wfapp/client.js", "wfapp/form/takeover.js"} <= plain
    # A site takes these from here: under the name of another file it would get a second copy of them.
    assert names == ["WfForm", "WorkflowClient", "widgets"]
    assert len(asked) == len(plain)
    hashed = asked if storage.support_js_module_import_aggregation else asked[:1]
    assert all(HASHED.search(path) for path in hashed)


def test_every_module_loads_by_itself(page: Page, storage: type[ManifestStaticFilesStorage], asked: list[str]) -> None:
    """Under its hashed name, from wherever a site imports it."""
    open_page(page, "")
    for module in modules():
        page.evaluate("path => import(path)", staticfiles_storage.url(module))
    assert [path for path in asked if not path.endswith(".js")] == []


def test_the_styles_load(page: Page, storage: type[ManifestStaticFilesStorage], asked: list[str]) -> None:
    """And what they import, under hashed names."""
    open_page(page, f'<link rel="stylesheet" href="{staticfiles_storage.url("wfapp/wfapp.css")}">')
    assert len(asked) > 1
    assert all(HASHED.search(path) for path in asked)
