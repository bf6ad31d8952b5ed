"""Serve payments on this machine; the first line that is printed is the address."""

from __future__ import annotations

import argparse
from http.server import ThreadingHTTPServer
from pathlib import Path

from project.payment_server.handler import Handler
from project.payment_server.ledger import Ledger


class Server(ThreadingHTTPServer):
    """Let go of whoever did not wait for an answer."""

    daemon_threads = True

    def handle_error(self, *_connection: object) -> None:
        """Say nothing of a connection that was cut: a shop with no patience left is no fault here."""


def main() -> None:
    """Read the options, and serve until somebody ends the process."""
    parser = argparse.ArgumentParser(prog="python -m project.payment_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--ledger", type=Path, default=Path("var/payments.sqlite3"), help="an SQLite file")
    options = parser.parse_args()
    options.ledger.parent.mkdir(parents=True, exist_ok=True)
    Handler.ledger = Ledger(options.ledger)
    with Server(("127.0.0.1", options.port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201  whoever started it reads it
        server.serve_forever()


if __name__ == "__main__":
    main()
