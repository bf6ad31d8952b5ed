"""A TCP proxy that cuts connections, as a bad network does."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

__all__ = ["Cut", "CuttingProxy", "cutting_proxy"]

Cut = Literal["request", "answer", "half"]
"""Where the connection ends: before the request gets through, before the answer does, or within the answer."""


class CuttingProxy(socketserver.ThreadingTCPServer):
    """Pass one request of each connection on, and cut as many connections as ``cuts`` lists."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = target
        self.cuts: list[Cut | None] = []
        """What becomes of the next requests; None and all that follow get through."""

        self.requests: list[bytes] = []
        """What came through and what did not, in the order that it came."""

    @property
    def url(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Connection(socketserver.BaseRequestHandler):
    server: CuttingProxy
    request: socket.socket

    def handle(self) -> None:
        asked = self._read_request()
        if not asked:
            return
        self.server.requests.append(asked)
        cut = self.server.cuts.pop(0) if self.server.cuts else None
        if cut == "request":
            return
        answer = self._ask(asked)
        if cut == "half":
            self.request.sendall(answer[: len(answer) // 2])
        elif cut is None:
            self.request.sendall(answer)

    def _read_request(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (part := self.request.recv(65536)):
                return b""
            data += part
        head, _blank, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self.request.recv(65536)
        # One request for each connection: the server ends it with its answer.
        return re.sub(rb"(?i)connection: keep-alive", b"Connection: close", head) + b"\r\n\r\n" + body

    def _ask(self, asked: bytes) -> bytes:
        with socket.create_connection(self.server.target) as upstream:
            upstream.sendall(asked)
            return b"".join(iter(lambda: upstream.recv(65536), b""))


@contextmanager
def cutting_proxy(host: str, port: int) -> Iterator[CuttingProxy]:
    """Run a proxy before a server."""
    with CuttingProxy((host, port)) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()
