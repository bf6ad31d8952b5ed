"""Where a client stands: what the last answer said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from wfapp.client.merging import merge
from wfapp.client.values import is_file
from wfapp.client.wire import Device, Json, Message, Payload, Pending, View

__all__ = ["Exchange", "State"]


@dataclass(slots=True, kw_only=True)
class Exchange:
    """Hold a request as it was sent, so that it can be sent again, and what its answer means for the form."""

    verb: str
    content: bytes = field(repr=False)
    key: str = field(repr=False, default="")
    submits: bool = False
    sends: bool = False
    """Whether the server has got what stands in the form."""

    moves: bool = False
    """Whether its action shows another page, even where that has the same form."""

    refreshes: bool = False
    """Whether nothing is validated: what stands there of errors and messages stays."""

    later: Json | None = field(repr=False, default=None)
    """For a start that goes alone: the answer to its first page, to be sent once that is there."""

    fallback: Exchange | None = None
    """For a start with a key: what to send where the workflow keeps no record that could know it."""


class State:
    """Hold what the server said last; verbs change it, callers read it."""

    def __init__(self) -> None:
        self.token: str | None = None
        """What opens the flow for whoever has it; None before the start and after the end."""

        self.status = ""
        """One of form, start, landing, waiting, pending, finished, aborted; empty before the first answer."""

        self.payload: Payload | None = None
        self.view: View = {}
        self.form_data: Json = {}
        """What the form starts with, and what was given to it while it is the same form."""

        self.context: Json = {}
        """The keys of the flow's context that the page passes."""

        self.errors: dict[str, str] = {}
        """One text for each path, such as ``lines.1.qty``; ``__form`` is the whole."""

        self.messages: list[Message] = []
        self.pending: Pending | None = None
        self.device: Device | None = None
        self.data: Json = {}
        """What a finished flow tells."""

        self.reason = ""
        """Why a flow was aborted."""

        self.response: Json | None = None
        """The last answer, as it came."""

    @property
    def finished(self) -> bool:
        """Tell whether the flow has ended, aborted ones included."""
        return self.status in {"finished", "aborted"}

    @property
    def merged(self) -> Payload | None:
        """Give the payload with the view laid over it."""
        return None if self.payload is None else merge(self.payload, cast(Mapping[str, Any], self.view))

    def supports_action(self, id: str) -> bool:
        """Tell whether the page offers an action, ``wf.back`` and ``wf.change.…`` included."""
        changes = [answers.get("change") for answers in self.view.get("answers", [])]
        return id in changes or any(action["id"] == id for action in self.view.get("actions", []))

    def _forget(self) -> None:
        """Stand before the start of a flow."""
        State.__init__(self)

    def _adopt(self, answer: Json, exchange: Exchange) -> None:
        """Stand where an answer says."""
        before = self.token
        required = answer.get("inputRequired")
        same = required is not None and _is_same(required["payload"], required["view"], self.payload, self.view)
        said = (self.messages, self.errors) if exchange.refreshes and same else None
        self.response = answer
        self.status = answer["status"]
        self.token = None if self.finished else answer.get("wfs") or answer.get("watch") or before
        self.messages = answer.get("messages", [])
        self.pending, self.device = answer.get("pending"), answer.get("device")
        self.data, self.reason = answer.get("data", {}), answer.get("reason", "")
        if required:
            # Only what ran nothing leaves the token as it was.
            self._take_page(required, exchange, same=same, ran=self.token != before)
        else:
            self.payload, self.view = None, answer.get("view", {})
            self.form_data, self.context, self.errors = {}, {}, {}
        if said is not None:
            self.messages, self.errors = said

    def _take_page(self, required: Json, exchange: Exchange, *, same: bool, ran: bool) -> None:
        payload, view = required["payload"], required["view"]
        self.context = {key: value for key, value in required["context"].items() if key != "errors"}
        self.errors = required["context"].get("errors", {})
        # What was accepted is done with, even where a loop asks for the same form once more.
        went_on = ran and (exchange.moves or (exchange.submits and not self.errors))
        typed = self.form_data if same and not went_on else {}
        self.payload, self.view = payload, view
        self.form_data = _kept(typed, view["initial"], {*self.errors} if exchange.sends else {*typed})


def _is_same(payload: Payload, view: View, payload_before: Payload | None, view_before: View) -> bool:
    if payload_before is None or view.get("step") != view_before.get("step"):
        return False
    return (payload["id"], payload["version"]) == (payload_before["id"], payload_before["version"])


def _kept(typed: Json, initial: Json, unsent: set[str]) -> Json:
    """Lay what was typed over the initial values; a file that the server has by now is not sent again."""
    there = {name for name, value in typed.items() if initial.get(name) and name not in unsent and _has_file(value)}
    return initial | {name: value for name, value in typed.items() if name not in there}


def _has_file(value: object) -> bool:
    return is_file(value) or (isinstance(value, list | tuple) and any(map(is_file, value)))
