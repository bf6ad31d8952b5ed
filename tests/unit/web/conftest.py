"""What the tests of pages share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates, not what the demo site lays over them."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
