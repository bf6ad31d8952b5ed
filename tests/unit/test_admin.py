"""FlowAdmin: what staff see of flows, how they find them, and what they may do to them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.flows.factories import finished_invite, invite, make, note
from tests.flows.models import InviteFlow
from wfapp.admin import BoundedPaginator, FlowAdmin
from wfapp.models import Flow, FlowEvent

pytestmark = pytest.mark.django_db

LIST = "/admin/flows/inviteflow/"


@pytest.fixture
def staff(client: Client) -> Client:
    """Sign in somebody who may do everything."""
    client.force_login(User.objects.create_superuser("root"))
    return client


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


# The list


def test_the_list_shows_what_stands_in_columns(staff: Client) -> None:
    """Workflow, step, status, age and the shadow fields."""
    flow = invite("ann@example.com")
    InviteFlow.objects.update(created_at=timezone.now() - timedelta(days=3))
    html = text_of(staff.get(LIST))
    for text in (page_of(flow), "tests/invite", "confirm", "waiting for input", "3\xa0days", "ann@example.com", "Paid"):
        assert text in html
    names = staff.get(LIST).context["cl"].list_display[1:]
    assert names == ["workflow", "step", "status", "age", "email", "role", "plan", "vip", "team", "inviter"]


def test_the_newest_flow_stands_first(staff: Client) -> None:
    """The default order is by age."""
    now = timezone.now()
    flows = [make(InviteFlow, created_at=now - timedelta(minutes=minutes)) for minutes in (2, 1, 3)]
    assert listed(staff) == [flows[1].pk, flows[0].pk, flows[2].pk]


def test_the_number_of_queries_does_not_grow_with_the_rows(staff: Client) -> None:
    """Foreign keys among the shadow fields included."""
    counts = []
    for rows in (2, 60):
        for number in range(rows):
            make(InviteFlow, inviter=User.objects.create_user(f"user {rows} {number}"))
        with CaptureQueriesContext(connection) as queries:
            text_of(staff.get(LIST))
        counts.append(len(queries))
    assert counts == [4, 4]  # session, user, the bounded count, the rows


@pytest.mark.db
def test_no_query_of_the_list_reads_what_is_sealed_or_counts_without_a_bound(staff: Client) -> None:
    """The sealed columns are long, and a full count reads the whole table."""
    invite()
    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST, {"plan__exact": "paid"})
    flows = [query["sql"] for query in queries if "flows_inviteflow" in query["sql"]]
    assert len(flows) == 2
    for sql in flows:
        assert '"state"' not in sql
        assert '"answer"' not in sql
        assert "LIMIT" in sql or "COUNT" not in sql


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, ["created_at", "id"]),
        ({"workflow": "tests/invite"}, ["workflow", "created_at", "id"]),
        ({"status__exact": "paused"}, ["status", "created_at", "id"]),
        ({"workflow": "tests/invite", "status__exact": "paused"}, ["workflow", "status", "created_at", "id"]),
        ({"created_at__gte": "2026-01-01 00:00:00+00:00"}, ["created_at", "id"]),
        (
            {"workflow": "tests/invite", "status__exact": "paused", "created_at__gte": "2026-01-01 00:00:00+00:00"},
            ["workflow", "status", "created_at", "id"],
        ),
        ({"o": "4"}, ["created_at", "id"]),
    ],
)
def test_an_index_serves_the_list_and_its_filters(
    rf: RequestFactory, admin_user: User, query: dict[str, str], index: list[str]
) -> None:
    """SQLite reads the rows in their order from an index: nothing is sorted, and nothing else is read."""
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite")
    request = rf.get(LIST, query)
    request.user = admin_user
    rows = admin.site.get_model_admin(InviteFlow).get_changelist_instance(request).queryset
    plan = rows[:100].explain()
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, InviteFlow._meta.db_table)
    name = next(name for name, found in constraints.items() if found["columns"] == index and found["index"])
    assert f"USING INDEX {name}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "values",
    [
        {"state": b"no sealed state at all"},
        {"status": "melted"},
        {"workflow": "tests/gone", "step": "nowhere"},
        {"handle_hash": None, "binding_hash": "?"},
    ],
)
def test_an_unreadable_row_breaks_neither_the_list_nor_its_page(staff: Client, values: dict[str, Any]) -> None:
    """Staff see what stands in its columns."""
    flow = invite("ann@example.com")
    InviteFlow.objects.update(**values)
    assert "ann@example.com" in text_of(staff.get(LIST))
    assert "ann@example.com" in text_of(staff.get(page_of(flow)))


def test_markup_in_a_shadow_field_is_text(staff: Client) -> None:
    """A person typed it."""
    flow = make(InviteFlow, role="<script>alert(1)</script>")
    for address in (LIST, page_of(flow)):
        assert "<script>alert(1)" not in text_of(staff.get(address))


def test_the_ready_made_model_is_registered(staff: Client) -> None:
    """wfapp.Flow has no shadow fields, and its list works the same."""
    flow = make(Flow)
    assert str(flow.pk) in text_of(staff.get("/admin/wfapp/flow/"))
    assert "Shadow fields" not in text_of(staff.get(f"/admin/wfapp/flow/{flow.pk}/change/"))


# Pages of many rows


def test_a_count_ends_at_its_bound() -> None:
    """Rows beyond it are not looked at."""
    for _ in range(5):
        make(Flow)
    paginator = BoundedPaginator(Flow.objects.order_by("-created_at"), 2)
    paginator.bound = 3
    with CaptureQueriesContext(connection) as queries:
        assert (paginator.count, paginator.num_pages, paginator.is_cut) == (3, 2, True)
    assert "LIMIT 3" in queries[0]["sql"]
    assert not BoundedPaginator(Flow.objects.order_by("-created_at"), 2).is_cut


def test_a_list_counts_as_well() -> None:
    """Django pages lists with the same class."""
    assert BoundedPaginator([Flow(), Flow()], 1).count == 2


def test_the_list_says_where_it_stopped_to_count(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise staff would take the bound for the number."""
    make(InviteFlow)
    assert "not counted further" not in text_of(staff.get(LIST))
    monkeypatch.setattr(BoundedPaginator, "bound", 1)
    assert "There may be more than these 1: they are not counted further." in text_of(staff.get(LIST))


# Filters and search


@pytest.mark.db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"workflow": "tests/invite"}, {"open", "paid"}),
        ({"workflow": "tests/gone"}, {"ended"}),
        ({"status__exact": "finished"}, {"ended"}),
        ({"plan__exact": "paid"}, {"paid"}),
        ({"vip__exact": "1"}, {"open"}),
        ({"created_at__gte": "2026-06-01 00:00:00+00:00"}, {"paid"}),
    ],
)
def test_filters(staff: Client, query: dict[str, str], found: set[str]) -> None:
    """Workflow, status, date, and the shadow fields whose values are few."""
    june = timezone.datetime(2026, 6, 2, tzinfo=timezone.get_current_timezone())
    flows = {
        make(InviteFlow, vip=True).pk: "open",
        make(InviteFlow, plan="paid", created_at=june).pk: "paid",
        make(InviteFlow, status="finished", workflow="tests/gone").pk: "ended",
    }
    assert {flows[pk] for pk in listed(staff, **query)} == found


def test_the_workflows_of_the_table_are_offered_without_asking_it(staff: Client) -> None:
    """A SELECT DISTINCT would read millions of rows."""
    assert ">tests/invite</a>" in text_of(staff.get(LIST))
    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST)
    assert not [query for query in queries if "DISTINCT" in query["sql"]]


@pytest.mark.db
@pytest.mark.parametrize("term", ["ann@example.com", "ann@", " ann@example.com ", "Ann@Example.com"])
def test_a_flow_is_found_by_the_beginning_of_an_indexed_text(staff: Client, term: str) -> None:
    """The e-mail address, or the beginning of it."""
    ann, _ = make(InviteFlow, email="ann@example.com"), make(InviteFlow, email="joann@example.com", role="ann@")
    assert listed(staff, q=term) == [ann.pk]


@pytest.mark.parametrize("form", ["{}", "{0.hex}", " {} "])
def test_a_flow_is_found_by_its_id(staff: Client, form: str) -> None:
    """As it stands in a log record."""
    flow, _ = make(InviteFlow), make(InviteFlow)
    assert listed(staff, q=form.format(flow.pk)) == [flow.pk]


@pytest.mark.db
@pytest.mark.parametrize("term", ["%", "_", "zoe", "\\", "' OR 1=1 --", "a" * 10_000, "\x00", "\ud83d\ude00"[:1]])
def test_an_odd_search_finds_nothing_and_breaks_nothing(staff: Client, term: str) -> None:
    """Wildcards are text, and so is everything else."""
    make(InviteFlow, email="ann@example.com")
    response = staff.get(LIST, {"q": term.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert term == "\x00" or not response.context["cl"].result_list


def test_a_model_without_indexed_texts_is_searched_by_id_alone(staff: Client) -> None:
    """wfapp.Flow has nothing else."""
    flow, _ = make(Flow), make(Flow)
    for term, found in ((str(flow.pk), [flow]), ("ann", [])):
        assert list(staff.get("/admin/wfapp/flow/", {"q": term}).context["cl"].result_list) == found


def test_a_site_may_search_as_it_likes(rf: RequestFactory) -> None:
    """``search_fields`` of a subclass wins, and the id works beside it."""

    class Own(FlowAdmin):
        search_fields = ("role__icontains",)

    flow = make(InviteFlow, role="super-admin")
    own = Own(InviteFlow, admin.site)
    for term in ("ADMIN", str(flow.pk)):
        assert list(own.get_search_results(rf.get("/"), InviteFlow.objects.all(), term)[0]) == [flow]


@pytest.mark.parametrize("column", ["state", "answer", "handle_hash", "binding_hash", "idempotency_hash", "watch_hash"])
def test_a_hidden_column_cannot_be_asked_by_a_filter(staff: Client, column: str) -> None:
    """What a list shows or not would tell what stands there."""
    for lookup in (column, f"{column}__startswith", f"{column}__isnull"):
        assert staff.get(LIST, {lookup: "a"}).status_code == 400


# A flow's page


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
    with CaptureQueriesContext(connection) as queries:
        response = staff.get(page_of(flow))
    assert [event.revision for event in response.context["timeline"]] == list(range(5, 205))
    assert len(queries) == 4  # session, user, flow, events


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


# Cancel and expire

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
