"""Webhooks, signed as the Standard Webhooks specification 1.0.0 says."""

from __future__ import annotations

import base64
import binascii
import hmac
import http.client
import ssl
import time
import uuid
from urllib.parse import urlsplit

from django.conf import settings

from wfapp.conf import conf
from wfapp.errors import DeliveryError, PermanentFailure
from wfapp.links.channels import Channel, Letter
from wfapp.links.site import is_origin, origin_of

__all__ = ["ANY", "TIMEOUT", "WebhookChannel", "key_problem", "keys_of", "signature"]

ANY = "*"
"""In ``WFAPP["WEBHOOK_KEYS"]``: every origin with TLS that has no keys of its own."""

TIMEOUT = 20
"""How many seconds the other side may keep silent."""

PREFIX = "whsec_"
_GONE = 410


class WebhookChannel(Channel):
    """Post JSON; any 2xx is a success, redirects are not followed."""

    name = "webhook"

    def send(self, letter: Letter) -> None:
        status = self.post(letter.to, letter.text.encode(), self.headers(letter))
        if status == _GONE:
            raise PermanentFailure(status)
        if not 200 <= status < 300:
            raise DeliveryError(status)

    def headers(self, letter: Letter) -> dict[str, str]:
        """Sign a message as of now: a receiver refuses an old timestamp."""
        now = str(int(time.time()))
        signed = [signature(key, letter.message_id, now, letter.text.encode()) for key in keys_of(letter.to)]
        return {
            "Content-Type": "application/json",
            "User-Agent": "wfapp",
            "webhook-id": letter.message_id,
            "webhook-timestamp": now,
            "webhook-signature": " ".join(signed),
        }

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Post and give the status of the answer, whose body is not read."""
        parts = urlsplit(url)
        host = str(parts.hostname)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=context)
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def clean_recipient(self, to: str) -> str:
        keys_of(to)
        return to

    def message_id(self, pk: uuid.UUID) -> str:
        return f"msg_{pk.hex}"


def keys_of(url: str) -> list[bytes]:
    """Give the keys that sign what goes to a URL, newest first; raises ValueError where nothing may go there."""
    origin = origin_of(url)
    secrets = conf.WEBHOOK_KEYS.get(origin)
    if secrets is None and (origin.startswith("https:") or settings.DEBUG):
        secrets = conf.WEBHOOK_KEYS.get(ANY)
    if not secrets:
        raise ValueError(f"{origin} is no origin of WFAPP['WEBHOOK_KEYS']")
    return [_key(secret) for secret in secrets]


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Sign as ``v1``: HMAC-SHA256 over id, time and body, joined by dots."""
    mac = hmac.digest(key, b".".join((message_id.encode(), timestamp.encode(), body)), "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"


def key_problem(origin: object, secrets: object) -> str:
    """Say what is wrong with one entry of ``WFAPP["WEBHOOK_KEYS"]``, without any secret; empty where nothing is."""
    if origin != ANY and not is_origin(origin):
        return f"{origin!r} is no origin, such as 'https://hooks.example'"
    if not isinstance(secrets, list | tuple) or not secrets:
        return f"{origin!r} has no list of secrets"
    for index, secret in enumerate(secrets):
        try:
            fits = 24 <= len(_key(secret)) <= 64
        except (ValueError, TypeError, AttributeError):
            fits = False
        if not fits:
            return f"secret {index} of {origin!r} is not {PREFIX!r} and 24 to 64 random bytes in base64"
    return ""


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise ValueError("no secret of a webhook")
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("no secret of a webhook") from None
