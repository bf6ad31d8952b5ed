"""Where a client may have itself sent: a hostile target is followed on neither door, and no legal one is lost."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.integration.ends import Leaving
from tests.integration.pages.visitor import Visitor
from tests.integration.rest_samples import send
from tests.targets import KINDS, LEGAL, name_of
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.ends")]

WAYS = ("redirect", "auto", "one")

of_each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def hosts(settings: Any) -> None:
    """Let this site be testserver, with one more allowed host."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WFAPP = {**settings.WFAPP, "REDIRECT_HOSTS": ["app.example.com"]}


def quoted(text: str) -> str:
    """Quote a value of a query; a lone surrogate as browsers that send it do."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def first(client: Client, **start: Any) -> Any:
    """Start over the wire and answer the first page; give the answer, or the fault."""
    response = send(client, {"wfid": Leaving.name, "input": {"formData": {"how": "x"}}, **start})
    return response.json()


def end(client: Client, answer: Any, how: str) -> Any:
    """Answer the second page."""
    return send(client, {"wfs": answer["wfs"], "input": {"formData": {"how": how}}}).json()


@of_each_kind
def test_hostile_next_on_the_wire_is_refused(client: Client, kind: str) -> None:
    """With a clear fault, before anything is stored."""
    codes = {target: first(client, next=target)["error"]["code"] for target in KINDS[kind]}
    assert codes == dict.fromkeys(KINDS[kind], "malformed")
    assert not Flow.objects.exists()


@pytest.mark.slow
@of_each_kind
def test_hostile_next_of_a_page_is_dropped(kind: str) -> None:
    """In the address or in the body: no address, no header and no link of any page has it."""
    for target in KINDS[kind]:
        visitor = Visitor()
        page = visitor.open(f"/leave/?next={quoted(target)}")
        assert page.action == "/leave/", target
        page.action = f"/leave/?next={quoted(target)}"
        second = visitor.submit(page, how="x")
        assert second.status == 200, target
        assert second.action == second.address == f"/leave/?wf={second.address.partition('=')[2]}", target
        page = visitor.open("/leave/")
        posted = target.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        second = visitor.submit(page, how="x", next=posted)
        last = visitor.submit(second, how="next")
        assert (last.status, last.heading, last.address) == (200, "Done", second.address), target


@pytest.mark.slow
@of_each_kind
def test_a_hostile_target_of_a_step_is_never_followed(client: Client, kind: str) -> None:
    """A step that takes it from its client: at once, after a countdown, by choice."""
    for target, way in itertools.product(KINDS[kind], WAYS):
        answer = first(client, params={"target": target})
        if "error" in answer:
            assert answer["error"]["code"] == "malformed", target
        else:
            assert set(end(client, answer, way)) <= {"status", "finished", "data", "message"}, (target, way)


@pytest.mark.slow
@of_each_kind
def test_a_page_follows_no_hostile_target_of_a_step(kind: str) -> None:
    """It shows the finish page, without a header or a link that leads there."""
    visitor = Visitor()
    for target, way in itertools.product(filter(str.isprintable, KINDS[kind]), WAYS):
        second = visitor.submit(visitor.open(f"/leave/to/{quoted(target)}"), how="x")
        last = visitor.submit(second, how=way)
        assert (last.status, last.heading, last.address) == (200, "Done", second.address), (target, way)
        assert "Refresh" not in last.headers, (target, way)
        assert "<a " not in last.text, (target, way)


@pytest.mark.parametrize("target", LEGAL, ids=name_of)
def test_legal_next_survives_every_step_of_the_wire(client: Client, target: str) -> None:
    """A rejection, and a second answer to the same request."""
    answer = first(client, next=target)
    rejected = end(client, answer, "unknown")
    assert rejected["inputRequired"]["context"]["errors"] == {"how": "Unknown."}
    last = end(client, rejected, "next")
    assert last["next"] == {"trigger": "immediate", "action": {"type": "redirect", "target": target}}
    assert end(client, rejected, "next") == last


@pytest.mark.parametrize("target", LEGAL, ids=name_of)
def test_legal_next_survives_every_page(target: str) -> None:
    """A rejection, expiry, and the new start from the page that tells of it."""
    visitor = Visitor()
    second = visitor.submit(visitor.open(f"/leave/?next={quoted(target)}"), how="x")
    second = visitor.submit(visitor.submit(second, how="unknown"), how="still unknown")
    Flow.objects.all().delete()
    gone = visitor.submit(second, how="next")
    assert gone.status == 410
    second = visitor.submit(visitor.open(gone.link("Start again")), how="x")
    last = visitor.submit(second, how="auto-next")
    assert visitor.open(f"{last.address}&wf_stay=1").link("Continue").replace("&#x27;", "'") == target


@pytest.mark.parametrize("target", LEGAL, ids=name_of)
def test_a_legal_target_of_a_step_is_followed(client: Client, target: str) -> None:
    """At once, after a countdown, by choice."""
    action = {"type": "redirect", "target": target}
    ends = {way: end(client, first(client, params={"target": target}), way)["next"] for way in WAYS}
    assert ends["redirect"]["action"] == ends["auto"]["action"] == ends["one"]["primary"]["action"] == action


def test_next_of_the_wire_is_checked_again_when_it_is_used(client: Client, settings: Any) -> None:
    """A host that was allowed when the flow began is not any more."""
    answer = first(client, next="https://app.example.com/")
    settings.WFAPP = {**settings.WFAPP, "REDIRECT_HOSTS": []}
    assert "next" not in end(client, answer, "next")


def test_next_belongs_to_the_input_of_a_start(client: Client) -> None:
    """The same key with another ``next`` is other input."""
    key = {"Idempotency-Key": "a-key-of-twenty-two-characters"}
    body = {"wfid": Leaving.name, "next": "/next/"}
    assert send(client, body, **key).status_code == 200
    assert send(client, body, **key).status_code == 200
    assert send(client, body | {"next": "/shop/"}, **key).json()["error"]["code"] == "key-reused"
