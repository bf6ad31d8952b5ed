"""What people and clients see of a background step: a page that looks again by itself, and an answer that says when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.integration.durable.background.outside import Outside
from tests.integration.pages.visitor import Sheet, Visitor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.durable.background.urls"),
]

Work = Callable[[], None]


@pytest.fixture
def visitor(settings: Any) -> Visitor:
    """Give a browser before wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    return Visitor()


def waiting(visitor: Visitor) -> Sheet:
    """Walk to the page that waits."""
    return visitor.submit(visitor.open("/workspace/"), label="Linz")


def test_a_page_looks_again_by_itself(visitor: Visitor, world: Outside, work: Work) -> None:
    """By a header, so that it needs neither a script nor a template that thinks of it; then the next page is there."""
    page = waiting(visitor)
    assert (page.status, page.heading) == (200, "Your workspace")
    assert page.headers["Refresh"] == f"2; url={page.address}"
    assert '<progress class="wf-pending-bar" aria-labelledby="wf-title"></progress>' in page.text
    work()
    page = visitor.open(page.address)
    assert ("wf-pending-bar" in page.text, "Refresh" in page.headers) == (False, False)
    assert visitor.submit(page).heading == "Done"


def test_a_page_that_stays(visitor: Visitor, world: Outside) -> None:
    """For whom it goes too fast: it can be told to look when they say so (WCAG 2.2.1)."""
    page = waiting(visitor)
    stayed = visitor.open(page.link("Stay here"))
    assert (stayed.heading, "Refresh" in stayed.headers) == ("Your workspace", False)
    assert stayed.link("Check again") == page.address


def test_a_page_can_be_cancelled(visitor: Visitor, world: Outside, work: Work) -> None:
    """While the step waits; nothing runs then."""
    page = visitor.submit(waiting(visitor), "wf.cancel")
    assert page.heading == "Cancelled"
    work()
    assert world.names == ["reserve", "unreserve"]


def test_the_endpoint_says_when_to_look_again(client: Client, world: Outside, work: Work) -> None:
    """A client that polls comes to the next page."""
    body = {"wfid": "tests/workspace", "input": {"formData": {"label": "Linz"}}}
    answer = client.post("/wf/", body, "application/json").json()
    assert (answer["status"], answer["pending"], answer["retryAfterMs"]) == (
        "pending",
        {"step": "make", "text": ""},
        1000,
    )
    assert answer["view"] == {
        "title": "Your workspace",
        "actions": [{"id": "wf.cancel", "label": "Cancel", "withData": False}],
    }
    work()
    answer = client.post("/wf/", {"wfs": answer["wfs"]}, "application/json").json()
    assert answer["inputRequired"]["view"]["step"] == "confirm"


def test_a_client_that_looks_from_an_older_page_is_told_too(client: Client, world: Outside) -> None:
    """Its answer was lost, and all that it has is the token of the page before: it goes on to look as others do."""
    start = client.post("/wf/", {"wfid": "tests/workspace"}, "application/json").json()
    body = {"wfs": start["wfs"], "input": {"formData": {"label": "Linz"}}}
    lost = client.post("/wf/", body, "application/json").json()
    stale = client.post("/wf/", {"wfs": start["wfs"]}, "application/json")
    assert stale.status_code == 409
    assert stale.json() == {**lost, "error": stale.json()["error"]}
