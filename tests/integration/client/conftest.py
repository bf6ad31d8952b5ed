"""The demo site in this process, and what is mailed from it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from project.accounts.demo import ACCOUNTS
from project.accounts.management.commands.seed_demo import make
from tests.payments import Payments
from wfapp.testing import Outbox

URL = "http://testserver/wf/"
SECURE = "https://testserver/wf/"


@pytest.fixture(autouse=True)
def people(transactional_db: None, payments: Payments) -> dict[str, User]:
    """Make the demo's accounts, and fill its shop."""
    for account in ACCOUNTS:
        make(account)
    call_command("seed_shop", verbosity=0)
    return {user.username: user for user in User.objects.all()}


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to the test's own servers without the proxy of this machine, where it has one."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Give a client of httpx that drives the site without a socket."""
    with httpx.Client(transport=httpx.WSGITransport(app=get_wsgi_application())) as http:
        yield http


@pytest.fixture
def outbox() -> Outbox:
    """List the mails from here on; the test delivers them."""
    return Outbox()
