"""Answers as the demo site gave them, and a client that plays against a list of such."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from wfapp.client.asking import Moves
from wfapp.client.verbs import Verbs
from wfapp.client.wire import Lost, Pause, Post, Reply

__all__ = ["END", "LOST", "Player", "answer", "fault", "page"]

LOST = Lost("ReadError")

END = {"status": "finished", "finished": True, "data": {"email": "bob@example.com"}}

_PAGE = {
    "status": "form",
    "inputRequired": {
        "transport": "http",
        "payload": {
            "id": "accounts.CodeForm",
            "version": "b1946ac9",
            "schema": {
                "type": "object",
                "required": ["code"],
                "properties": {"code": {"type": "string", "title": "Code", "minLength": 6, "maxLength": 6}},
            },
            "ui": {"ui:order": ["code"], "code": {"ui:autocomplete": "one-time-code"}},
        },
        "view": {
            "step": "verify",
            "title": "Enter the code sent to bob@example.com",
            "description": "",
            "submit": {"text": "Verify code"},
            "actions": [
                {"id": "resend", "label": "Resend to bob@example.com", "withData": False, "remaining": 5},
                {"id": "save_draft", "label": "Save draft", "withData": True},
            ],
            "fields": {},
            "initial": {},
            "progress": {"current": 1, "steps": [{"id": "verify", "label": "Enter the code", "state": "current"}]},
            "live": False,
        },
        "context": {"email": "bob@example.com"},
    },
}


def page(
    revision: int,
    *,
    errors: dict[str, str] | None = None,
    id: str = "",
    version: str = "",
    step: str = "",
    initial: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Give the page that asks for a code, or one that differs from it by what is said."""
    body: dict[str, Any] = {**deepcopy(_PAGE), "wfs": f"database.secret-of-the-flow.{revision}", **more}
    required = body["inputRequired"]
    required["context"] |= {"errors": errors} if errors else {}
    required["payload"]["id"] = id or required["payload"]["id"]
    required["payload"]["version"] = version or required["payload"]["version"]
    required["view"] |= {"initial": initial or {}, "step": step or "verify"}
    return body


def answer(body: dict[str, Any], status: int = 200, retry_after: str = "") -> Reply:
    """Make the reply of a body."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Reply.read(status, headers, json.dumps(body).encode())


def fault(status: int, code: str, retry_after: str = "", beside: dict[str, Any] | None = None) -> Reply:
    """Make the reply of a refusal, with ``beside`` next to the error."""
    return answer({"error": {"code": code, "message": "As the server says."}, **(beside or {})}, status, retry_after)


class Player(Verbs["Player"]):
    """Answer from a list, and note what was sent and how long was waited, without a socket or a clock."""

    def __init__(self, *replies: Reply | Lost | dict[str, Any], **options: Any) -> None:
        super().__init__(
            options.get("name", "auth/login"),
            params=options.get("params"),
            next=options.get("next"),
            token=options.get("token"),
            patience=options.get("patience", 10),
        )
        self.replies = [answer(reply) if isinstance(reply, dict) else reply for reply in replies]
        self.posts: list[Post] = []
        self.pauses: list[float] = []

    @property
    def bodies(self) -> list[Any]:
        """Read what was sent."""
        return [json.loads(post.content) for post in self.posts]

    def _run(self, moves: Moves) -> Player:
        came: Reply | Lost | None = None
        while True:
            try:
                wanted = moves.send(came)
            except StopIteration:
                return self
            came = None
            if isinstance(wanted, Pause):
                self.pauses.append(wanted.seconds)
            else:
                self.posts.append(wanted)
                came = self.replies.pop(0)
