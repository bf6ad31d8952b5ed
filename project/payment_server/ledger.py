"""The books of the payment server: tokens that stand for cards, charges, and the answer to each idempotency key."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from project.payment_server.cards import behaviour_of

__all__ = ["Ledger", "Reply"]

TABLES = """
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, card TEXT, behaviour TEXT, key TEXT);
CREATE TABLE IF NOT EXISTS charges (id TEXT PRIMARY KEY, key TEXT UNIQUE, amount TEXT, card TEXT, reference TEXT,
    refund TEXT);
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, input TEXT, requests INTEGER, status INTEGER, answer TEXT);
"""
CHARGES = """
SELECT charges.id, charges.key, amount, card, reference, refund, requests FROM charges JOIN keys USING (key)
ORDER BY charges.rowid
"""

CREATED, DECLINED, UNKNOWN, OTHER_INPUT, BROKEN = 201, 402, 404, 422, 500
"""Statuses of HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Say what is answered."""

    status: int
    data: dict[str, Any]
    late: bool = False
    """Whether the line is slow: what was asked for is done by now, and the answer takes its time."""


class Ledger:
    """Keep the books in an SQLite file. Of a card's number it keeps the last four digits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as books:
            books.executescript(TABLES)

    def token(self, number: str) -> Reply:
        """Give what stands for a card, for one charge."""
        token, card = f"tok_{secrets.token_urlsafe(24)}", number[-4:]
        with self._open() as books:
            books.execute("INSERT INTO tokens VALUES (?, ?, ?, NULL)", (token, card, behaviour_of(number)))
        return Reply(CREATED, {"token": token, "card": card})

    def charge(self, key: str, token: str, amount: str, reference: str) -> Reply:
        """Charge a card once per key; a token serves one key alone."""

        def charge(books: sqlite3.Connection, requests: int) -> Reply:
            # The first key that comes with a token has it; what is repeated comes with the same one.
            books.execute("UPDATE tokens SET key = ? WHERE token = ? AND key IS NULL", (key, token))
            found = books.execute("SELECT card, behaviour FROM tokens WHERE token = ? AND key = ?", (token, key))
            card, behaviour = found.fetchone() or ("", "")
            if not card:
                return Reply(UNKNOWN, {"error": "unknown-token"})
            if behaviour == "declined":
                return Reply(DECLINED, {"error": "declined"})
            if behaviour == "failing" and requests == 1:
                return Reply(BROKEN, {"error": "try-again"})
            pk = f"pay_{secrets.token_hex(10)}"
            books.execute("INSERT INTO charges VALUES (?, ?, ?, ?, ?, NULL)", (pk, key, amount, card, reference))
            return Reply(CREATED, {"id": pk, "amount": amount, "card": card}, late=behaviour == "slow")

        return self._once(key, ["charge", token, amount, reference], charge)

    def refund(self, key: str, charge: str) -> Reply:
        """Give a charge back, once whatever the keys."""

        def refund(books: sqlite3.Connection, _requests: int) -> Reply:
            books.execute("UPDATE charges SET refund = ? WHERE id = ? AND refund IS NULL", (key, charge))
            found = books.execute("SELECT refund FROM charges WHERE id = ?", (charge,)).fetchone()
            return Reply(CREATED, {"id": charge}) if found else Reply(UNKNOWN, {"error": "unknown-charge"})

        return self._once(key, ["refund", charge], refund)

    def charges(self, reference: str = "") -> list[dict[str, Any]]:
        """List the charges, all or those of one reference, with the key of each and how often it was asked for."""
        with self._open() as books:
            books.row_factory = sqlite3.Row
            rows = [dict(row) for row in books.execute(CHARGES)]
        return [row for row in rows if not reference or row["reference"] == reference]

    def _once(self, key: str, input: list[str], act: Callable[[sqlite3.Connection, int], Reply]) -> Reply:
        """Act, or give the answer that this key and input got before; an error of the server is no answer."""
        given = json.dumps(input)
        with self._open() as books:
            first = "INSERT INTO keys VALUES (?, ?, 1, 0, '') ON CONFLICT DO UPDATE SET requests = requests + 1"
            books.execute(first, (key, given))
            found = books.execute("SELECT input, requests, status, answer FROM keys WHERE key = ?", (key,))
            known, requests, status, answer = found.fetchone()
            if known != given:
                return Reply(OTHER_INPUT, {"error": "key-reused"})
            if status:
                return Reply(status, json.loads(answer))
            reply = act(books, requests)
            if reply.status != BROKEN:
                books.execute(
                    "UPDATE keys SET status = ?, answer = ? WHERE key = ?", (reply.status, json.dumps(reply.data), key)
                )
            return reply

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Hold the books alone, and commit at the end."""
        with closing(sqlite3.connect(self._path, timeout=20, isolation_level=None)) as books:
            books.execute("BEGIN IMMEDIATE")
            yield books
            if books.in_transaction:
                books.execute("COMMIT")
