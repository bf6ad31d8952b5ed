"""What is sent again, what is waited for, and what is given up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.client.recorded import END, LOST, Player, answer, fault, page
from wfapp.client import (
    BadAnswer,
    Busy,
    Fault,
    Gone,
    LimitReached,
    Malformed,
    NotAllowed,
    UnknownWorkflow,
    Unreachable,
)
from wfapp.client.wire import Reply

TOKEN = "database.secret-of-the-flow.1"
BAD_GATEWAY = Reply.read(502, {}, b"<html>Bad gateway</html>")


def test_a_lost_answer_is_asked_for_three_times_with_the_same_request() -> None:
    """With pauses that grow; the token and the key are those of the first."""
    client = Player(LOST, BAD_GATEWAY, LOST, page(1)).start()
    assert client.status == "form"
    assert client.pauses == pytest.approx([0.4, 1.2, 3.6])
    assert len(set(client.posts)) == 1
    assert len(client.posts[0].key) >= 22


def test_the_fourth_loss_is_told() -> None:
    """And the same request goes out once more when the caller asks for it."""
    client = Player(LOST, LOST, LOST, LOST, page(2), token=TOKEN)
    with pytest.raises(Unreachable) as raised:
        client.submit(code="492816")
    assert str(raised.value) == (
        "No answer came (ReadError). retry() sends the same request again; no step runs twice by it."
    )
    assert client.retry().status == "form"
    assert (len(client.posts), len(set(client.posts))) == (5, 1)


def test_a_gateway_is_told_as_what_it_is() -> None:
    """After the same retries."""
    client = Player(*[BAD_GATEWAY] * 4)
    with pytest.raises(Unreachable, match=r"^No answer came \(a gateway's 502\)"):
        client.start()
    assert len(client.pauses) == 3


def test_a_busy_flow_is_waited_for_as_long_as_the_server_says() -> None:
    """Then the same request goes out again."""
    client = Player(fault(409, "busy", "2"), fault(409, "busy"), END, token=TOKEN).submit(code="492816")
    assert (client.pauses, client.finished, len(set(client.posts))) == ([2.0, 1.0], True, True)


@pytest.mark.parametrize("code", ["limit", "throttled"])
def test_a_short_limit_is_waited_for(code: str) -> None:
    """REST framework's throttles say a fraction of a second."""
    client = Player(fault(429, code, "3.5"), END, token=TOKEN).submit(code="492816")
    assert (client.pauses, client.finished) == ([3.5], True)


def test_a_long_limit_is_raised_with_its_time() -> None:
    """Nothing is waited for in vain, and retry() repeats it."""
    client = Player(fault(429, "limit", "900"), END, token=TOKEN)
    with pytest.raises(LimitReached) as raised:
        client.submit(code="492816")
    assert (raised.value.retry_after, raised.value.code, raised.value.status) == (900, "limit", 429)
    assert str(raised.value) == (
        "As the server says. (429 limit) Wait for 900 seconds. retry() sends the same request again."
    )
    assert (client.pauses, client.retry().finished) == ([], True)


@pytest.mark.parametrize("retry_after", ["", "nan", "inf", "soon", "Wed, 99 Oct 2026 07:28:00 GMT"])
def test_a_limit_without_a_time_is_raised(retry_after: str) -> None:
    """Nobody can say how long to wait."""
    with pytest.raises(LimitReached) as raised:
        Player(fault(429, "limit", retry_after), token=TOKEN).submit(code="492816")
    assert raised.value.retry_after is None


def test_a_time_may_be_a_date() -> None:
    """A proxy's; one that has passed is no wait."""
    ago, ahead = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2099 07:28:00 GMT"
    client = Player(fault(429, "limit", ago), fault(429, "limit", ahead), token=TOKEN)
    with pytest.raises(LimitReached) as raised:
        client.look()
    assert client.pauses == [0.4]
    assert raised.value.retry_after is not None
    assert raised.value.retry_after > 10**9


def test_patience_is_for_all_pauses_of_a_request() -> None:
    """Here two of four seconds are within ten, the third is not."""
    client = Player(*[fault(409, "busy", "4")] * 3, token=TOKEN)
    with pytest.raises(Busy):
        client.submit(code="492816")
    assert client.pauses == [4.0, 4.0]


def test_a_server_that_says_at_once_is_not_asked_for_ever() -> None:
    """Each pause takes of the patience."""
    client = Player(*[fault(409, "busy", "-5")] * 6, token=TOKEN, patience=2)
    with pytest.raises(Busy):
        client.submit(code="492816")
    assert client.pauses == [0.4] * 5


@pytest.mark.parametrize("reply", [LOST, BAD_GATEWAY, fault(409, "busy", "1"), fault(429, "limit", "1")])
def test_no_patience_waits_for_nothing(reply: Any) -> None:
    """One request, one answer or exception."""
    client = Player(reply, patience=0, token=TOKEN)
    with pytest.raises((Unreachable, Fault)):
        client.look()
    assert (client.pauses, len(client.posts)) == ([], 1)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "malformed", Malformed),
        (401, "not-authenticated", NotAllowed),
        (403, "permission", NotAllowed),
        (404, "unknown-workflow", UnknownWorkflow),
        (404, "not-found", Fault),
        (405, "method-not-allowed", Fault),
        (410, "invalid-token", Gone),
        (413, "too-large", Fault),
        (422, "key-reused", Fault),
        (503, "maintenance", Fault),
    ],
)
def test_each_refusal_has_its_exception(status: int, code: str, expected: type[Fault]) -> None:
    """Those that need no word of their own are plain faults; a refusal is never sent again by itself."""
    client = Player(fault(status, code), token=TOKEN)
    with pytest.raises(Fault) as raised:
        client.look()
    assert (type(raised.value), raised.value.status, raised.value.code) == (expected, status, code)
    assert raised.value.message == "As the server says."
    assert client.token == TOKEN


@pytest.mark.parametrize(
    "reply",
    [
        Reply.read(200, {}, b""),
        Reply.read(200, {}, b"<html>Welcome</html>"),
        Reply.read(200, {}, b"[]"),
        Reply.read(200, {}, b"[" * 10**6),
        Reply.read(200, {}, b"\xff{}"),
        answer({}),
        answer({"status": 7}),
        answer({"status": "form"}),
        answer(page(1), 418),
        answer({key: value for key, value in page(1).items() if key != "status"}),
        answer({"status": "form", "inputRequired": []}),
        answer({"status": "form", "inputRequired": {"payload": {}}}),
        answer({"status": "form", "inputRequired": {**page(1)["inputRequired"], "context": None}}),
        answer({**page(1), "wfs": {"flow": "k7Qp", "revision": 1}}),
        answer({**page(1), "messages": "Sent."}),
        answer({"status": "pending", "pending": {"progress": 0.4}, "wfs": TOKEN}),
        answer({"status": "pending", "pending": {"step": "work"}, "retryAfterMs": "soon"}),
        answer({"status": "pending", "pending": True}),
        answer({"error": "no"}, 403),
        answer({"error": {"code": 1, "message": "no"}}, 403),
    ],
)
def test_what_is_no_answer_of_wfapp_is_told(reply: Reply) -> None:
    """Whatever it is, a client says one readable thing."""
    with pytest.raises(BadAnswer) as raised:
        Player(reply).start()
    assert str(raised.value) == (
        f"The answer, with the status {reply.status}, is none of wfapp's: give the address of the endpoint itself, such"
        ' as "https://example.com/wf/", with its last slash.'
    )


def test_what_leads_elsewhere_is_not_followed() -> None:
    """A token goes to the endpoint alone."""
    with pytest.raises(BadAnswer, match=r"^The answer leads elsewhere \(301\), and no token goes there: give"):
        Player(Reply.read(301, {"Location": "https://evil.example/"}, b"")).start()


def test_a_server_that_fails_is_asked_again_by_hand() -> None:
    """An error of the server's is no gateway that is restarted: three more tries would be three more errors."""
    client = Player(Reply.read(500, {}, b"<h1>Server Error (500)</h1>"), END, token=TOKEN)
    with pytest.raises(BadAnswer) as raised:
        client.look()
    assert str(raised.value) == "The server failed with the status 500. retry() sends the same request again."
    assert (client.pauses, client.retry().finished) == ([], True)
