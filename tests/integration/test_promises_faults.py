"""Every fault of the wire, through the endpoint: status, code, headers, and a token that still works."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.integration.rest_samples import BROWSER, JSON, Internal, Order, Sealed, Verify, send, submit
from tests.workflows import Wide
from wfapp import Context, Workflow, step
from wfapp.models import Flow
from wfapp.storage import database, transaction
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.integration.rest_samples")]

KEY = {"Idempotency-Key": "0123456789abcdefghijklmn"}
WORKFLOWS = (Internal, Order, Sealed, Verify, Wide)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check what every fault has; give its body."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["error"]["code"]) == (status, code), body
    assert body["error"]["message"]
    assert (response["Content-Type"], response["Cache-Control"]) == (JSON, "no-store")
    return body


@pytest.fixture
def page(client: Client) -> str:
    """Give the token of a page that asks for a code."""
    cache.clear()
    token: str = send(client, {"wfid": "rest/verify", "input": {"formData": {"name": "Ada"}}}).json()["wfs"]
    return token


def still_works(client: Client, wfs: str) -> None:
    User.objects.get_or_create(username="Ada")
    assert send(client, submit(wfs, code="123456")).json()["status"] == "finished"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"wfid": 1},
        {"wfid": "rest/verify", "more": 1},
        {"wfid": "rest/verify", "wfs": "token.x.1"},
        {"wfid": "rest/verify", "input": {}},
        {"wfid": "rest/verify", "input": {"formData": []}},
        {"wfid": "rest/verify", "input": {"formData": {"name": ["a"]}}},
        {"wfid": "rest/verify", "transport": "query"},
        {"wfid": "rest/order", "params": {"cart": "x"}},
        {"wfid": "rest/order", "params": {"other": 1}},
        {"wfs": "x", "params": {}},
    ],
    ids=json.dumps,
)
def test_what_is_no_request_is_malformed(client: Client, body: object) -> None:
    """400: no object, an unknown key, a wrong type; and nothing starts."""
    refused(send(client, body), 400, "malformed")
    assert not Flow.objects.exists()


def test_a_token_in_the_query_is_malformed(client: Client, page: str) -> None:
    """400: the query is for links."""
    response = client.post(f"/wf/?wfs={page}", json.dumps(submit(page, code="123456")), content_type=JSON)
    refused(response, 400, "malformed")
    still_works(client, page)


def test_a_key_without_a_row_is_refused(client: Client) -> None:
    """400: nothing would remember it."""
    refused(send(client, {"wfid": "rest/sealed"}, **KEY), 400, "no-key")


def test_a_workflow_that_is_not_exposed_is_refused(client: Client) -> None:
    """403."""
    refused(send(client, {"wfid": "rest/internal"}), 403, "not-exposed")


@pytest.mark.parametrize("input", [{}, {"input": {"formData": {"name": "Ada"}}}], ids=["bare", "with data"])
def test_a_start_without_the_right_is_refused(client: Client, input: dict[str, Any]) -> None:
    """403, and no flow."""
    with isolated_registry():

        class Staff(Workflow[Context]):
            name = "rest/staff"
            exposed = True
            permission_required = "auth.view_user"
            ask = step(form=Order.get_step("confirm").form_classes[0])

        refused(send(client, {"wfid": Staff.name, **input}), 403, "permission")
        assert not Flow.objects.exists()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}], ids=str)
def test_another_sites_post_is_refused(client: Client, page: str, headers: dict[str, str]) -> None:
    """403."""
    refused(send(client, submit(page, code="123456"), **headers), 403, "cross-site")
    still_works(client, page)


def test_the_cookie_transport_needs_the_csrf_token() -> None:
    """403."""
    strict = Client(enforce_csrf_checks=True)
    refused(send(strict, {"wfid": "rest/verify", "transport": "cookie"}, **BROWSER), 403, "csrf")


def test_an_unknown_workflow_is_not_found(client: Client) -> None:
    """404."""
    refused(send(client, {"wfid": "rest/nothing"}), 404, "unknown-workflow")


def test_an_answered_page_is_stale(client: Client) -> None:
    """409, with the current page and its token."""
    first = send(client, {"wfid": "rest/verify"}).json()["wfs"]
    second = send(client, submit(first, name="Ada")).json()
    body = refused(send(client, submit(first, name="Bo")), 409, "stale")
    assert (body["wfs"], body["inputRequired"]["view"]["step"]) == (second["wfs"], "verify")
    still_works(client, body["wfs"])


def test_a_flow_in_a_round_is_busy(client: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """409, with the time to wait."""
    monkeypatch.setattr(transaction, "PATIENCE", 0.0)
    monkeypatch.setattr(database, "pauses", lambda: iter(()))
    response = send(client, submit(page, code="123456"))
    monkeypatch.undo()
    refused(response, 409, "busy")
    assert response["Retry-After"] == "1"
    still_works(client, page)


def test_no_invalid_token_is_told_from_another(client: Client, page: str) -> None:
    """410: invalid, garbled, unknown, of another transport, of another browser, expired, spent or ended long ago."""
    stored, secret, revision = page.split(".")
    mine = send(Client(), {"wfid": "rest/verify"}, **BROWSER).json()["wfs"]
    sealed = send(client, {"wfid": "rest/sealed"}).json()["wfs"]
    old = send(client, {"wfid": "rest/verify"}).json()["wfs"]
    Flow.objects.filter(pk=Flow.objects.latest("created_at").pk).update(state=b"")
    tokens: list[Any] = [
        *("", "x", "database", "nothing.aaaaaaaaaaaaaaaaaaaa.1", f"{stored}.{'A' * 47}.1"),
        *(f"{stored}.{secret}.x", f"{stored}.{secret[:-1]}.{revision}", f"token.{secret}.{revision}"),
        *(sealed[:-4] + "AA.0", sealed.replace("token.", "database."), mine, old, {"flow": "01234567", "revision": 1}),
        *({"flow": "../../x", "revision": 1}, "\N{SNOWMAN}" * 20, "database." + "A" * 40_000 + ".1"),
    ]
    bodies = set()
    for token in tokens:
        for body in ({"wfs": token}, submit(token, code="1"), {"wfs": token, "input": {"action": "resend"}}):
            bodies.add(json.dumps(refused(send(client, body), 410, "invalid-token")))
    assert len(bodies) == 1
    assert "start again" in bodies.pop()
    still_works(client, page)


def test_an_expired_flow_is_an_invalid_token(client: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """410."""
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    refused(send(client, submit(page, code="123456")), 410, "invalid-token")


def test_a_large_body_is_refused(client: Client, page: str) -> None:
    """413."""
    refused(send(client, submit(page, code="1" * 70_000)), 413, "too-large")
    still_works(client, page)


def test_another_type_of_body_is_refused(client: Client, page: str) -> None:
    """415."""
    response = client.post("/wf/", {"wfs": page})
    refused(response, 415, "unsupported-media-type")
    still_works(client, page)


def test_a_key_with_other_input_is_refused(client: Client) -> None:
    """422, and the first flow is where it was."""
    first = send(client, {"wfid": "rest/verify", "input": {"formData": {"name": "Ada"}}}, **KEY).json()
    refused(send(client, {"wfid": "rest/verify", "input": {"formData": {"name": "Bo"}}}, **KEY), 422, "key-reused")
    still_works(client, first["wfs"])


def test_a_reached_limit_is_told_with_the_time_to_wait(client: Client) -> None:
    """429; what was refused costs the page nothing."""
    wfs = send(client, {"wfid": "tests/wide"}).json()["wfs"]
    for _ in range(3):
        wfs = send(client, submit(wfs, count=13)).json()["wfs"]
    response = send(client, submit(wfs, count=13))
    refused(response, 429, "limit")
    assert 0 < int(response["Retry-After"]) <= 60
    assert send(client, submit(wfs, count=1)).json()["status"] == "form"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_another_method_is_refused(client: Client, method: str) -> None:
    """405, and nothing of it is cached."""
    response = getattr(client, method)("/wf/")
    assert (response.status_code, response["Cache-Control"]) == (405, "no-store")
