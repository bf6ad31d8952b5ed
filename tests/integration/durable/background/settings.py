"""Settings of the workers: those of the tests, with the workflow that they run, a short lease, and a clock to turn."""

from __future__ import annotations

import os
from datetime import timedelta

from django.utils import timezone

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, WFAPP

INSTALLED_APPS = [*INSTALLED_APPS, "tests.integration.durable.background"]
WFAPP = {**WFAPP, "LEASE": timedelta(seconds=float(os.environ.get("TESTS_LEASE", "1")))}

if ahead := timedelta(seconds=float(os.environ.get("TESTS_CLOCK", "0"))):
    now = timezone.now
    timezone.now = lambda: now() + ahead
