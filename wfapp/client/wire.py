"""What goes over the wire: the JSON of answers by its types, and one request and reply without httpx."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NotRequired, TypedDict

__all__ = ["Action", "Device", "Json", "Lost", "Message", "Pause", "Payload", "Pending", "Post", "Reply", "View"]

Json = dict[str, Any]


class Payload(TypedDict):
    """Describe a form: the same ``version``, the same form."""

    id: str
    version: str
    schema: Json
    ui: Json


class Action(TypedDict):
    """Describe a button beside the submit button."""

    id: str
    label: str
    withData: bool
    availableAt: NotRequired[str]
    remaining: NotRequired[int]


class View(TypedDict, total=False):
    """Describe what an answer evaluated anew; a page that waits has ``title`` and ``actions`` alone."""

    step: str
    title: str
    description: str
    submit: dict[str, str]
    actions: list[Action]
    fields: dict[str, Json | None]
    order: list[str]
    initial: Json
    progress: Json
    live: bool
    answers: list[Json]


class Message(TypedDict):
    """Hold a text for people; ``level`` is debug, info, success, warn or error."""

    level: str
    text: str


class Pending(TypedDict):
    """Tell what the server works at; ``progress`` goes from 0 to 1."""

    step: str
    progress: NotRequired[float | None]
    text: NotRequired[str]


class Device(TypedDict):
    """Hold a link for another device; ``qr`` draws it."""

    url: str
    expiresAt: str
    qr: NotRequired[Json]


@dataclass(frozen=True, slots=True)
class Post:
    """Ask a driver to send this, and to give back what came of it: a Reply, or Lost."""

    content: bytes = field(repr=False)
    key: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask a driver to let so many seconds pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """Say that no answer came; ``reason`` is the name of httpx's exception, which itself would hold the request."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold an answer of HTTP: its JSON object, or None for whatever else it is."""

    status: int
    body: Json | None = field(repr=False)
    retry_after: float | None = None

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], content: bytes) -> Reply:
        """Read an answer as it came."""
        return cls(status, _parsed(content), _seconds(headers.get("Retry-After", "")))

    @property
    def error(self) -> dict[str, str] | None:
        """Give the fault that an answer is, if it is one."""
        error = (self.body or {}).get("error")
        if isinstance(error, dict) and isinstance(error.get("code"), str) and isinstance(error.get("message"), str):
            return error
        return None

    @property
    def answer(self) -> Json | None:
        """Give the body where it says in wfapp's terms where a flow stands, as the one of a stale page does, too."""
        body = self.body or {}
        stands = "status" in body and any(body.get(key) for key in ("inputRequired", "view", "pending", "finished"))
        typed = all(isinstance(body.get(key, kind()), kind) for key, kind in _TYPES.items())
        works = not typed or isinstance(body.get("pending", {"step": ""}).get("step"), str)
        return body if stands and typed and works and _is_page(body.get("inputRequired")) else None

    @property
    def code(self) -> str:
        """Give the code of the fault, or an empty text."""
        return self.error["code"] if self.error else ""


_TYPES: dict[str, type] = {
    "status": str,
    "wfs": str,
    "watch": str,
    "view": dict,
    "pending": dict,
    "retryAfterMs": int,
    "data": dict,
    "reason": str,
    "device": dict,
    "messages": list,
}


def _is_page(required: Any) -> bool:
    if required is None:
        return True
    try:
        payload, view = required["payload"], required["view"]
        texts = (payload["id"], payload["version"], view["step"])
        objects = (payload["schema"]["properties"], payload["ui"], view["initial"], required["context"])
        return all(isinstance(text, str) for text in texts) and all(isinstance(each, dict) for each in objects)
    except (KeyError, TypeError):
        return False


def _parsed(content: bytes) -> Json | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _seconds(text: str) -> float | None:
    """Read ``Retry-After``: seconds, with a fraction from REST framework's throttles, or a proxy's date."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if seconds < math.inf else None
