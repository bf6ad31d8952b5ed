"""Speak HTTP for the ledger: JSON in, JSON out, and nothing in a log."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from project.payment_server.ledger import Ledger, Reply

__all__ = ["Handler"]

LARGEST = 4096
"""How many bytes a request may have."""

SLOW = 3.0
"""How many seconds a slow answer takes."""


class Handler(BaseHTTPRequestHandler):
    """Answer ``/tokens``, ``/charges`` and ``/charges/<id>/refund``."""

    ledger: ClassVar[Ledger]
    timeout = 20

    def do_GET(self) -> None:
        """List the charges, by ``?reference=`` those of one."""
        address = urlsplit(self.path)
        if address.path != "/charges":
            self._send(Reply(404, {"error": "not-found"}))
            return
        reference = parse_qs(address.query).get("reference", [""])[0]
        self._send(Reply(200, {"charges": self.ledger.charges(reference)}))

    def do_POST(self) -> None:
        """Make a token, a charge or a refund."""
        try:
            reply = self._posted(self.path.strip("/").split("/"), self._body(), self.headers["Idempotency-Key"] or "")
        except (KeyError, ValueError):
            reply = Reply(400, {"error": "malformed"})
        if reply.late:
            time.sleep(SLOW)
        self._send(reply)

    def _posted(self, path: list[str], body: dict[str, str], key: str) -> Reply:
        if path == ["tokens"]:
            return self.ledger.token(body["number"])
        if not key:
            return Reply(400, {"error": "no-key"})
        match path:
            case ["charges"]:
                return self.ledger.charge(key, body["token"], body["amount"], body["reference"])
            case ["charges", charge, "refund"]:
                return self.ledger.refund(key, charge)
        return Reply(404, {"error": "not-found"})

    def _body(self) -> dict[str, str]:
        """Read an object whose values are texts; raises ValueError."""
        length = int(self.headers["Content-Length"] or 0)
        if not 0 <= length <= LARGEST:
            raise ValueError
        body = json.loads(self.rfile.read(length) or b"{}")
        if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
            raise ValueError
        return body

    def _send(self, reply: Reply) -> None:
        data = json.dumps(reply.data).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name in http.server
        """Say nothing: what would be said are addresses and times of payments."""
