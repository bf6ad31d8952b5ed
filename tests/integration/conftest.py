"""What the integration tests share."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import Storage, storages


@pytest.fixture
def storage(settings: Any) -> Storage:
    """Keep files in memory."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory}
    return storages["default"]
