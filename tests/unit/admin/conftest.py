"""Who looks after the flows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def staff(client: Client) -> Client:
    """Sign in somebody who may do everything."""
    client.force_login(User.objects.create_superuser("root"))
    return client
