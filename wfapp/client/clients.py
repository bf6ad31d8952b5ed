"""The two clients: what carries the verbs out, at once or to be awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import closing
from typing import Any, Self

import httpx

from wfapp.client.asking import Moves
from wfapp.client.errors import ClientError
from wfapp.client.exchange import TIMEOUT, checked_address, lost, read, request_for, token_of
from wfapp.client.verbs import Data, Verbs
from wfapp.client.wire import Lost, Post, Reply

__all__ = ["AsyncWorkflowClient", "WorkflowClient"]


class WorkflowClient(Verbs["WorkflowClient"]):
    """Walk through a workflow of the site whose endpoint is ``url``; ``name`` is the workflow's.

    ``params`` and ``next`` go into its start. ``token`` goes on with a flow, or opens a link by its whole address.
    ``patience`` is how many seconds a request may wait in all before it raises. ``http`` is a client of yours, which
    stays open.
    """

    def __init__(
        self,
        url: str,
        name: str | None = None,
        *,
        params: Data | None = None,
        next: str | None = None,
        token: str | None = None,
        patience: float = 10,
        csrf_cookie: str = "csrftoken",
        http: httpx.Client | None = None,
    ) -> None:
        super().__init__(name, params=params, next=next, token=token_of(token), patience=patience)
        self._csrf_cookie, self._owns = csrf_cookie, http is None
        self._http = httpx.Client(timeout=TIMEOUT) if http is None else http
        self._url = checked_address(self._http, url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless they are those of a client that was given."""
        if self._owns:
            self._http.close()

    def _run(self, moves: Moves) -> WorkflowClient:
        try:
            with self._alone, closing(moves):
                self._drive(moves)
        except (ClientError, OSError) as error:
            # The frames below hold what was sent, and a report of an error may show their variables.
            raise error.with_traceback(None) from None
        return self

    def _drive(self, moves: Moves) -> None:
        came: Reply | Lost | None = None
        while True:
            try:
                wanted = moves.send(came)
            except StopIteration:
                return
            came = None
            if isinstance(wanted, Post):
                came = self._post(wanted)
            else:
                time.sleep(wanted.seconds)

    def _post(self, post: Post) -> Reply | Lost:
        request = request_for(self._http, self._url, post, self._csrf_cookie)
        try:
            return read(self._http.send(request, follow_redirects=False))
        except httpx.RequestError as error:
            return lost(error)


class AsyncWorkflowClient(Verbs[Coroutine[Any, Any, "AsyncWorkflowClient"]]):
    """Walk as ``WorkflowClient`` does, on an ``httpx.AsyncClient`` under asyncio: each verb is awaited."""

    def __init__(
        self,
        url: str,
        name: str | None = None,
        *,
        params: Data | None = None,
        next: str | None = None,
        token: str | None = None,
        patience: float = 10,
        csrf_cookie: str = "csrftoken",
        http: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(name, params=params, next=next, token=token_of(token), patience=patience)
        self._csrf_cookie, self._owns = csrf_cookie, http is None
        self._http = httpx.AsyncClient(timeout=TIMEOUT) if http is None else http
        self._url = checked_address(self._http, url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they are those of a client that was given."""
        if self._owns:
            await self._http.aclose()

    async def _run(self, moves: Moves) -> AsyncWorkflowClient:
        try:
            with self._alone, closing(moves):
                await self._drive(moves)
        except (ClientError, OSError) as error:
            # The frames below hold what was sent, and a report of an error may show their variables.
            raise error.with_traceback(None) from None
        return self

    async def _drive(self, moves: Moves) -> None:
        came: Reply | Lost | None = None
        while True:
            try:
                wanted = moves.send(came)
            except StopIteration:
                return
            came = None
            if isinstance(wanted, Post):
                came = await self._post(wanted)
            else:
                await asyncio.sleep(wanted.seconds)

    async def _post(self, post: Post) -> Reply | Lost:
        request = request_for(self._http, self._url, post, self._csrf_cookie)
        try:
            return read(await self._http.send(request, follow_redirects=False))
        except httpx.RequestError as error:
            return lost(error)
