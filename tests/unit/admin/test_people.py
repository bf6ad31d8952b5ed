"""Answering for others, and looking after links: what the buttons do, and for whom they are there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.db import connection
from django.template import TemplateDoesNotExist
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.link_samples import link_in_mail
from tests.integration.pages.visitor import Visitor
from tests.integration.people_samples import Approval, Passed, SignUp, Unrouted
from wfapp.models import Flow, FlowEvent, Link, OutgoingMessage

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.people_samples")]

LIST = "/admin/wfapp/flow/"


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


def page() -> str:
    return f"{LIST}{Flow.objects.latest('created_at').pk}/change/"


def answer_address() -> str:
    return f"{LIST}{Flow.objects.latest('created_at').pk}/answer/"


def buttons(client: Client) -> list[str]:
    context = client.get(page()).context
    return [*(["answer"] if context["answer_url"] else []), *(action for action, _label in context["flow_buttons"])]


def press(client: Client, action: str, **more: str) -> Any:
    pk = str(Flow.objects.latest("created_at").pk)
    data = {"action": action, "_selected_action": pk, "flow_page": pk, **more}
    return client.post(LIST, data, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def member(client: Client, *permissions: str) -> User:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="wfapp"))
    client.force_login(user)
    return user


def test_buttons_stand_where_they_would_do_something(staff: Client) -> None:
    """A flow that waits for staff, one that waits for its link, one whose link was revoked, and one that has ended."""
    handle = Approval.start(data={"applicant": "Ann"})
    assert buttons(staff) == ["answer", "cancel_flows", "expire_flows"]
    handle.cancel()
    assert "flow_buttons" not in staff.get(page()).context
    SignUp.start(data={"applicant": "Ann"})
    assert buttons(staff) == ["resend_links", "revoke_links", "cancel_flows", "expire_flows"]
    press(staff, "revoke_links")
    assert buttons(staff) == ["resend_links", "cancel_flows", "expire_flows"]


def test_buttons_need_their_permission(client: Client) -> None:
    """Each one its own; the step's own permission for an answer."""
    member(client, "view_flow")
    SignUp.start(data={"applicant": "Ann"})
    assert buttons(client) == []
    for action in ("resend_links", "revoke_links"):
        press(client, action)
    assert (Link.objects.get().status, OutgoingMessage.objects.count()) == ("open", 1)


def test_a_link_sent_again(staff: Client) -> None:
    """To the address that it was sent to; the page of whoever waits is not disturbed."""
    sender = Visitor()
    waiting = sender.submit(sender.open("/sign-up/"), applicant="Ann")
    first = link_in_mail()
    assert said(press(staff, "resend_links")) == ["The link of 1 flow was sent again."]
    second = link_in_mail()
    assert [message.to for message in mail.outbox] == [["ada@example.com"]] * 2
    assert Visitor().open(first).status == 410
    assert sender.submit(waiting, "wf.cancel").status == 200
    assert Visitor().open(second).status == 410
    root = User.objects.get(username="root")
    assert FlowEvent.objects.get(kind="action", step="wf.resend").actor == root
    assert LogEntry.objects.get().change_message == "Sent the link again."


def test_a_revoked_link(staff: Client) -> None:
    """Its page says so; whoever waits may have another one sent."""
    SignUp.start(data={"applicant": "Ann"})
    link = link_in_mail()
    assert said(press(staff, "revoke_links")) == ["The link of 1 flow was revoked."]
    assert "This link was withdrawn." in Visitor().open(link).text
    assert FlowEvent.objects.filter(kind="revoked").count() == 1
    press(staff, "resend_links")
    assert Visitor().open(link_in_mail()).status == 200


@pytest.mark.parametrize("action", ["resend_links", "revoke_links"])
def test_several_flows_are_confirmed_first(staff: Client, action: str) -> None:
    """From the list; flows that wait for no link are left alone."""
    SignUp.start(data={"applicant": "Ann"})
    Approval.start(data={"applicant": "Bea"})
    data = {"action": action, "_selected_action": [str(pk) for pk in Flow.objects.values_list("pk", flat=True)]}
    asked = staff.post(LIST, data)
    assert "Are you sure?" in asked.content.decode()
    assert (Link.objects.count(), Link.objects.get().status) == (1, "open")
    done = staff.post(LIST, {**data, "confirmed": "1"}, follow=True)
    assert said(done)[1:] == ["Flows that wait for no link, or are at work, were left alone."]
    assert Link.objects.count() == (2 if action == "resend_links" else 1)


def test_a_link_that_cannot_be_sent_any_more(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its template is gone: staff read that, and nothing changed."""
    monkeypatch.setattr(Passed, "key", "")
    Passed.start(data={"name": "Sam"})

    def missing(templates: Any) -> Any:
        raise TemplateDoesNotExist("gone")

    monkeypatch.setattr("wfapp.links.compose.select_template", missing)
    [text, *_rest] = said(press(staff, "resend_links"))
    assert (
        text == f"The link of people/passed {Flow.objects.get().pk} cannot be sent: tell the developers of this site."
    )
    assert Link.objects.count() == 1


def test_an_answer_is_opened_by_a_post_alone(staff: Client) -> None:
    """A link to it would give tokens away to whatever follows links."""
    Approval.start(data={"applicant": "Ann"})
    assert staff.get(answer_address()).status_code == 405
    response = staff.post(answer_address())
    assert (response.status_code, response["Location"].startswith("/approval/?wf=")) == (303, True)
    assert "staff." not in response["Location"]
    assert LogEntry.objects.get().change_message == "Opened review to be answered."


def test_an_answer_needs_the_permission_of_the_step(client: Client) -> None:
    """Whoever may only cancel flows is refused; nobody is told of a flow that is none."""
    member(client, "cancel_flow")
    Approval.start(data={"applicant": "Ann"})
    assert client.post(answer_address()).status_code == 403
    assert client.post(f"{LIST}nothing/answer/").status_code == 403


def test_a_flow_that_waits_for_nobody(staff: Client) -> None:
    """It has gone on since the page was drawn."""
    SignUp.start(data={"applicant": "Ann"})
    response = staff.post(answer_address(), follow=True)
    assert said(response) == ["This flow waits for nobody's answer any more."]


def test_a_workflow_without_pages(staff: Client) -> None:
    """There is nowhere to answer it."""
    Unrouted.start(data={"applicant": "Ann"})
    response = staff.post(answer_address(), follow=True)
    assert said(response) == ["This workflow has no pages on this site."]


def test_a_page_shows_neither_address_nor_context_nor_token(staff: Client) -> None:
    """Nor does a message or a log entry."""
    SignUp.start(data={"applicant": "hidden-name"})
    link = link_in_mail()
    html = press(staff, "resend_links").content.decode() + staff.get(page()).content.decode()
    for secret in ("ada@example.com", "hidden-name", "link.", link.rpartition(".")[0][-20:]):
        assert secret not in html


def test_what_a_page_takes(staff: Client) -> None:
    """The same number of queries for one link and for ten."""
    SignUp.start(data={"applicant": "Ann"})
    counts = []
    for _ in range(2):
        press(staff, "resend_links")
        with CaptureQueriesContext(connection) as queries:
            staff.get(page())
        counts.append(len(queries))
        for _ in range(5):
            press(staff, "resend_links")
    assert counts[0] == counts[1] <= 9
