"""Staff see what was sent and what was not, and never to whom or what it says."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.factories import invite
from tests.unit.admin.site import page_of, text_of
from wfapp.links.compose import Prepared
from wfapp.links.outbox import queue
from wfapp.models import OutgoingMessage

pytestmark = pytest.mark.django_db

MESSAGES = "/admin/wfapp/outgoingmessage/"


def put(flow: uuid.UUID | None = None, **columns: Any) -> OutgoingMessage:
    prepared = Prepared(channel="email", purpose="mail/hello", to="ann@example.com", subject="Hush", text="s3cret")
    [pk] = queue("default", flow or uuid.uuid4(), "tests/greet", [prepared])
    OutgoingMessage.objects.filter(pk=pk).update(**columns)
    return OutgoingMessage.objects.get(pk=pk)


def act(client: Client, action: str, *messages: OutgoingMessage) -> Any:
    chosen = [str(message.pk) for message in messages]
    return client.post(MESSAGES, {"action": action, "_selected_action": chosen}, follow=True)


def sign_in(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


def test_no_page_shows_an_address_or_a_text(staff: Client) -> None:
    """Not the sealed bytes either."""
    message = put(status="failed", error="OSError", tries=14)
    for address in (MESSAGES, f"{MESSAGES}{message.pk}/change/"):
        html = text_of(staff.get(address))
        assert "mail/hello" in html
        assert "OSError" in html
        assert not [text for text in ("ann@", "Hush", "s3cret", repr(bytes(message.body))[2:20]) if text in html]


def test_a_list_takes_the_same_number_of_queries_however_long(staff: Client) -> None:
    """Nothing is asked for each row."""
    put()
    staff.get(MESSAGES)
    with CaptureQueriesContext(connection) as few:
        staff.get(MESSAGES)
    for _ in range(20):
        put()
    with CaptureQueriesContext(connection) as many:
        staff.get(MESSAGES)
    assert len(many) == len(few)


def test_staff_try_again_what_has_failed(staff: Client) -> None:
    """To the stored address; the change is logged."""
    failed, waiting = put(status="failed", tries=14, keep_until=timezone.now()), put()
    response = act(staff, "try_again", failed, waiting)
    assert "1 message is tried again." in text_of(response)
    failed.refresh_from_db()
    assert (failed.status, failed.tries, failed.keep_until) == ("queued", 0, None)
    assert LogEntry.objects.get().object_id == str(failed.pk)


@pytest.mark.parametrize("columns", [{"status": "sent", "body": b""}, {"status": "failed", "body": b""}, {"tries": 1}])
def test_what_cannot_be_tried_again_is_left_alone(staff: Client, columns: Any) -> None:
    """Sent, wiped, or a sender is at it just now."""
    message = put(**columns)
    assert "None of the selected messages can be tried again" in text_of(act(staff, "try_again", message))
    assert OutgoingMessage.objects.get().status == message.status


def test_staff_drop_what_was_not_sent(staff: Client) -> None:
    """It is wiped."""
    waiting, sent = put(), put(status="sent", body=b"")
    assert "1 message was dropped." in text_of(act(staff, "drop", waiting, sent))
    waiting.refresh_from_db()
    assert (waiting.status, bytes(waiting.body)) == ("dropped", b"")
    assert "None of the selected messages waits to be sent." in text_of(act(staff, "drop", sent))


def test_each_action_has_its_permission(client: Client) -> None:
    """Whoever may look may not act."""
    message = put(status="failed")
    sign_in(client, "view_outgoingmessage")
    act(client, "try_again", message)
    act(client, "drop", message)
    assert OutgoingMessage.objects.get().status == "failed"
    User.objects.get().user_permissions.add(Permission.objects.get(codename="retry_outgoingmessage"))
    act(client, "try_again", message)
    assert OutgoingMessage.objects.get().status == "queued"


def test_nobody_adds_edits_or_deletes_one(staff: Client) -> None:
    """A round queues a message, and its retention ends it."""
    message = put()
    assert staff.get(f"{MESSAGES}add/").status_code == 403
    assert staff.get(f"{MESSAGES}{message.pk}/delete/").status_code == 403
    assert staff.post(f"{MESSAGES}{message.pk}/change/", {"purpose": "x"}).status_code == 403


def test_a_flow_leads_to_its_messages(staff: Client) -> None:
    """And to no other ones."""
    flow = invite("ann@example.com")
    mine, other = put(flow.pk), put()
    assert f'href="{MESSAGES}?flow={flow.pk}"' in text_of(staff.get(page_of(flow)))
    html = text_of(staff.get(MESSAGES, {"flow": str(flow.pk)}))
    assert str(mine.pk) in html
    assert str(other.pk) not in html
    assert str(mine.pk) in text_of(staff.get(MESSAGES, {"q": str(flow.pk)}))
    assert str(mine.pk) not in text_of(staff.get(MESSAGES, {"q": "mail"}))


def test_whoever_may_not_see_messages_finds_no_way_there(client: Client) -> None:
    """Nor a broken one."""
    sign_in(client, "view_inviteflow")
    assert MESSAGES not in text_of(client.get(page_of(invite("ann@example.com"))))


@pytest.mark.parametrize("query", ["body__startswith=x", "message_id=x", "tries=1"])
def test_no_filter_asks_what_is_not_shown(staff: Client, query: str) -> None:
    """Its answers would tell."""
    assert staff.get(f"{MESSAGES}?{query}").status_code in (302, 400)
    assert act(staff, "drop").status_code == 200
    assert staff.post(MESSAGES, {"action": "drop", "_selected_action": "x"}).status_code == 400


def test_a_list_is_filtered_by_channel(staff: Client) -> None:
    """The site's own are offered; the table is not asked for them."""
    put(channel="webhook")
    html = text_of(staff.get(MESSAGES, {"channel": "email"}))
    assert "0 messages" in html
    assert 'href="?channel=webhook"' in html
    assert "1 message" in text_of(staff.get(MESSAGES, {"channel": "webhook"}))
