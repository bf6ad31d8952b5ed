"""Rounds of the demo's endpoint as they are recorded: with stand-ins for what differs each time."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

__all__ = ["Recorder"]

_TOKEN = re.compile(r"(?P<storage>[a-z]+)\.(?P<secret>[\w-]{20,})\.(?P<revision>\d+)")
_UPLOAD = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_DIFFERENT = {"version", "flow"}
"""The keys whose values are random, or a hash."""


class Recorder:
    """Post to the endpoint and keep what was asked and answered."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client = client
        self.headers = headers
        self.rounds: list[dict[str, Any]] = []
        self.body: Any = None
        """The last answer as it came."""

        self._stand_ins: dict[tuple[str, str], str] = {}
        self.replace("- Select an option -", "---------")  # Django 6.1 has other words for no choice

    def post(self, name: str, body: dict[str, Any], **headers: str) -> Any:
        """Send JSON, keep the round under a name, and return the answer."""
        response = self.client.post(
            "/wf/", json.dumps(body), content_type="application/json", headers={**self.headers, **headers}
        )
        self.body = response.json()
        kept: dict[str, Any] = {"name": name, "request": self._stable(body), "status": response.status_code}
        if "Retry-After" in response.headers:
            # How much of a window of fifteen minutes is left differs, too.
            kept["retryAfter"] = "1" if response.headers["Retry-After"] == "1" else "900"
        self.rounds.append({**kept, "answer": self._stable(self.body)})
        return self.body

    def submit(self, name: str, **values: Any) -> Any:
        """Answer the page that was answered last."""
        return self.post(name, {"wfs": self.body["wfs"], "input": {"formData": values}})

    def act(self, name: str, action: str, **values: Any) -> Any:
        """Press a button of the page that was answered last; where there are values they go with it."""
        data = {"formData": values} if values else {}
        return self.post(name, {"wfs": self.body["wfs"], "input": {"action": action, **data}})

    def replace(self, value: str, stand_in: str) -> None:
        """Put a text in the place of one that differs each time, such as a code from a mail."""
        self._stand_ins["", value] = stand_in

    def _stable(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._stable(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._stable(item) for item in value]
        if not isinstance(value, str):
            return value
        if ("", value) in self._stand_ins:
            return self._stand_ins["", value]
        if key in _DIFFERENT:
            return self._stand_in(key, value)
        value = _TOKEN.sub(self._token, value)
        value = _UPLOAD.sub(lambda match: self._stand_in("upload", match[0]), value)
        return _MOMENT.sub("2030-01-01T00:00:00Z", value)

    def _token(self, match: re.Match[str]) -> str:
        return f"{match['storage']}.{self._stand_in('secret', match['secret'])}.{match['revision']}"

    def _stand_in(self, kind: str, value: str) -> str:
        """Name values in the order in which they are met: the same value has the same name."""
        number = 1 + sum(1 for known, _value in self._stand_ins if known == kind)
        return self._stand_ins.setdefault((kind, value), f"{kind}-{number}")
