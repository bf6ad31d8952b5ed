"""A payment server, a process of its own: it charges once per idempotency key, and remembers all that was asked of it.

Run it with the path of its SQLite file; it prints its port. ``Payments`` is the hand of a test, and of its workers.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Asked", "Payments"]

TABLES = """
CREATE TABLE asked (kind TEXT, orders TEXT, key TEXT);
CREATE TABLE booked (id INTEGER PRIMARY KEY, kind TEXT, orders TEXT, key TEXT UNIQUE);
"""


class Asked(NamedTuple):
    """Count what the server saw of one order and one kind: requests, keys in them, and bookings."""

    requests: int
    keys: int
    booked: int


class Payments:
    """Speak to the server, and read its books."""

    def __init__(self, file: Path) -> None:
        self.file = file
        command = [sys.executable, "-m", "tests.crash.payments", str(file)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def book(self, kind: str, order: str, key: str) -> int:
        """Charge or refund an order, and give the number of the booking."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("POST", f"/{kind}", json.dumps({"order": order}), {"Idempotency-Key": key})
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            return int(json.load(answer)["id"])

    def asked(self, kind: str, order: str) -> Asked:
        """Tell what came of an order."""
        wanted = (kind, order)
        with closing(sqlite3.connect(self.file)) as books:
            requests, keys = books.execute(
                "SELECT COUNT(*), COUNT(DISTINCT key) FROM asked WHERE kind = ? AND orders = ?", wanted
            ).fetchone()
            booked = books.execute("SELECT COUNT(*) FROM booked WHERE kind = ? AND orders = ?", wanted).fetchone()[0]
        return Asked(requests, keys, booked)

    def count(self, kind: str) -> int:
        """Count all bookings of a kind."""
        with closing(sqlite3.connect(self.file)) as books:
            return int(books.execute("SELECT COUNT(*) FROM booked WHERE kind = ?", (kind,)).fetchone()[0])

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.communicate()


class Teller(BaseHTTPRequestHandler):
    """Answer one request; a key that came before gets the first answer."""

    books: sqlite3.Connection
    lock = threading.Lock()

    def do_POST(self) -> None:
        kind, key = self.path.strip("/"), self.headers["Idempotency-Key"]
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["order"]
        with self.lock, self.books:
            self.books.execute("INSERT INTO asked VALUES (?, ?, ?)", (kind, order, key))
            self.books.execute("INSERT OR IGNORE INTO booked VALUES (NULL, ?, ?, ?)", (kind, order, key))
            found = self.books.execute("SELECT id FROM booked WHERE key = ?", (key,)).fetchone()[0]
        body = json.dumps({"id": found}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Counter(ThreadingHTTPServer):
    """Take many at once."""

    request_queue_size = 128
    daemon_threads = True


def main(file: str) -> None:
    """Serve until the end of the process."""
    Teller.books = sqlite3.connect(file, check_same_thread=False)
    Teller.books.execute("PRAGMA journal_mode = WAL")
    Teller.books.executescript(TABLES)
    server = Counter(("127.0.0.1", 0), Teller)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
