"""A flow as a row: the token is a random handle, the row keeps its hash and the sealed state."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.apps import apps
from django.db import DatabaseError, IntegrityError, router, transaction
from django.utils import timezone

from wfapp.conf import conf
from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import Last, State, ended
from wfapp.errors import Busy, InvalidToken
from wfapp.models import ENDED, OPEN, RUNNING, AbstractFlow, Status, model_by_tag, table_tag
from wfapp.storage import statements
from wfapp.storage.base import Claim, FlowActs, FlowExists, FlowWatched, Note, Report, Storage
from wfapp.storage.clock import time_of
from wfapp.storage.columns import columns_of, ending_of, open_state, seal_state
from wfapp.storage.encoding import b64encode
from wfapp.storage.events import Happened, record
from wfapp.storage.sealing import derive_handle, hash_handle
from wfapp.storage.tokens import Token
from wfapp.storage.transaction import first_transaction, is_locked, pauses, round_transaction

__all__ = [
    "ANSWER_LIFETIME",
    "DatabaseClaim",
    "DatabaseStorage",
    "answers_until",
    "model_of",
]

ANSWER_LIFETIME = timedelta(minutes=10)
"""How long the answer of the last round is repeated after the end."""

_TAG = 4
Row = tuple[Any, ...]
_COLUMNS = ("id", "state", "answer", "status", "stop")


def model_of(workflow: type[Workflow[Any]]) -> type[AbstractFlow]:
    """Give the model of a workflow's rows."""
    model: type[AbstractFlow] = apps.get_model(workflow.flow_model)
    return model


class DatabaseClaim(Claim):
    """Hold a row under its lock."""

    def __init__(
        self,
        storage: DatabaseStorage,
        model: type[AbstractFlow],
        state: State,
        secret: str,
        *,
        running: bool = False,
        stop: str = "",
    ) -> None:
        self.storage = storage
        self.state = state
        self.running = running
        self.stop = stop
        self._model = model
        self._using = router.db_for_write(model)
        self._secret = secret
        self._handles: dict[str, str | None] = {}

    def store(self, state: State, report: Report) -> Token:
        values = {**columns_of(self._model, state, report), **self._handles}
        if self.stop and not state.over:
            # Whatever a round makes of a flow whose end was asked for, that follows.
            values |= {"stop": self.stop, "due_at": values["due_at"] or time_of(self._using)}
        happened = Happened(self._model, state.id, state.workflow, state.revision, report)
        unheard = happened.unheard
        statements.update(self._model, self._using, state.id, values, unheard)
        if unheard is None:
            happened.record()
        return Token(self.storage.name, self._secret, state.revision)

    def ask_to_stop(self, status: str, reason: str = "") -> None:
        asked = f"{status} {reason}".rstrip()
        self._model._base_manager.using(self._using).filter(pk=self.state.id, stop="").update(stop=asked)

    def guarded(self) -> AbstractContextManager[None]:
        return transaction.atomic(using=self._using)

    def hand_over(self, handle: str) -> None:
        row = self._model._base_manager.using(self._using).filter(pk=self.state.id)
        watching = row.values_list("handle_hash", flat=True).get()
        self._handles = {"watch_hash": watching, "handle_hash": hash_handle(handle)}
        self._secret = handle

    def discard(self) -> None:
        self._model._base_manager.using(self._using).filter(pk=self.state.id).delete()


class DatabaseStorage(Storage):
    """Keep each flow as a row of the workflow's ``flow_model``."""

    name = "database"
    single_use = counts_attempts = holds_files = keeps_history = listable = hands_over = acts = True

    def peek(self, token: Token) -> State:
        model, handle = model_by_tag(token.secret[:_TAG]), hash_handle(token.secret)
        try:
            return self._read(model, handle_hash=handle)
        except InvalidToken:
            self._watch(model, handle)
            raise

    @contextmanager
    def claim(self, token: Token, *, running: bool = False) -> Iterator[Claim]:
        model, handle = model_by_tag(token.secret[:_TAG]), hash_handle(token.secret)
        try:
            stack, row = self._lock(model, running=running, handle_hash=handle)
        except InvalidToken:
            self._watch(model, handle)
            raise
        with stack:
            yield self._held(model, row, token.secret, running=running)

    def _watch(self, model: type[AbstractFlow], handle: str) -> None:
        """Raise FlowWatched where a handle only watches."""
        try:
            state = self._read(model, watch_hash=handle)
        except InvalidToken:
            return
        raise FlowWatched(state)

    @contextmanager
    def claim_row(
        self, model: type[AbstractFlow], pk: uuid.UUID, *, durable: bool = True, running: bool = False
    ) -> Iterator[Claim]:
        """Claim a flow by its row; raises InvalidToken or Busy. One that runs no step need not be ``durable``.

        The row knows its handle by the hash alone, so what the claim stores has a token without a secret.
        """
        stack, row = self._lock(model, durable=durable, running=running, id=pk)
        with stack:
            yield self._held(model, row, "", running=running)

    def _held(self, model: type[AbstractFlow], row: Row, secret: str, *, running: bool) -> DatabaseClaim:
        running = running and _runs(model, row)
        return DatabaseClaim(self, model, _opened(model, row), secret, running=running, stop=row[4])

    def _lock(
        self, model: type[AbstractFlow], *, durable: bool = True, running: bool = False, **lookup: Any
    ) -> tuple[ExitStack, Row]:
        """Begin a transaction and lock the one row of a unique column in it; the caller leaves the stack.

        Raises InvalidToken or Busy.
        The row is locked first and compared second: what is read before the lock may be old when it is held.
        """
        using = router.db_for_write(model)
        for _ in pauses():
            try:
                with ExitStack() as stack:
                    stack.enter_context(round_transaction(using, durable=durable))
                    row = statements.lock(model, using, _COLUMNS, **lookup)
                    if row is None:
                        raise InvalidToken
                    # A step that runs holds no lock on the row, so that it can be told to stop; it is waited for alike.
                    if running or not _runs(model, row):
                        return stack.pop_all(), row
            except DatabaseError as error:
                if not is_locked(error):
                    raise
        raise Busy

    def current(self, token: Token, workflow: type[Workflow[Any]], state: State) -> Token:
        return token.at(state.revision)

    @contextmanager
    def begin(self, workflow: type[Workflow[Any]], state: State, idempotency_hash: str | None) -> Iterator[Claim]:
        model = model_of(workflow)
        token = self.token_of(workflow, state.seed, state.revision)
        with first_transaction(router.db_for_write(model)):
            _insert(model, state, token, idempotency_hash=idempotency_hash, status="paused")
            yield DatabaseClaim(self, model, state, token.secret)

    def adopt(self, workflow: type[Workflow[Any]], state: State, report: Report) -> Token:
        model = model_of(workflow)
        token = self.token_of(workflow, state.seed, state.revision)
        _insert(model, state, token, **columns_of(model, state, report))
        record(model, state.id, state.workflow, state.revision, report)
        return token

    def token_of(self, workflow: type[Workflow[Any]], seed: bytes, revision: int) -> Token:
        return Token(self.name, table_tag(model_of(workflow)) + derive_handle(seed), revision)

    def read(self, model: type[AbstractFlow], pk: uuid.UUID) -> State:
        """Read the state of a row without claiming it; raises InvalidToken."""
        return self._read(model, id=pk)

    def _read(self, model: type[AbstractFlow], **lookup: Any) -> State:
        # Not from a replica: it may not know yet of the round that sent the browser here.
        return _opened(model, statements.read(model, router.db_for_write(model), _COLUMNS, **lookup))

    def end(
        self,
        model: type[AbstractFlow],
        pk: uuid.UUID,
        *,
        status: str,
        user_id: Any,
        reason: str = "",
        among: Sequence[Status] = OPEN,
    ) -> bool:
        """End a flow from outside; False where it is not ``among`` these. Raises FlowActs, InvalidToken or Busy.

        A cancelled flow answers its tokens so; an expired one, or one that cannot be read, answers nothing.
        """
        # No step runs, so whatever the site does around it, such as ATOMIC_REQUESTS in its admin, may go with it.
        stack, row = self._lock(model, durable=False, id=pk)
        now = timezone.now()
        with stack:
            if row[3] not in among:
                return False
            _refuse_acting(model, row)
            flow = model._base_manager.using(router.db_for_write(model)).get(pk=pk)
            values: dict[str, Any] = {
                "status": status,
                "updated_at": now,
                "updated_by_id": user_id,
                **ending_of(model, flow.workflow, now, now + ANSWER_LIFETIME),
                **self._farewell(model, row, status, reason),
            }
            model._base_manager.using(router.db_for_write(model)).filter(pk=pk).update(**values)
            report = Report(status=status, user_id=user_id, notes=[Note(status, flow.step, reason)])
            record(model, pk, flow.workflow, flow.revision, report)
        return True

    def _farewell(self, model: type[AbstractFlow], row: Row, status: str, reason: str) -> dict[str, Any]:
        """Give the sealed columns of a flow that is ended from outside, and until when they answer."""
        nothing = {"state": b"", "answer": b"", "answer_until": None}
        if status == "expired":
            return nothing
        try:
            state = _opened(model, row)
        except InvalidToken:
            return nothing
        last = Last(digest="", end={"status": "aborted", "reason": status})
        over = ended(msgspec.structs.replace(state, last=last, reason=reason), answers_until(state))
        return {**seal_state(model, over), "answer_until": over.expires}

    def is_running(self, model: type[AbstractFlow], pk: uuid.UUID) -> bool:
        """Tell whether steps of a flow run at this moment, or wait to go on."""
        rows = model._base_manager.using(router.db_for_write(model)).filter(pk=pk)
        return rows.filter(status__in=RUNNING).exists()

    def reissue(
        self, model: type[AbstractFlow], pk: uuid.UUID, *, transport: str, allow: Callable[[State], bool]
    ) -> tuple[Token, State]:
        """Give a flow a new handle, so that an older one opens nothing any more; raises InvalidToken or Busy.

        ``allow`` looks at the state under the lock, and raises to leave all as it is: a link may have handed the flow
        to somebody else just now. It tells whether the caller gets the flow, or a handle that watches alone. The state
        is what it was then: another caller may take the handle away at once.

        A flow whose step runs for longer than a round waits gets one too, where its ``transport`` stays the same:
        whoever runs it stores the state that they have.
        """
        try:
            stack, row = self._lock(model, id=pk)
        except Busy:
            stack, row = self._lock(model, running=True, id=pk)
        secret = table_tag(model) + b64encode(secrets.token_bytes(32))
        values: dict[str, Any] = {"watch_hash": hash_handle(secret)}
        with stack:
            state = _opened(model, row)
            running = _runs(model, row)
            if running and state.transport != transport:
                raise Busy
            taken = msgspec.structs.replace(state, transport=transport)
            if allow(taken):
                state = taken
                values = {"handle_hash": hash_handle(secret), **({} if running else seal_state(model, state))}
            rows = model._base_manager.using(router.db_for_write(model)).filter(pk=state.id)
            rows.update(updated_at=timezone.now(), **values)
        return Token(self.name, secret, state.revision), state


def _refuse_acting(model: type[AbstractFlow], row: Row) -> None:
    """Raise FlowActs where there is something to undo; what cannot be read, nobody can undo."""
    try:
        state = _opened(model, row)
    except InvalidToken:
        return
    if state.run is not None or state.acted:
        raise FlowActs


def answers_until(state: State) -> datetime:
    """Tell until when the answer of a flow that ends now is repeated: that of a key as long as its row is there."""
    # The workflow may be gone.
    own = registry.get(state.workflow).retention if state.workflow in registry.names() else None
    kept: timedelta = (own or conf.RETENTION) if state.fingerprint else ANSWER_LIFETIME
    return timezone.now() + kept


def _runs(model: type[AbstractFlow], row: Row) -> bool:
    """Tell whether somebody runs a step of a flow, or waits to try it again."""
    if row[3] != Status.PENDING:
        return False
    using = router.db_for_write(model)
    return model._base_manager.using(using).filter(pk=row[0], due_at__gt=time_of(using)).exists()


def _opened(model: type[AbstractFlow], row: Row | None) -> State:
    if row is None:
        raise InvalidToken
    pk, state, answer, status, _stop = row
    opened = open_state(model, model._meta.pk.to_python(pk), state, answer)
    if opened.ended is not (status in ENDED):
        raise InvalidToken
    return opened


def _insert(model: type[AbstractFlow], state: State, token: Token, /, **values: Any) -> None:
    base = {
        "id": state.id,
        "workflow": state.workflow,
        "handle_hash": hash_handle(token.secret),
        "binding_hash": state.binding,
        "created_at": state.started,
        "updated_at": state.started,
        "expires_at": state.expires,
        "created_by_id": state.created_by,
    }
    try:
        model._base_manager.using(router.db_for_write(model)).create(**{**base, **values})
    except IntegrityError as error:
        raise FlowExists(token.at(max(0, state.revision - 1))) from error
    except DatabaseError as error:
        # Whoever inserts the same key has not committed yet, and the database waits for no longer.
        if not is_locked(error):
            raise
        raise Busy from error
