"""What tests of the outbox share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.links.workflows import Failing

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def channels(settings: Any) -> None:
    """Send text messages through a channel of the tests, and sign webhooks to one origin."""
    Failing.errors.clear()
    Failing.letters.clear()
    settings.WFAPP = {
        **settings.WFAPP,
        "CHANNELS": {"sms": "tests.unit.links.workflows.Sms", "failing": "tests.unit.links.workflows.Failing"},
        "WEBHOOK_KEYS": {"https://hooks.example": [KEY]},
    }
