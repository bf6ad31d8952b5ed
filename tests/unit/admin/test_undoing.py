"""Flows that could not be undone: staff find them, read why, and have them undone once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.integration.durable.shop import Order, World, new_world
from tests.unit.admin.site import text_of
from wfapp.models import Flow, FlowEvent

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/wfapp/flow/"


@pytest.fixture(autouse=True)
def outside() -> Iterator[World]:
    """Give the outside world, in which no money is given back."""
    with new_world() as fresh:
        fresh.errors["refund"] = [OSError("no line to Linz"), OSError("no line")]
        yield fresh


@pytest.fixture
def stuck(outside: World) -> Flow:
    """Give a flow that was cancelled and could not be undone."""
    Order.start(data={"city": "Linz"}).cancel()
    flow = Flow.objects.get()
    assert flow.status == "compensation_failed"
    return flow


def page_of(flow: Flow) -> str:
    return reverse("admin:wfapp_flow_change", args=[flow.pk])


def press(client: Client, *flows: Flow, **values: str) -> Any:
    return client.post(LIST, {"action": "undo_flows", "_selected_action": [str(flow.pk) for flow in flows], **values})


def said(client: Client) -> list[str]:
    return [str(message) for message in client.get(LIST).context["messages"]]


def test_they_are_found_by_their_status(staff: Client, stuck: Flow) -> None:
    """It is one of the filter's choices."""
    Order.start()
    found = staff.get(LIST, {"status__exact": "compensation_failed"}).context["cl"].result_list
    assert [flow.pk for flow in found] == [stuck.pk]


def test_the_timeline_tells_what_happened(staff: Client, stuck: Flow) -> None:
    """By the types of errors, and not by their texts."""
    assert [f"{event.kind} {event.step} {event.error}".strip() for event in FlowEvent.objects.order_by("id")][-5:] == [
        "compensating",
        "retried charge OSError",
        "uncompensated charge OSError",
        "compensated reserve",
        "compensation_failed",
    ]
    html = text_of(staff.get(page_of(stuck)))
    assert html.count('<code class="wf-error">OSError</code>') == 2
    assert "no line" not in html
    assert "Left for people to undo" in html


def test_the_button_of_the_page_undoes_once_more(staff: Client, stuck: Flow, outside: World) -> None:
    """At once, and leads back; the flow ends as it was to end, the timeline says who did it."""
    response = press(staff, stuck, flow_page=str(stuck.pk))
    assert (response.status_code, response["Location"]) == (302, page_of(stuck))
    stuck.refresh_from_db()
    assert (stuck.status, outside.calls[-2:]) == ("cancelled", ["unreserve", "refund"])
    assert said(staff) == ["1 flow was undone."]
    assert FlowEvent.objects.get(kind="compensating", actor=User.objects.get()).flow == stuck.pk
    assert LogEntry.objects.get().change_message == "Undone once more."
    assert 'value="undo_flows"' not in text_of(staff.get(page_of(stuck)))


def test_several_are_confirmed_first(staff: Client, stuck: Flow) -> None:
    """The first post of the list changes nothing."""
    html = text_of(press(staff, stuck))
    assert "will be undone once more" in html
    stuck.refresh_from_db()
    assert stuck.status == "compensation_failed"
    press(staff, stuck, confirmed="1")
    stuck.refresh_from_db()
    assert stuck.status == "cancelled"


def test_one_that_fails_again_is_said(staff: Client, stuck: Flow, outside: World) -> None:
    """It stays where it was."""
    outside.errors["refund"] = [OSError(), OSError()]
    press(staff, stuck, confirmed="1")
    assert said(staff) == ["1 flow could not be undone this time either: its timeline names the errors."]


def test_nothing_to_undo_is_a_message(staff: Client) -> None:
    """A flow that is open is left alone."""
    Order.start()
    press(staff, Flow.objects.get())
    assert said(staff) == ["None of the selected flows has anything left to undo."]


@pytest.mark.parametrize("granted", [False, True])
def test_it_has_a_permission_of_its_own(client: Client, stuck: Flow, granted: bool) -> None:
    """The right to cancel does not help."""
    user = User.objects.create_user("sam", is_staff=True)
    verb = "undo" if granted else "cancel"
    names = ["view_flow", f"{verb}_flow"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="wfapp"))
    client.force_login(user)
    assert ('value="undo_flows"' in text_of(client.get(page_of(stuck)))) is granted
    press(client, stuck, confirmed="1")
    stuck.refresh_from_db()
    assert stuck.status == ("cancelled" if granted else "compensation_failed")
