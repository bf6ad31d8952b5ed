"""Flows that could not be undone, and that staff close: people have seen to the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.integration.durable.shop import Order, World
from tests.unit.admin.site import text_of
from tests.unit.admin.test_undoing import LIST, outside, page_of, said, stuck
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent
from wfapp.rounds import close_without_undo, retry_undo

__all__ = ["outside", "stuck"]

pytestmark = pytest.mark.django_db(transaction=True)


def close(client: Client, *flows: Flow, **values: str) -> Any:
    return client.post(LIST, {"action": "close_flows", "_selected_action": [str(flow.pk) for flow in flows], **values})


def test_it_is_confirmed_from_its_page_too(staff: Client, stuck: Flow, outside: World) -> None:
    """The first post changes nothing; then the flow ends as it was to end, wiped, and its undo runs no more."""
    html = text_of(close(staff, stuck, flow_page=str(stuck.pk)))
    assert "it will never be undone from here" in html
    assert Flow.objects.get().status == "compensation_failed"
    before = list(outside.calls)
    response = close(staff, stuck, flow_page=str(stuck.pk), confirmed="1")
    assert (response.status_code, response["Location"]) == (302, page_of(stuck))
    stuck.refresh_from_db()
    assert (stuck.status, bytes(stuck.state), stuck.retain_until is None) == ("cancelled", b"", False)
    assert said(staff) == ["1 flow was closed without its undo."]
    assert not retry_undo(Flow, stuck.pk)
    assert recover(Flow).undone == 0
    assert outside.calls == before


def test_the_timeline_tells_who_closed_it(staff: Client, stuck: Flow) -> None:
    """Before its one end; the step stays what it is."""
    close(staff, stuck, confirmed="1")
    events = list(FlowEvent.objects.order_by("-id")[:2])
    assert [(event.kind, event.actor) for event in events] == [
        ("cancelled", User.objects.get()),
        ("closed", User.objects.get()),
    ]
    assert LogEntry.objects.get().change_message == "Closed without its undo."
    assert "Closed without its undo" in text_of(staff.get(page_of(stuck)))
    steps = {one.name: one.status for one in Order.flows.get().result().steps}
    assert (steps["charge"], steps["reserve"]) == ("compensation_failed", "compensated")


def test_what_nobody_can_read_any_more_is_closed(staff: Client, stuck: Flow) -> None:
    """Its keys are lost, and its undo with them."""
    Flow.objects.update(state=b"garbage")
    close(staff, stuck, confirmed="1")
    stuck.refresh_from_db()
    assert (stuck.status, bytes(stuck.state), said(staff)) == ("failed", b"", ["1 flow was closed without its undo."])


def test_nothing_to_close_is_a_message(staff: Client) -> None:
    """A flow that is open is left alone."""
    Order.start()
    close(staff, Flow.objects.get(), confirmed="1")
    assert said(staff) == ["None of the selected flows has anything left to undo."]
    assert not close_without_undo(Flow, Flow.objects.get().pk)
    assert Flow.objects.get().status == "paused"


def test_one_that_is_undone_meanwhile_is_left_alone(
    staff: Client, stuck: Flow, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has tried once more since the list was drawn."""
    retry = retry_undo
    monkeypatch.setattr(
        "wfapp.admin.undoing.rounds.close_without_undo",
        lambda model, pk, user: retry(model, pk) and close_without_undo(model, pk, user=user),
    )
    close(staff, stuck, confirmed="1")
    assert said(staff) == ["1 flow was left alone: it is just being undone."]
    assert outside.calls[-1] == "refund"


@pytest.mark.parametrize("granted", [False, True])
def test_it_has_a_permission_of_its_own(client: Client, stuck: Flow, granted: bool) -> None:
    """The rights to cancel and to undo do not help."""
    user = User.objects.create_user("sam", is_staff=True)
    names = ["view_flow", "close_flow"] if granted else ["view_flow", "cancel_flow", "undo_flow"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="wfapp"))
    client.force_login(user)
    assert ('value="close_flows"' in text_of(client.get(page_of(stuck)))) is granted
    close(client, stuck, confirmed="1")
    stuck.refresh_from_db()
    assert stuck.status == ("cancelled" if granted else "compensation_failed")
