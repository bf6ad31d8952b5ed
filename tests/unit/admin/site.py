"""What tests of the admin share: who is signed in, and what a page of the site shows."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.flows.models import InviteFlow

LIST = "/admin/flows/inviteflow/"


def sign_in(client: Client, *permissions: str) -> User:
    """Sign in a member of staff with these rights on invitations."""
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="flows"))
    client.force_login(user)
    return user


def page_of(flow: InviteFlow) -> str:
    """Give the address of a flow's page."""
    return reverse("admin:flows_inviteflow_change", args=[flow.pk])


def text_of(response: Any) -> str:
    """Give the body of a page that was found."""
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def listed(client: Client, **query: str) -> list[Any]:
    """Give the ids that a list shows."""
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [flow.pk for flow in response.context["cl"].result_list]
