"""A flow as a token: its state, sealed, travels with the client; the server keeps nothing but a mark in its cache.

What that can promise is best effort: where the cache is not shared, or forgets, a revision can be used twice. So
links, sign-in and durable steps are refused here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
from django.core.cache import BaseCache, caches
from django.db import router, transaction
from django.utils import timezone

from wfapp.conf import conf
from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State, decode_state, encode_state
from wfapp.errors import Busy, ContextTooLarge, InvalidToken
from wfapp.storage.base import Claim, FlowMoved, Report, Storage, get_storage
from wfapp.storage.database import model_of
from wfapp.storage.encoding import b64decode, b64encode
from wfapp.storage.sealing import seal, unseal
from wfapp.storage.tokens import Token
from wfapp.storage.transaction import first_transaction, pauses

__all__ = ["MAX_LENGTH", "PURPOSE", "TokenClaim", "TokenStorage"]

PURPOSE = "token"
MARK_PURPOSE = "token-mark"
MAX_LENGTH = {"cookie": 1_750, "body": 16_000}
"""How many characters a token may have, by its transport; a cookie holds a time and the storage's name beside it."""

_TAG = 6
_TRANSPORTS = {"b": "body", "c": "cookie"}
_RUNNING = "running"
_RUNNING_SECONDS = 60
_LONGEST_SECONDS = 30 * 24 * 60 * 60  # memcached takes a longer time for a date
_MOVED = "moved:"


class TokenClaim(Claim):
    """Hold one revision of a token by its mark."""

    def __init__(self, storage: TokenStorage, workflow: type[Workflow[Any]], state: State) -> None:
        self.storage: TokenStorage = storage
        self.state = state
        self.mark = ""
        self._workflow = workflow
        self._using = router.db_for_write(model_of(workflow))

    def store(self, state: State, report: Report) -> Token:
        self.mark = b64encode(seal(MARK_PURPOSE, encode_state(state), str(state.id)))
        return self.storage.issue(self._workflow, state)

    def move(self, target: Storage, state: State, report: Report) -> Token:
        self.mark = _MOVED + target.name
        return target.adopt(self._workflow, state, report)

    def discard(self) -> None:
        self.mark = ""

    def guarded(self) -> AbstractContextManager[None]:
        return transaction.atomic(using=self._using)


class TokenStorage(Storage):
    """Seal the state into the token."""

    name = "token"
    leaves_server = True

    def peek(self, token: Token) -> State:
        workflow, state = self._open(token)
        return self._newest(workflow, state, state.revision if token.revision is None else token.revision)

    @contextmanager
    def claim(self, token: Token, *, running: bool = False) -> Iterator[Claim]:
        workflow, state = self._open(token)
        revision = state.revision if token.revision is None else token.revision
        if revision != state.revision or state.ended:
            yield TokenClaim(self, workflow, self._newest(workflow, state, revision))
            return
        with self._marked(workflow, state) as claim:
            yield claim

    def current(self, token: Token, workflow: type[Workflow[Any]], state: State) -> Token:
        return token if token.revision == state.revision else self.issue(workflow, state)

    @contextmanager
    def begin(self, workflow: type[Workflow[Any]], state: State, idempotency_hash: str | None) -> Iterator[Claim]:
        with self._marked(workflow, state) as claim:
            yield claim

    def issue(self, workflow: type[Workflow[Any]], state: State) -> Token:
        """Seal a state into a token; raises ContextTooLarge where its transport cannot carry it.

        The last answer stays out of it while the flow is open: the mark has it.
        """
        if not state.ended:
            state = _without_last(state)
        transport = state.transport[0]
        binding = (workflow.name, self.name, state.transport)
        secret = _tag(workflow.name) + transport + b64encode(seal(PURPOSE, encode_state(state), *binding))
        if len(secret) > MAX_LENGTH[state.transport]:
            sizes = {
                "context": len(bytes(state.context)),
                "answers": len(encode_state(state)) - len(bytes(state.context)),
            }
            raise ContextTooLarge(
                f"The token of {workflow.name!r} has {len(secret)} characters, and the transport {state.transport!r} "
                f"carries "
                f"{MAX_LENGTH[state.transport]} (context {sizes['context']}, the rest {sizes['answers']} bytes); keep "
                f"less, or move "
                f"the flow with store_in('database')."
            )
        return Token(self.name, secret, state.revision)

    def _open(self, token: Token) -> tuple[type[Workflow[Any]], State]:
        tag, transport, sealed = token.secret[:_TAG], token.secret[_TAG : _TAG + 1], token.secret[_TAG + 1 :]
        workflow = next((workflow for workflow in registry if _tag(workflow.name) == tag), None)
        if workflow is None or transport not in _TRANSPORTS:
            raise InvalidToken
        binding = (workflow.name, self.name, _TRANSPORTS[transport])
        return workflow, decode_state(unseal(PURPOSE, b64decode(sealed), *binding))

    def _newest(self, workflow: type[Workflow[Any]], state: State, revision: int) -> State:
        """Follow the marks from a revision to the newest state that the cache knows."""
        if revision > state.revision:
            raise InvalidToken
        newest = state
        while (mark := _cache().get(_key(state, revision))) is not None and mark != _RUNNING:
            # A mark that cannot be read is one all the same: the revision is spent, and the token invalid.
            newest = self._unmarked(workflow, state, mark, revision)
            revision = newest.revision
        return newest

    def _unmarked(self, workflow: type[Workflow[Any]], state: State, mark: str, revision: int) -> State:
        if mark.startswith(_MOVED):
            raise FlowMoved(get_storage(mark.removeprefix(_MOVED)).token_of(workflow, state.seed, revision))
        return decode_state(unseal(MARK_PURPOSE, b64decode(mark), str(state.id)))

    @contextmanager
    def _marked(self, workflow: type[Workflow[Any]], state: State) -> Iterator[TokenClaim]:
        key, cache = _key(state, state.revision), _cache()
        for _ in pauses():
            if cache.add(key, _RUNNING, _RUNNING_SECONDS):
                break
            newest = self._newest(workflow, state, state.revision)
            if newest.revision != state.revision:
                yield TokenClaim(self, workflow, newest)
                return
        else:
            raise Busy
        claim = TokenClaim(self, workflow, state)
        try:
            # A step writes to the database here too, and an exception undoes that.
            with first_transaction(claim._using):
                yield claim
        except BaseException:
            cache.delete(key)
            raise
        if claim.mark:
            left = (state.dies - timezone.now()) // timedelta(seconds=1)
            cache.set(key, claim.mark, min(max(1, left), _LONGEST_SECONDS))
        else:
            cache.delete(key)


def _without_last(state: State) -> State:
    return msgspec.structs.replace(state, last=None)


def _cache() -> BaseCache:
    return caches[conf.CACHE]


def _key(state: State, revision: int) -> str:
    return f"wfapp:{state.id}:{revision}"


@cache
def _tag(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_TAG]
