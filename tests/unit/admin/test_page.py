"""The page of a flow: its columns and timeline, and nothing that is sealed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.flows.factories import finished_invite, invite, make, note
from tests.flows.models import InviteFlow
from tests.unit.admin.site import LIST, page_of, sign_in, text_of
from wfapp.models import FlowEvent

pytestmark = pytest.mark.django_db


def test_a_page_shows_columns_and_timeline(staff: Client) -> None:
    """What happened, when, by whom, how long it took."""
    flow = invite("ann@example.com")
    note(flow, "rejected", step="confirm", actor=User.objects.create_user("ann"), duration=12.34, revision=2)
    html = text_of(staff.get(page_of(flow)))
    for text in ("ann@example.com", "admin", "Started", "Rejected", "<code>confirm</code>", "by ann", "12.3 ms"):
        assert text in html
    timeline = staff.get(page_of(flow)).context["timeline"]
    assert [event.pk for event in timeline] == list(FlowEvent.objects.order_by("id").values_list("pk", flat=True))


def test_a_timeline_is_one_query_and_ends(staff: Client) -> None:
    """The newest 200 events, with their actors."""
    flow = make(InviteFlow)
    for number in range(205):
        note(flow, "action", revision=number, actor=User.objects.create_user(f"user {number}"))
    staff.get(page_of(flow))  # Django remembers content types from here on
    with CaptureQueriesContext(connection) as queries:
        response = staff.get(page_of(flow))
    assert [event.revision for event in response.context["timeline"]] == list(range(5, 205))
    assert len(queries) == 5  # session, user, flow, events, state


def test_a_page_without_events_says_so(staff: Client) -> None:
    """An empty list would look broken."""
    assert "Nothing has been recorded." in text_of(staff.get(page_of(make(InviteFlow))))


@pytest.mark.parametrize("made", [invite, finished_invite])
def test_no_page_shows_what_is_sealed_hashed_or_in_the_context(staff: Client, made: Any) -> None:
    """Not the context, the answers, the hashes of tokens, nor the sealed bytes in any form."""
    flow = made("ann@example.com")
    hidden = ["hidden-from-staff", "secret-from-all", flow.handle_hash]
    for column in (bytes(flow.state), bytes(flow.answer)):
        hidden += [column.hex()[:20], repr(column)[2:12]] if column else []
    for address in (LIST, page_of(flow), f"{LIST}{flow.pk}/history/"):
        html = text_of(staff.get(address))
        assert not [text for text in hidden if text in html]


def test_nothing_can_be_added_edited_or_deleted(staff: Client) -> None:
    """Not even by a superuser."""
    flow = make(InviteFlow, email="ann@example.com")
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(page_of(flow), {"email": "eve@example.com"}).status_code == 403
    assert staff.post(f"{LIST}{flow.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(LIST, {"action": "delete_selected", "_selected_action": str(flow.pk), "post": "yes"})
    assert InviteFlow.objects.get(pk=flow.pk).email == "ann@example.com"


@pytest.mark.parametrize("permissions", [(), ("cancel_inviteflow",)])
def test_without_the_right_to_view_there_is_nothing(client: Client, permissions: tuple[str, ...]) -> None:
    """The right to cancel alone shows nothing."""
    flow = make(InviteFlow)
    sign_in(client, *permissions)
    for address in (LIST, page_of(flow)):
        assert client.get(address).status_code == 403
