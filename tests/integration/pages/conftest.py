"""What the tests of pages share."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.integration.pages.visitor import Visitor


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates, not what the demo site lays over them."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


@pytest.fixture
def visitor() -> Visitor:
    """Give a browser."""
    return Visitor()


@pytest.fixture
def alice() -> User:
    """Give a user."""
    return User.objects.create_user("alice")
