"""Settings of the workers: those of the tests, with the workflow that they run and a short lease."""

from __future__ import annotations

import os
from datetime import timedelta

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, WFAPP

INSTALLED_APPS = [*INSTALLED_APPS, "tests.integration.durable.background"]
WFAPP = {**WFAPP, "LEASE": timedelta(seconds=float(os.environ.get("TESTS_LEASE", "1")))}
