"""Cancel and expire: what staff do to flows, and who may."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from tests.flows.factories import finished_invite, invite
from tests.flows.models import InviteFlow
from tests.unit.admin.site import LIST, page_of, sign_in, text_of
from wfapp.models import FlowEvent

pytestmark = pytest.mark.django_db

ACTIONS = [("cancel_flows", "cancelled"), ("expire_flows", "expired")]


def press(client: Client, action: str, *flows: Any, **values: str) -> Any:
    """Post an action of the list."""
    return client.post(
        LIST, {"action": action, "_selected_action": [str(getattr(f, "pk", f)) for f in flows], **values}
    )


def messages_of(response: Any) -> list[str]:
    """Give the messages of the page that a post led to."""
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(("action", "status"), ACTIONS)
def test_an_action_asks_first(staff: Client, action: str, status: str) -> None:
    """The first post changes nothing and names the flows."""
    flow, ended = invite(), finished_invite()
    html = text_of(press(staff, action, flow, ended))
    assert f"This open flow ends as “{status}”" in html
    assert str(flow.pk) in html
    assert str(ended.pk) not in html
    assert InviteFlow.objects.get(pk=flow.pk).status == "paused"


@pytest.mark.parametrize(("action", "status"), ACTIONS)
def test_a_confirmed_action_ends_the_open_flows(staff: Client, action: str, status: str) -> None:
    """State wiped, an event with the actor, an entry in the admin's log; shadow fields survive."""
    flow, other = invite("ann@example.com"), invite()
    response = staff.post(LIST, {"action": action, "_selected_action": str(flow.pk), "confirmed": "1"}, follow=True)
    assert messages_of(response) == [f"1 flow ended as {status}."]
    flow.refresh_from_db()
    other.refresh_from_db()
    assert (flow.status, bytes(flow.state), flow.email, other.status) == (status, b"", "ann@example.com", "paused")
    event = FlowEvent.objects.filter(flow=flow.pk).latest("id")
    assert (event.kind, event.actor) == (status, User.objects.get())
    assert LogEntry.objects.get().change_message == f"Ended as {status}."


def test_several_flows_end_at_once(staff: Client) -> None:
    """Those that have ended already are left alone."""
    flows = [invite(), invite(), finished_invite()]
    response = press(staff, "cancel_flows", *flows, confirmed="1")
    assert response.status_code == 302
    assert messages_of(staff.get(LIST)) == ["2 flows ended as cancelled."]
    assert [InviteFlow.objects.get(pk=flow.pk).status for flow in flows] == ["cancelled", "cancelled", "finished"]


def test_a_flow_that_cannot_be_read_is_ended_all_the_same(staff: Client) -> None:
    """Whatever its state is, staff can put an end to it."""
    broken, whole = invite(), invite()
    InviteFlow.objects.filter(pk=broken.pk).update(state=b"no sealed state at all")
    press(staff, "cancel_flows", broken, whole, confirmed="1")
    assert messages_of(staff.get(LIST)) == [
        "2 flows ended as cancelled.",
    ]
    assert {flow.status for flow in InviteFlow.objects.all()} == {"cancelled"}


def test_no_open_flow_is_a_message(staff: Client) -> None:
    """Nothing is asked where nothing can be done."""
    press(staff, "cancel_flows", finished_invite())
    assert messages_of(staff.get(LIST)) == ["None of the selected flows is open."]


@pytest.mark.parametrize(("action", "status"), ACTIONS)
@pytest.mark.parametrize("granted", [False, True])
def test_each_action_has_its_own_permission(client: Client, action: str, status: str, granted: bool) -> None:
    """Of this model; the right to the other action does not help."""
    verb, other = ("cancel", "expire") if status == "cancelled" else ("expire", "cancel")
    sign_in(client, "view_inviteflow", f"{verb if granted else other}_inviteflow")
    flow = invite()
    page, html = text_of(client.get(page_of(flow))), text_of(client.get(LIST))
    assert (f'value="{action}"' in page, f'value="{action}"' in html) == (granted, granted)
    press(client, action, flow, confirmed="1")
    assert InviteFlow.objects.get(pk=flow.pk).status == (status if granted else "paused")


def test_the_right_to_view_alone_ends_nothing(client: Client) -> None:
    """No action, no button."""
    sign_in(client, "view_inviteflow")
    flow = invite()
    assert "wf-tool" not in text_of(client.get(page_of(flow)))
    press(client, "cancel_flows", flow, confirmed="1")
    assert InviteFlow.objects.get(pk=flow.pk).status == "paused"


def test_the_page_of_an_ended_flow_has_no_buttons(staff: Client) -> None:
    """There is nothing to end."""
    assert "wf-tool" not in text_of(staff.get(page_of(finished_invite())))


def test_a_button_of_the_page_leads_back_to_it(staff: Client) -> None:
    """Button, question, and the page again with what was done."""
    flow = invite()
    question = press(staff, "cancel_flows", flow, flow_page=str(flow.pk))
    assert f'name="flow_page" value="{flow.pk}"' in text_of(question)
    done = press(staff, "cancel_flows", flow, flow_page=str(flow.pk), confirmed="1")
    assert (done.status_code, done["Location"]) == (302, page_of(flow))
    page = staff.get(page_of(flow))
    assert messages_of(page) == ["1 flow ended as cancelled."]
    assert "Cancelled" in text_of(page)


def test_a_get_ends_nothing(staff: Client) -> None:
    """An action needs a post."""
    flow = invite()
    staff.get(LIST, {"action": "cancel_flows", "_selected_action": str(flow.pk), "confirmed": "1"})
    assert InviteFlow.objects.get(pk=flow.pk).status == "paused"


def test_a_post_from_elsewhere_ends_nothing() -> None:
    """The admin's CSRF protection holds for the buttons too."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    flow = invite()
    assert press(client, "cancel_flows", flow, confirmed="1").status_code == 403
    assert InviteFlow.objects.get(pk=flow.pk).status == "paused"


@pytest.mark.parametrize("selected", ["junk", "\x00", "1", ""])
def test_a_selected_id_that_is_none_is_refused(staff: Client, selected: str) -> None:
    """With a 400, not with an error of the server."""
    assert press(staff, "cancel_flows", selected, confirmed="1").status_code == 400


def test_a_flow_that_is_gone_meanwhile_is_left_out(staff: Client) -> None:
    """An id of no row."""
    response = press(staff, "cancel_flows", uuid.uuid4(), confirmed="1", flow_page="/evil.example")
    assert response["Location"].startswith(LIST)
    assert messages_of(staff.get(LIST)) == ["None of the selected flows is open."]
