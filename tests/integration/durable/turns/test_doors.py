"""What people and clients see of a line, and what workers do for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.integration.durable.background.conftest import work
from tests.integration.durable.shop import World
from tests.integration.durable.turns.workflows import Booth, Door, Packing
from tests.integration.pages.visitor import Visitor
from wfapp.models import Flow

__all__ = ["work"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.durable.turns.urls"),
]


@pytest.fixture
def visitor(settings: Any) -> Visitor:
    """Give a browser before wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    return Visitor()


def test_a_page_waits_and_goes_on_by_itself(visitor: Visitor, outside: World) -> None:
    """A button, a page that looks again, then the first page; without a script."""
    first, _second = Booth.start(), Booth.start()
    button = visitor.open("/booth/")
    assert "<input" not in button.text.replace('<input type="hidden"', "")
    waiting = visitor.submit(button, "wf.start")
    assert (waiting.status, waiting.heading) == (200, "The booth")
    assert "It is not your turn yet." in waiting.text
    assert waiting.headers["Refresh"] == f"2; url={waiting.address}"
    first.submit({"name": "Ann"})
    page = visitor.open(waiting.address)
    assert (page.heading, "Refresh" in page.headers) == ("Your name", False)
    visitor.submit(page, name="Cem")
    assert outside.calls == ["vote", "vote"]


def test_a_page_is_refused_with_what_was_typed(visitor: Visitor, outside: World) -> None:
    """And the very page can be sent again once there is a place."""
    page = visitor.open("/door/")
    first, _second = Door.start(), Door.start()
    refused = visitor.submit(page, name="Cem")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
    assert refused.messages == ["Too many people are doing this at the moment. Try again in a moment."]
    assert (refused.fields["name"], Flow.objects.count()) == ("Cem", 2)
    first.submit({"name": "Ann"})
    visitor.submit(refused)
    assert outside.calls == ["vote", "vote"]


def test_the_wire(client: Client, outside: World) -> None:
    """Pending until the turn comes; with data, a 429 that may be sent again."""

    def post(body: Any) -> Any:
        return client.post("/wf/", body, "application/json")

    first, _second = Booth.start(), Booth.start()
    waiting = post({"wfid": "tests/booth"}).json()
    assert (waiting["status"], waiting["view"]["title"]) == ("pending", "The booth")
    assert waiting["pending"] == {
        "step": "ask",
        "text": "It is not your turn yet. This goes on by itself as soon as others are done.",
    }
    refused = post({"wfid": "tests/booth", "input": {"formData": {"name": "Cem"}}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too-many-flows")
    assert refused.headers["Retry-After"] == "5"
    first.submit({"name": "Ann"})
    assert post({"wfs": waiting["wfs"]}).json()["inputRequired"]["view"]["step"] == "ask"


def test_a_worker_begins_the_next_one(outside: World, work: Callable[[], None]) -> None:
    """Its step ended a flow: those who wait need not wait for the sweeper as well."""
    flows = [Packing.start() for _ in range(4)]
    assert [flow.answer.pending and flow.answer.pending.text != "" for flow in flows] == [False, True, True, True]
    assert outside.calls == []
    work()
    assert outside.calls == ["pack"] * 4
    assert [flow.status for flow in flows] == ["finished"] * 4
