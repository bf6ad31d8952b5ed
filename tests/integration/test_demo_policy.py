"""The demo site's Content-Security-Policy."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


@pytest.mark.parametrize("path", ["/", "/login/", "/checkout/", "/admin/login/", "/nothing/", "/wf/"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    """Pages of the site, of workflows and of the admin, redirects, faults, JSON: one header, on every Django."""
    assert client.get(path).headers["Content-Security-Policy"] == POLICY
