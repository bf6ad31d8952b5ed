"""The verbs of a client, written once for both drivers: each asks for requests and pauses, and takes the answer."""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from wfapp.client.asking import Moves, ask, refusal_of
from wfapp.client.errors import ClientError, NoFlow, Stale, StillPending
from wfapp.client.state import Exchange, State
from wfapp.client.values import to_wire
from wfapp.client.wire import Json, Lost, Pause, Reply

__all__ = ["Data", "Verbs"]

Data = Mapping[str, Any]

Done = TypeVar("Done")
P = ParamSpec("P")

logger = logging.getLogger("wfapp.client")

SHORTEST = 0.1
"""Seconds between two looks at pending work, whatever a server says."""

_MOVES = re.compile(r"wf\.(back$|change\.)")
_WORD = re.compile(r"[A-Za-z-]{1,40}")


def _verb(moves: Callable[Concatenate[Verbs[Done], P], Moves]) -> Callable[Concatenate[Verbs[Done], P], Done]:
    """Make a verb of what it asks for."""

    @wraps(moves)
    def run(self: Verbs[Done], /, *args: P.args, **kwargs: P.kwargs) -> Done:
        begun = moves(self, *args, **kwargs)
        # A report of an error shows the variables of its frames: what was typed is not among those of this package.
        del args, kwargs
        return self._run(begun)

    return run


class Verbs(State, Generic[Done]):
    """Play a workflow; what carries the verbs out says what they give back."""

    def __init__(
        self, name: str | None, *, params: Data | None, next: str | None, token: str | None, patience: float
    ) -> None:
        super().__init__()
        if name is None and token is None:
            raise ValueError("Give the name of a workflow to start, the token of a flow to go on with, or both.")
        self.name = name
        self.patience = patience
        self.token = token
        self._params, self._next = params, next
        self._keyless = False
        self._last: Exchange | None = None
        self._alone = _OneVerb()

    def __repr__(self) -> str:
        stands = " ".join(filter(None, (self.status, self.view.get("step")))) or "not started"
        return f"<{type(self).__name__} {self.name or 'by its token'}: {stands}>"

    @abstractmethod
    def _run(self, moves: Moves) -> Done:
        """Carry out what a verb asks for."""

    @_verb
    def start(self, data: Data | None = None, /, **values: Any) -> Moves:
        """Start a flow; data are the answer to its first form."""
        yield from self._start("start", _given(data, values))

    @_verb
    def restart(self) -> Moves:
        """Start again from the first page, with the same params and next, and without the old token."""
        yield from self._start("restart", None)

    @_verb
    def submit(self, data: Data | None = None, /, **values: Any) -> Moves:
        """Answer the page with exactly these data, or with ``form_data``; on a landing page, open the link."""
        given = _given(data, values)
        yield from self._send("submit", {"formData": self.form_data if given is None else given}, submits=True)

    @_verb
    def action(self, id: str, data: Data | None = None, /, **values: Any) -> Moves:
        """Press a button; without data, one that takes the fields, or of a page that is live, gets ``form_data``."""
        given = _given(data, values)
        takes = any(one["id"] == id and one["withData"] for one in self.view.get("actions", []))
        # A page that depends on what is typed is drawn from it, whatever is pressed.
        if given is None and (takes or self.view.get("live")):
            given = self.form_data
        yield from self._act(id, given)

    @_verb
    def refresh(self, data: Data | None = None, /, **values: Any) -> Moves:
        """Evaluate the dynamic parts of the page with these data, or with ``form_data``; nothing runs."""
        given = _given(data, values)
        typed = self.form_data if given is None else given
        yield from self._send("refresh", {"action": "wf.refresh", "formData": typed}, refreshes=True)

    @_verb
    def back(self) -> Moves:
        """Go back to the previous page, which has its answers in ``form_data``."""
        yield from self._act("wf.back", None)

    @_verb
    def cancel(self) -> Moves:
        """End the flow."""
        yield from self._act("wf.cancel", None)

    @_verb
    def look(self) -> Moves:
        """Look where the flow stands; nothing runs."""
        yield from self._send("look", None)

    @_verb
    def retry(self) -> Moves:
        """Send the last request again, unchanged: what was lost runs, what had run is answered as before."""
        if self._last is None:
            raise NoFlow("There is nothing to send again: the last request is done with. Use another verb.")
        yield from self._play(self._last)

    @_verb
    def wait(self, timeout: float = 60) -> Moves:
        """Look again, at the server's pace, until it works no more; raises StillPending after ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while self.pending is not None:
            left = end - time.monotonic()
            if left <= 0:
                raise StillPending(self.pending["step"], self.pending.get("progress"))
            pace = (self.response or {}).get("retryAfterMs", 1000) / 1000
            yield Pause(min(max(pace, SHORTEST), left))
            yield from self._send("wait", None)

    def _act(self, id: str, data: Json | None) -> Moves:
        given = {"action": id} if data is None else {"action": id, "formData": data}
        yield from self._send("action", given, moves=bool(_MOVES.match(id)))

    def _send(
        self, verb: str, given: Json | None, *, submits: bool = False, moves: bool = False, refreshes: bool = False
    ) -> Moves:
        if self.token is None:
            over = "This flow has ended: restart()" if self.finished else "There is no flow yet: start()"
            raise NoFlow(f"{over} begins one.")
        body = {"wfs": self.token} if given is None else {"wfs": self.token, "input": given}
        sends = given is not None and "formData" in given
        content = _encoded(body)
        exchange = Exchange(
            verb=verb, content=content, submits=submits, sends=sends and not refreshes, moves=moves, refreshes=refreshes
        )
        self.form_data = given["formData"] if given is not None and sends else self.form_data
        yield from self._play(exchange)

    def _start(self, verb: str, data: Json | None) -> Moves:
        if self.name is None:
            raise NoFlow("A client that was made with a token alone starts nothing: give the name of a workflow, too.")
        body = {"wfid": self.name, "params": self._params, "next": self._next}
        body = {key: value for key, value in body.items() if value is not None}
        # Without a key a start may run twice. So there it goes alone, and the answer follows with a token, which is as
        # good as a key.
        alone = Exchange(verb=verb, content=_encoded(body), later=data)
        answered = body if data is None else {**body, "input": {"formData": data}}
        keyed = Exchange(verb=verb, content=_encoded(answered), key=secrets.token_urlsafe(24), fallback=alone)
        self._forget()
        yield from self._play(alone if self._keyless else keyed)

    def _play(self, exchange: Exchange) -> Moves:
        """Play one round, and stand where its answer says; raises what is no answer."""
        self._last = exchange
        began = time.monotonic()
        reply = yield from ask(exchange, self.patience)
        self._log(exchange, reply, time.monotonic() - began)
        if isinstance(reply, Reply) and reply.code == "no-key" and exchange.fallback is not None:
            self._keyless = True
            yield from self._play(exchange.fallback)
            return
        error = refusal_of(reply)
        if isinstance(reply, Reply) and reply.answer is not None and (error is None or isinstance(error, Stale)):
            # Of a stale request nothing was read: what was typed belongs to the page that is shown now.
            self._adopt(reply.answer, Exchange(verb=exchange.verb, content=b"") if error else exchange)
        if self.finished or isinstance(error, Stale):
            # There is nothing to send again, and no reason to keep what was typed.
            self._last = None
        if error is not None:
            raise error
        if exchange.later is not None and self.status == "form":
            yield from self._send(exchange.verb, {"formData": exchange.later}, submits=True)

    def _log(self, exchange: Exchange, reply: Reply | Lost, seconds: float) -> None:
        told = reply.reason if isinstance(reply, Lost) else reply.code or (reply.body or {}).get("status", "-")
        status = 0 if isinstance(reply, Lost) else reply.status
        # What is no word of the wire may be anything, such as what was sent.
        told = told if _WORD.fullmatch(str(told)) else "-"
        logger.debug("%s of %s: %s (%d), %.3f s", exchange.verb, self.name or "a flow", told, status, seconds)


class _OneVerb:
    """Refuse a verb while another one of the same client is on: it would answer a page that is being answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ClientError("Another verb of this client is on: let it end, or make a client for each flow.")

    def __exit__(self, *error: object) -> None:
        self._lock.release()


def _given(data: Data | None, values: Data) -> Json | None:
    return None if data is None and not values else {**(data or {}), **values}


def _encoded(body: Json) -> bytes:
    return json.dumps(to_wire(body, "The request"), ensure_ascii=False, separators=(",", ":")).encode()
