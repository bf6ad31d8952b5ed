"""A real Chromium before the demo site, which a thread of the tests serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.served import serving
from tests.browser.walks import PATIENCE
from tests.payments import Payments

# Chromium takes the last of such lists alone: these are Playwright's, and those of its own pages.
FEATURES_OFF = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    # Each window loads two pages of Chromium's own for the address bar, which nobody sees: half of what a test costs.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """Start Chromium for the tests of one file.

    Playwright runs an event loop on this thread for as long as it lives, and Django refuses the database to such a
    thread unless it is told that nothing runs at the same time; the tests of other files must not inherit either.
    """
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(
    chrome: Browser, transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, payments: Payments
) -> str:
    """Serve the demo site with its accounts, its mail in files; return its address."""
    settings.DEBUG, settings.MAIL_DIR = True, tmp_path
    backend = "django.core.mail.backends.filebased.EmailBackend"
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": tmp_path}}}
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = backend, tmp_path
    # As on a site: the storage in memory hands the same open file to every request.
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    call_command("seed_demo", verbosity=0)
    call_command("seed_shop", verbosity=0)
    return str(live_server.url)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[str]:
    """Serve the demo site as it runs, for all tests together; give its address."""
    with django_db_blocker.unblock(), serving(tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def new_context(chrome: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a window with cookies of its own; its options are Playwright's."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> BrowserContext:
        context = chrome.new_context(base_url=site, locale="en-GB", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Open an empty tab."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def axe() -> str:
    """Give the script that judges whether a page is accessible."""
    script = Path(__file__).parent.parent / "node/node_modules/axe-core/axe.min.js"
    if not script.exists():
        pytest.skip("needs axe-core: npm ci --prefix tests/node")
    return script.read_text()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that lets time pass on the site."""
    now, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + passed[0])

    def waited(**time: int) -> None:
        passed[0] += timedelta(**time)

    return waited
