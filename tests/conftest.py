"""What every test shares: how much hypothesis tries, what a test needs of its machine, and no silent skip in CI."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest
from django.test import TransactionTestCase

from tests.flush import Flush
from tests.payments import Payments, paying
from wfapp.tasks import IN_PLACE, MODULE

CI = os.environ.get("CI") == "true"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if CI else "dev")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the browser that tests marked ``browser`` drive."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium, and there is none in the PATH")
    return CHROMIUM


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the database of the tests; where a test committed, delete what it left and nothing else."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        flush = Flush()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: flush(case._databases_names(False)))
        yield


@pytest.fixture(scope="session")
def payment_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Payments]:
    """Run one payment server for all tests."""
    with paying(tmp_path_factory.mktemp("payments")) as payments:
        yield payments


@pytest.fixture
def payments(payment_server: Payments, settings: Any) -> Payments:
    """Let the shop charge cards at a payment server, and pack in place what a worker would."""
    settings.PAYMENT_URL = payment_server.url
    settings.TASKS = {"default": {"BACKEND": f"{MODULE}.backends.immediate.{IN_PLACE}"}}
    return payment_server


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this run is not meant for; keep tests of locks on one worker, the server's connections are counted."""
    slow = CI or "slow" in config.option.markexpr
    running = CI or "running" in config.option.markexpr
    for item in items:
        if item.get_closest_marker("db"):
            item.add_marker(pytest.mark.xdist_group("db"))
        if any(map(item.get_closest_marker, ("browser", "running"))) and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="needs Chromium, and there is none in the PATH"))
        if item.get_closest_marker("crash") and "crash" not in config.option.markexpr:
            item.add_marker(pytest.mark.skip(reason="kills workers: sh scripts/with-postgres sh scripts/test -m crash"))
        if item.get_closest_marker("slow") and not slow:
            item.add_marker(pytest.mark.skip(reason="slow: runs in CI, or with -m slow"))
        if item.get_closest_marker("running") and not running:
            item.add_marker(pytest.mark.skip(reason="takes long: runs in CI, or with -m running"))


def pytest_collection_finish() -> None:
    """Let the garbage collector leave thousands of tests alone, and look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skip fail in CI; only a test marked ``db`` may say that it needs another database."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("db"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make the skip of a whole module fail in CI."""
    report = yield
    if CI and report.skipped:
        _fail(report)
    return report


def _fail(report: Any) -> None:
    report.outcome = "failed"
    report.longrepr = f"Nothing may be skipped in CI. {report.longrepr[2]}"
