"""What a client asks for."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from wfapp.errors import MalformedRequest
from wfapp.rest.requests import CookieToken, Resume, Start, parse_request
from wfapp.rounds.answer import Input

NOT_BOTH = "Send wfid to start a workflow or wfs to go on with a flow, not both."
ONE_OF = "Send wfid to start a workflow, or wfs to go on with a flow."
OF_A_START = "params, transport and next belong to a start: send them with wfid."
EMPTY_INPUT = "input needs formData, to submit a page, or the id of an action."


def parse(body: object, query: str = "", **headers: str) -> Start | Resume:
    """Parse a request with this body."""
    data = body if isinstance(body, str) else json.dumps(body)
    return parse_request(RequestFactory().post(f"/{query}", data, content_type="application/json", headers=headers))


def started(body: object, **headers: str) -> Start:
    """Parse a request that starts a workflow."""
    asked = parse(body, **headers)
    assert isinstance(asked, Start)
    return asked


def refusal(body: object, query: str = "", **headers: str) -> str:
    """Return the message that parsing this body raises."""
    with pytest.raises(MalformedRequest) as caught:
        parse(body, query, **headers)
    return str(caught.value)


def test_a_start_needs_the_name_of_a_workflow_alone() -> None:
    """The rest has defaults."""
    assert parse({"wfid": "auth/login"}) == Start(
        workflow="auth/login", params={}, transport="body", input=None, idempotency_key=""
    )


def test_a_start_may_say_everything() -> None:
    """Params, where the token travels and the end leads, the answer to the first form, and the key of this start."""
    answer = {"formData": {"x": [1]}}
    body = {"wfid": "a/b", "params": {"cart": 7}, "transport": "cookie", "next": "/n", "input": answer}
    assert parse(body, **{"Idempotency-Key": "k-1"}) == Start(
        workflow="a/b",
        params={"cart": 7},
        transport="cookie",
        input=Input(values={"x": [1]}),
        idempotency_key="k-1",
        next="/n",
    )


def test_a_flow_is_resumed_by_its_token() -> None:
    """Without input the current page is shown."""
    assert parse({"wfs": "database.x.2"}) == Resume(token="database.x.2", input=None)


def test_a_flow_is_resumed_by_its_cookie() -> None:
    """The object names the cookie and the revision that the client has seen."""
    asked = parse({"wfs": {"flow": "0a1b2c3d", "revision": 2}, "input": {"action": "save", "formData": {}}})
    assert asked == Resume(token=CookieToken("0a1b2c3d", 2), input=Input(action="save", values={}))
    assert asked.transport == "cookie"


def test_an_action_without_an_id_is_one_that_no_page_has() -> None:
    """The page refuses it in words, as every unknown one; it is no submission."""
    asked = parse({"wfs": "t", "input": {"action": "", "formData": {}}})
    assert asked.input == Input(action="wf.unnamed", values={})


def test_an_action_may_come_without_fields() -> None:
    """No fields are not the same as empty fields."""
    asked = parse({"wfs": "t", "input": {"action": "resend"}})
    assert asked.input == Input(action="resend", values=None)
    assert asked.transport == "body"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "Expected `object`, got `array`"),
        ("null", "Expected `object`, got `null`"),
        ({}, ONE_OF),
        ({"input": {"formData": {}}}, ONE_OF),
        ({"wfid": "a", "wfs": "b"}, NOT_BOTH),
        ({"wfs": "b", "params": {}}, OF_A_START),
        ({"wfs": "b", "transport": "body"}, OF_A_START),
        ({"wfid": "a", "input": {}}, EMPTY_INPUT),
        ({"wfs": "b", "next": "/"}, OF_A_START),
        ({"wfid": "a", "next": None}, "Expected `str`, got `null` - at `$.next`"),
        ({"wfid": 1}, "Expected `str`, got `int` - at `$.wfid`"),
        ({"wfid": None}, "Expected `str`, got `null` - at `$.wfid`"),
        ({"wfid": "a", "wfid2": 1}, "Object contains unknown field `wfid2`"),
        ({"wfid": "a", "params": []}, "Expected `object`, got `array` - at `$.params`"),
        ({"wfid": "a", "transport": "query"}, "Invalid enum value 'query' - at `$.transport`"),
        ({"wfid": "a", "input": []}, "Expected `object`, got `array` - at `$.input`"),
        ({"wfid": "a", "input": {"formData": None}}, "Expected `object`, got `null` - at `$.input.formData`"),
        ({"wfid": "a", "input": {"data": {}}}, "Object contains unknown field `data` - at `$.input`"),
        ({"wfs": 1}, "Expected `str | object`, got `int` - at `$.wfs`"),
        ({"wfs": {"flow": "x"}}, "Object missing required field `revision` - at `$.wfs`"),
        ({"wfs": {"flow": "x", "revision": -1}}, "Expected `int` >= 0 - at `$.wfs.revision`"),
        ({"wfs": {"flow": "x", "revision": 10**9}}, "Expected `int` <= 999999999 - at `$.wfs.revision`"),
        ({"wfs": {"flow": "x", "revision": "1"}}, "Expected `int`, got `str` - at `$.wfs.revision`"),
        ({"wfs": {"flow": "x", "revision": True}}, "Expected `int`, got `bool` - at `$.wfs.revision`"),
        ({"wfs": {"flow": "x", "revision": 1, "x": 1}}, "Object contains unknown field `x` - at `$.wfs`"),
    ],
)
def test_what_is_no_request_is_refused(body: object, message: str) -> None:
    """The refusal names what is wrong, in the client's own keys."""
    assert refusal(body) == message


def test_a_refusal_does_not_repeat_a_long_key() -> None:
    """An answer is no echo of the whole body."""
    assert len(refusal({"k" * 50_000: 1})) == 200


@pytest.mark.parametrize("body", [{"wfs": "a"}, {"wfid": "a"}])
def test_a_token_in_the_query_is_refused(body: object) -> None:
    """Addresses are logged; the query is for links alone."""
    assert refusal(body, "?wfs=database.x.2") == "A token belongs in the body: the query is for links."


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "a\x00", "k" * 256])
def test_a_malformed_idempotency_key_is_refused(key: str) -> None:
    """A key is printable ASCII."""
    assert refusal({"wfid": "a"}, **{"Idempotency-Key": key}) == (
        "An Idempotency-Key has 1 to 255 characters of ASCII, and no spaces."
    )


def test_an_idempotency_key_is_for_a_start() -> None:
    """A client may send one with every post: a round needs none, its token makes it happen once."""
    assert parse({"wfs": "t"}, **{"Idempotency-Key": " "}) == Resume(token="t", input=None)


fragments: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["a", "body", "cookie"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["flow", "revision", "formData", "action", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["wfid", "wfs", "params", "transport", "input", "x"]), fragments))
def test_any_object_is_a_request_or_a_fault(body: dict[str, Any]) -> None:
    """Every combination of the known keys parses or is refused."""
    with suppress(MalformedRequest):
        parse(body)
