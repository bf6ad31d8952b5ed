"""Webhooks as the Standard Webhooks specification says, to a server that answers as told."""

from __future__ import annotations

import base64
import hmac
import http.server
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.links.conftest import KEY
from wfapp.errors import DeliveryError, PermanentFailure
from wfapp.links.channels import Letter
from wfapp.links.webhooks import WebhookChannel, key_problem, keys_of, signature

BODY = '{"type":"code.typed"}'


class Receiver(http.server.BaseHTTPRequestHandler):
    """Note what came, and answer with the status in the path."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers, body))  # type: ignore[attr-defined]
        self.send_response(int(self.path.rpartition("/")[2][:3]))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def received(settings: Any) -> Iterator[list[Any]]:
    """Serve on a port of its own, which the settings list; give what came."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.received = []  # type: ignore[attr-defined]
        origin = f"http://127.0.0.1:{server.server_port}"
        settings.WFAPP = {**settings.WFAPP, "WEBHOOK_KEYS": {origin: [KEY, KEY.lower().replace("whsec_", "whsec_")]}}
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.received  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def letter(settings: Any, path: str) -> Letter:
    [origin] = settings.WFAPP["WEBHOOK_KEYS"]
    return Letter(id=uuid.UUID(int=7), message_id="msg_7", purpose="code.typed", to=f"{origin}{path}", text=BODY)


def test_a_webhook_is_signed_with_every_key(settings: Any, received: list[Any]) -> None:
    """A receiver finds the one that it has."""
    WebhookChannel().send(letter(settings, "/in?key=1/200"))
    [(path, headers, body)] = received
    assert (path, body.decode(), headers["Content-Type"]) == ("/in?key=1/200", BODY, "application/json")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{BODY}".encode()
    expected = [
        "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        for key in keys_of(letter(settings, "/").to)
    ]
    assert headers["webhook-signature"].split() == expected
    assert len(set(expected)) == 2


def test_a_signature_is_the_one_of_the_specification() -> None:
    """Its own example: the key, id, time and body that its libraries test with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_2xx_is_a_success(settings: Any, received: list[Any], status: int) -> None:
    """The answer is not read."""
    WebhookChannel().send(letter(settings, f"/{status}"))


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again(settings: Any, received: list[Any], status: int) -> None:
    """A redirect is not followed."""
    with pytest.raises(DeliveryError, match=f"^{status}$") as caught:
        WebhookChannel().send(letter(settings, f"/{status}"))
    assert not isinstance(caught.value, PermanentFailure)
    assert len(received) == 1


def test_gone_is_gone(settings: Any, received: list[Any]) -> None:
    """410 is how a receiver signs off."""
    with pytest.raises(PermanentFailure, match=r"^410$"):
        WebhookChannel().send(letter(settings, "/410"))


def test_a_webhook_has_an_id_without_a_dot() -> None:
    """A dot is what joins the parts that are signed."""
    assert WebhookChannel().message_id(uuid.UUID(int=7)) == f"msg_{uuid.UUID(int=7).hex}"


@pytest.mark.parametrize(
    ("keys", "url", "allowed"),
    [
        ({"*": [KEY]}, "https://any.example/", True),
        ({"*": [KEY]}, "http://any.example/", False),
        ({"http://any.example": [KEY]}, "http://any.example/", True),
        ({"https://any.example": [KEY]}, "https://ANY.example:443/", True),
        ({}, "https://any.example/", False),
    ],
)
def test_an_origin_is_listed(settings: Any, keys: Any, url: str, allowed: bool) -> None:
    """Or any with TLS, where the site says so."""
    settings.WFAPP = {"WEBHOOK_KEYS": keys}
    if allowed:
        assert len(keys_of(url)) == 1
    else:
        with pytest.raises(ValueError, match="is no origin of"):
            keys_of(url)


@pytest.mark.parametrize(
    ("origin", "secrets", "problem"),
    [
        ("https://hooks.example", [KEY], ""),
        ("*", [KEY], ""),
        ("https://hooks.example/", [KEY], "'https://hooks.example/' is no origin, such as 'https://hooks.example'"),
        ("https://hooks.example", [], "'https://hooks.example' has no list of secrets"),
        ("https://hooks.example", KEY, "'https://hooks.example' has no list of secrets"),
        ("*", ["whsec_c2hvcnQ="], "secret 0 of '*' is not 'whsec_' and 24 to 64 random bytes in base64"),
        ("*", [KEY, 3], "secret 1 of '*' is not 'whsec_' and 24 to 64 random bytes in base64"),
        ("*", ["whsec_$$$"], "secret 0 of '*' is not 'whsec_' and 24 to 64 random bytes in base64"),
    ],
)
def test_a_mistake_in_the_keys_is_named_without_them(origin: str, secrets: Any, problem: str) -> None:
    """No message holds a secret."""
    assert key_problem(origin, secrets) == problem
