"""No GET, HEAD or OPTIONS changes anything, in whichever state a flow is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import path

import project.urls
from tests.workflows import NameForm
from wfapp import Context, Workflow, step
from wfapp.models import Flow
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class Safe(Workflow[Context]):
    """Run a step first, then ask, then wait for staff, then end; each of them would be seen if it ran."""

    name = "promises/safe"
    storage = "database"
    exposed = True

    @step
    def prepare(self) -> None:
        mail.send_mail("started", "", None, ["a@example.com"])

    @step(form=NameForm, attempts=3)
    def ask(self, form: NameForm) -> None:
        self.set_cookie("asked", "yes")

    @step(form=NameForm, permission="auth.view_user")
    def review(self, form: NameForm) -> None:
        pass


class SafeToken(Workflow[Context]):
    """Ask twice in a token."""

    name = "promises/safe-token"
    storage = "token"
    one = step(form=NameForm)
    two = step(form=NameForm)


urlpatterns = [
    path("safe/", WorkflowView.as_view(workflow=Safe)),
    path("token/", WorkflowView.as_view(workflow=SafeToken)),
    *project.urls.urlpatterns,
]


def rows() -> dict[str, list[Any]]:
    """Take every row of every table."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in models}


def hidden(page: Any) -> dict[str, str]:
    """Read what a page posts back."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def post(client: Client, address: str, **fields: str) -> str:
    """Post a page; give where it leads."""
    response = client.post(address, {**hidden(client.get(address)), **fields})
    return response.url if response.status_code == 303 else address


def started(client: Client) -> str:
    return post(client, "/safe/", wf_action="wf.start")


def waiting(client: Client) -> str:
    return post(client, started(client), name="Ada")


def finished(client: Client) -> str:
    address = waiting(client)
    User.objects.get().user_permissions.add(Permission.objects.get(codename="view_user"))
    return post(client, address, name="Ada")


def rejected(client: Client) -> str:
    return post(client, started(client), name="far too long a name for this")


def aborted(client: Client) -> str:
    address = started(client)
    for _ in range(3):
        post(client, address, name="far too long a name for this")
    return address


def expired(client: Client) -> str:
    address = started(client)
    Flow.objects.update(state=b"", answer=b"")
    return address


STATES: dict[str, Callable[[Client], str]] = {
    "first": lambda client: "/safe/",
    "started": started,
    "rejected": rejected,
    "waiting": waiting,
    "finished": finished,
    "aborted": aborted,
    "unreadable": expired,
    "token first": lambda client: "/token/",
    "token": lambda client: post(client, "/token/", name="Ada"),
    "endpoint": lambda client: "/wf/",
    "nobody's": lambda client: "/safe/?wf=01234567",
}


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("state", STATES)
def test_a_safe_method_changes_nothing(client: Client, state: str, method: str) -> None:
    """No row of any table, no mail, no token or session of the browser."""
    cache.clear()
    client.force_login(User.objects.create_user("ada"))
    address = STATES[state](client)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    before, sent = rows(), len(mail.outbox)
    for _ in range(2):
        response = getattr(client, method)(address)
        assert response.status_code < 500
    assert (rows(), len(mail.outbox)) == (before, sent)
    after = {name: morsel.value for name, morsel in client.cookies.items()}
    assert {name: value for name, value in after.items() if name in cookies} == cookies
    assert not {name for name in after.keys() - cookies.keys() if "token" in name.replace("csrftoken", "")}
    assert "asked" not in after.keys() - cookies.keys()
