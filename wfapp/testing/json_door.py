"""Walk as a client of the endpoint."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.files import File
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from wfapp.engine.state import State
from wfapp.forms import merge
from wfapp.http.caller import rest_caller
from wfapp.rounds.answer import Caller
from wfapp.storage.tokens import Token
from wfapp.testing.door import ClientDoor, Values
from wfapp.testing.record import Record
from wfapp.testing.shown import GONE, Shown

__all__ = ["JsonDoor", "as_data_url"]

_BROWSER = {"Sec-Fetch-Site": "same-origin"}
"""The header of a page of this site: the flow is bound to its browser, as for the web component."""


class JsonDoor(ClientDoor):
    """Post JSON to ``wfapp.urls``, as a page of this site does."""

    via = "json"

    @cached_property
    def address(self) -> str:
        """Give the address of the endpoint."""
        return reverse("wfapp:endpoint")

    def open(self) -> Shown:
        return self._post({"wfid": self.workflow.name, **({"params": dict(self.params)} if self.params else {})})

    def send(self, shown: Shown, action: str, values: Values | None) -> Shown:
        given: dict[str, Any] = {"action": action} if action else {}
        if values is not None or not action:
            given["formData"] = as_data_url(dict(values or {}))
        return self._post({"wfs": shown.tab, "input": given})

    def look(self) -> Shown:
        return self._post({"wfs": str(self.token)})

    def follow(self, link: str) -> Shown:
        [token] = parse_qs(urlsplit(link).query)["wfs"]
        return self._post({"wfs": token})

    def caller(self) -> Caller:
        request = HttpRequest()
        request.user = self.user
        return rest_caller(request)

    def adopt(self, state: State, token: Token) -> Shown:
        self.token = token
        return self.look()

    def twin(self) -> JsonDoor:
        return JsonDoor(self.workflow, None, self.params, Record())

    def stolen(self) -> JsonDoor:
        other = self.twin()
        other.token = self.token
        return other

    def _post(self, body: dict[str, Any]) -> Shown:
        response = self._ask(
            self.client.post, self.address, json.dumps(body, default=str), "application/json", headers=_BROWSER
        )
        answer = response.json()
        held = answer.get("wfs", answer.get("watch"))
        if held is not None and "error" not in answer:
            self.token = Token.parse(held)
        shown = _shown(answer, response.status_code, held or body.get("wfs"))
        return self._keep(response, shown)


def as_data_url(value: Any) -> Any:
    """Give a value with its files as the endpoint takes them."""
    if isinstance(value, File):
        kind = getattr(value, "content_type", None) or "application/octet-stream"
        value.seek(0)
        content = base64.b64encode(value.read()).decode()
        return {"name": value.name, "data": f"data:{kind};base64,{content}"}
    if isinstance(value, dict):
        return {key: as_data_url(item) for key, item in value.items()}
    return [as_data_url(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(answer: dict[str, Any], status: int, tab: Any) -> Shown:
    fault = answer.get("error")
    messages = [message["text"] for message in answer.get("messages", ())] + ([fault["message"]] if fault else [])
    told: dict[str, Any] = {
        "status": answer.get("status", GONE),
        "messages": tuple(messages),
        "fault": status if fault else 0,
        "title": answer.get("view", {}).get("title", ""),
        "actions": tuple(action["id"] for action in answer.get("view", {}).get("actions", ())),
        "data": answer.get("data", {}),
        "reason": answer.get("reason", ""),
        "redirect": answer.get("next", {}).get("action", {}).get("target", ""),
        "tab": tab,
        "text": json.dumps(answer, ensure_ascii=False),
    }
    if (required := answer.get("inputRequired")) is not None:
        told |= _page(required)
    return Shown(**told)


def _page(required: dict[str, Any]) -> dict[str, Any]:
    view = required["view"]
    passed = {key: value for key, value in required["context"].items() if key != "errors"}
    return {
        "status": "form",
        "step": view["step"],
        "title": view["title"],
        "passed": passed,
        "errors": required["context"].get("errors", {}),
        "actions": tuple(action["id"] for action in view["actions"]),
        "initial": view["initial"],
        "schema": merge(required["payload"], view)["schema"],
    }
