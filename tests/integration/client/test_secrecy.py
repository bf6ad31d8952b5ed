"""Nothing that was typed, shown or held is told: by the log, a repr, an exception or its traceback."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

import wfapp.client
from tests.integration.client.conftest import URL
from tests.integration.client.cutting import cutting_proxy
from wfapp.client import ClientError, WorkflowClient, asking
from wfapp.links.outbox import deliver_due
from wfapp.testing import Outbox

OURS = wfapp.client.__path__[0]
SECRET = "a-value-that-nobody-else-may-see"


class Told:
    """Collect what was told, and search it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def hear(self, *things: object) -> None:
        """Keep how things show themselves."""
        self.texts += [f"{thing!r} {thing}" for thing in things]

    def catch(self, call: Callable[[], object]) -> ClientError:
        """Call what raises, and keep all that a report of the error would have of the client's own frames."""
        with pytest.raises(ClientError) as raised:
            call()
        error = raised.value
        assert (error.__cause__, error.__context__) == (None, None)
        self.hear(error, error.args, vars(error))
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in report.stack if frame.filename.startswith(OURS)]
        assert ours
        self.texts += [f"{frame.name} {frame.locals}" for frame in ours]
        return error

    def has(self, secret: str) -> list[str]:
        """List what tells a secret."""
        return [text for text in self.texts if secret in text]


def record_text(record: logging.LogRecord) -> str:
    """Give all that a handler could write of a record."""
    return f"{record.getMessage()} {json.dumps(vars(record), default=repr)}"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """Listen to every logger at its most talkative, but for what httpcore says of headers at DEBUG."""
    caplog.set_level(logging.INFO, "httpcore")
    caplog.set_level(logging.DEBUG)
    return Told()


def test_a_walk_tells_nothing(
    live_server: Any, outbox: Outbox, told: Told, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a network that is cut now and then, with refusals, to its end: tokens, codes, passwords, keys, addresses."""
    monkeypatch.setattr(asking, "BACKOFF", 0.01)
    secrets = {"harbour-violin-38", "no-such-password-77", "bob@example.com", SECRET}
    with cutting_proxy(live_server.thread.host, live_server.thread.port) as proxy:
        with WorkflowClient(f"{proxy.url}/wf/", "auth/login", next=f"/{SECRET}/") as client:

            def note() -> None:
                secrets.update({client.token or SECRET, client._last.key or SECRET} if client._last else ())
                told.hear(client, client._last)

            client.start()
            note()
            proxy.cuts = ["answer"]
            client.submit(username="bob", password="no-such-password-77")
            note()
            proxy.cuts = ["answer"] * 4
            told.catch(lambda: client.submit(username="bob", password="harbour-violin-38"))
            client.retry()
            note()
            deliver_due()
            code = outbox[-1].code()
            secrets.add(code)
            told.catch(lambda: client.submit(code=code, extra=[SECRET, object()]))
            client.submit(code=code)
            note()
            assert client.finished
        # No address has anything but the endpoint in it.
        assert {request.partition(b"\r\n")[0] for request in proxy.requests} == {b"POST /wf/ HTTP/1.1"}
    told.texts += map(record_text, caplog.records)
    assert len(secrets) >= 8  # two tokens among them, and a code
    assert [text for text in told.texts if "submit of auth/login: form (200)" in text]
    assert {secret: told.has(secret) for secret in secrets if told.has(secret)} == {}


def test_no_refusal_tells_anything(
    http: httpx.Client, told: Told, caplog: pytest.LogCaptureFixture, live_server: Any
) -> None:
    """Each exception, with its report, and with the variables of the frames that are the client's own."""
    data = {"name": SECRET}
    token = f"database.{SECRET}.4"
    hello = WorkflowClient(URL, "demo/hello", http=http).start()
    other = WorkflowClient(URL, token=hello.token, http=http).submit(name="Ada")
    with socket.socket() as taken, ExitStack() as stack:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/wf/"
        unheard = stack.enter_context(WorkflowClient(nobody, "demo/hello", patience=0))
        lost = stack.enter_context(WorkflowClient(f"{live_server.url}/wf", "demo/hello"))
        errors = [
            told.catch(lambda: hello.submit(data)),
            told.catch(lambda: WorkflowClient(URL, token=token, http=http).submit(data)),
            told.catch(lambda: WorkflowClient(URL, "demo/hello", params={"name": SECRET}, http=http).start(data)),
            told.catch(lambda: WorkflowClient(URL, "auth/invite", http=http).start(data)),
            told.catch(lambda: WorkflowClient(URL, "no/such", http=http).start(**data)),
            told.catch(lambda: WorkflowClient(URL, "demo/hello", http=http).submit(data)),
            told.catch(lambda: unheard.start(data)),
            told.catch(lambda: lost.start(data)),
            told.catch(lambda: other.submit(name=SECRET + "\ud800")),
        ]
    names = ["Stale", "Gone", "Malformed", "NotAllowed", "UnknownWorkflow", "NoFlow"]
    assert [type(error).__name__ for error in errors] == [*names, "Unreachable", "BadAnswer", "BadValue"]
    told.texts += map(record_text, caplog.records)
    assert told.has(SECRET) == []
