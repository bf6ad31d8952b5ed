"""Nothing that a client can send to the REST endpoint is an error of the site."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.rest_samples import JSON, send

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.rest_samples")]


@pytest.fixture(autouse=True)
def alice() -> User:
    """Make the user who signs in."""
    return User.objects.create_user("alice")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
fields = st.dictionaries(st.sampled_from(["name", "code", "note", "__form", "x"]), json_values)
actions = (
    st.sampled_from(["", "resend", "give_up", "wf.refresh", "wf.back", "wf.cancel", "who", "__init__"]) | st.text()
)
inputs = st.fixed_dictionaries({}, optional={"formData": fields | json_values, "action": actions | json_values})
headers = st.dictionaries(
    st.sampled_from(["Cookie", "Idempotency-Key", "X-Forwarded-For", "Authorization", "Accept", "Accept-Language"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
)
hostile = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@hostile
@given(body=st.binary(max_size=200) | json_values.map(json.dumps).map(str.encode))
def test_no_body_is_an_error_of_the_site(body: bytes) -> None:
    """Arbitrary bytes and arbitrary JSON get a refusal."""
    assert Client().generic("POST", "/wf/", body, CONTENT_TYPE=JSON).status_code in {400, 404}


@hostile
@given(data=inputs | json_values, page=st.integers(0, 1), sent=headers)
def test_no_input_is_an_error_of_the_site(data: object, page: int, sent: dict[str, str]) -> None:
    """On either page, whatever is submitted or pressed, with whatever headers."""
    client = Client()
    first = {"wfid": "rest/verify"} | ({"input": {"formData": {"name": "alice"}}} if page else {})
    wfs = send(client, first).json()["wfs"]
    assert send(client, {"wfs": wfs, "input": data}, **sent).status_code < 500


@hostile
@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "wfid": st.sampled_from(["rest/verify", "rest/sealed", "rest/order", "rest/internal"]) | json_values,
            "wfs": st.from_regex(r"(database|token|x)\.[A-Za-z0-9_-]{0,60}\.[0-9]{1,12}") | json_values,
            "params": st.dictionaries(st.sampled_from(["cart", "x"]), json_values) | json_values,
            "transport": st.sampled_from(["body", "cookie"]) | json_values,
            "input": inputs | json_values,
        },
    ),
    sent=headers,
)
def test_no_request_is_an_error_of_the_site(body: object, sent: dict[str, str]) -> None:
    """Every combination of the known keys, with right and wrong values."""
    assert send(Client(), body, **sent).status_code < 500
