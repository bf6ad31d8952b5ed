"""How staff find a flow: the filters and the search of the list."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.factories import make
from tests.flows.models import InviteFlow
from tests.unit.admin.site import LIST, listed, text_of
from wfapp.admin import FlowAdmin
from wfapp.models import Flow

pytestmark = pytest.mark.django_db


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
