"""A storage in memory: for tests, and the shortest example of a storage."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from django.db import transaction

from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State, decode_state, encode_state
from wfapp.errors import Busy, InvalidToken
from wfapp.storage.base import Claim, FlowExists, Report, Storage
from wfapp.storage.sealing import derive_handle
from wfapp.storage.tokens import Token
from wfapp.storage.transaction import PATIENCE

__all__ = ["MemoryClaim", "MemoryStorage"]


class MemoryClaim(Claim):
    """Hold a flow in memory under its lock."""

    def __init__(self, storage: MemoryStorage, state: State, secret: str) -> None:
        self.storage: MemoryStorage = storage
        self.state = state
        self._secret = secret

    def store(self, state: State, report: Report) -> Token:
        self.storage.flows[self._secret] = encode_state(state)
        return Token(self.storage.name, self._secret, state.revision)

    def guarded(self) -> AbstractContextManager[None]:
        return transaction.atomic()

    def discard(self) -> None:
        self.storage.flows.pop(self._secret, None)


class MemoryStorage(Storage):
    """Keep flows in this process, for tests: ``WFAPP = {"STORAGES": {"memory": "wfapp.testing.MemoryStorage"}}``.

    It promises what the database storage does, as far as one process goes, and it is the shortest example of a storage.
    """

    name = "memory"
    single_use = counts_attempts = keeps_history = True
    flows: ClassVar[dict[str, bytes]] = {}
    _locks: ClassVar[defaultdict[str, threading.Lock]] = defaultdict(threading.Lock)

    def peek(self, token: Token) -> State:
        try:
            return decode_state(self.flows[token.secret])
        except KeyError:
            raise InvalidToken from None

    @contextmanager
    def claim(self, token: Token, *, running: bool = False) -> Iterator[Claim]:
        with self._alone(token.secret):
            yield MemoryClaim(self, self.peek(token), token.secret)

    def current(self, token: Token, workflow: type[Workflow[Any]], state: State) -> Token:
        return token.at(state.revision)

    @contextmanager
    def begin(self, workflow: type[Workflow[Any]], state: State, idempotency_hash: str | None) -> Iterator[Claim]:
        token = self.token_of(workflow, state.seed, 0)
        with self._alone(token.secret):
            if token.secret in self.flows:
                raise FlowExists(token)
            yield MemoryClaim(self, state, token.secret)

    def adopt(self, workflow: type[Workflow[Any]], state: State, report: Report) -> Token:
        token = self.token_of(workflow, state.seed, state.revision)
        if token.secret in self.flows:
            raise FlowExists(token.at(state.revision - 1))
        self.flows[token.secret] = encode_state(state)
        return token

    def token_of(self, workflow: type[Workflow[Any]], seed: bytes, revision: int) -> Token:
        return Token(self.name, derive_handle(seed), revision)

    @contextmanager
    def _alone(self, secret: str) -> Iterator[None]:
        """Hold a flow's lock and a transaction; put the flow back as it was where the round raises."""
        lock = self._locks[secret]
        if not lock.acquire(timeout=PATIENCE):
            raise Busy
        before = self.flows.get(secret)
        try:
            with transaction.atomic(durable=True):
                yield
        except BaseException:
            if before is None:
                self.flows.pop(secret, None)
            else:
                self.flows[secret] = before
            raise
        finally:
            lock.release()
