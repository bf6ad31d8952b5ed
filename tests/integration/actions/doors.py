"""The three doors to one workflow, told in the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.test import Client

from tests.integration.actions.workflows import Desk
from tests.integration.pages.visitor import Sheet, Visitor
from tests.integration.rest_samples import send
from wfapp.errors import LimitExceeded
from wfapp.programming.handle import FlowHandle
from wfapp.rounds.answer import Answer

__all__ = ["DOORS", "Door", "Seen"]


@dataclass(frozen=True)
class Seen:
    """Hold what a door showed: a page, an end (by its message), or a refusal because of a limit."""

    heading: str = ""
    problems: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    typed: dict[str, Any] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    end: str = ""
    limited: bool = False


class Rest:
    """Post JSON."""

    def begin(self, account: str = "ada") -> Seen:
        """Start a flow and come to the desk."""
        self.client = Client()
        return self._post({"wfid": Desk.name, "input": {"formData": {"account": account}}})

    def press(self, action: str, **values: Any) -> Seen:
        """Press a button."""
        return self._post({"wfs": self.wfs, "input": {"action": action, **({"formData": values} if values else {})}})

    def submit(self, **values: Any) -> Seen:
        """Answer the page."""
        return self._post({"wfs": self.wfs, "input": {"formData": values}})

    def _post(self, body: Any) -> Seen:
        response = send(self.client, body)
        shown = response.json()
        if response.status_code == 429:
            return Seen(limited=int(response.headers["Retry-After"]) > 0)
        assert response.status_code == 200, shown
        if "finished" in shown:
            return Seen(end=shown["message"]["text"])
        self.wfs = shown["wfs"]
        view = shown["inputRequired"]["view"]
        return Seen(
            heading=view["title"],
            problems=list(shown["inputRequired"]["context"].get("errors", {}).values()),
            messages=[message["text"] for message in shown.get("messages", [])],
            typed=view["initial"],
            buttons=[button["label"] for button in view["actions"]],
        )


class Pages:
    """Post forms as a browser without JavaScript does."""

    def begin(self, account: str = "ada") -> Seen:
        """Start a flow and come to the desk."""
        self.visitor = Visitor()
        return self._seen(self.visitor.submit(self.visitor.open("/desk/"), account=account))

    def press(self, action: str, **values: Any) -> Seen:
        """Press a button; it posts the whole form."""
        posted = {name: str(value) for name, value in values.items()}
        return self._seen(self.visitor.submit(self.sheet, wf_action=action, **posted))

    def submit(self, **values: Any) -> Seen:
        """Answer the page."""
        return self._seen(self.visitor.submit(self.sheet, **values))

    def _seen(self, sheet: Sheet) -> Seen:
        if sheet.status == 429:
            return Seen(limited=int(sheet.headers["Retry-After"]) > 0)
        if not sheet.action:
            return Seen(end=re.findall(r"<p>(.*?)</p>", sheet.text)[-1])
        self.sheet = sheet
        return Seen(
            heading=unescape(sheet.heading),
            problems=[problem.removeprefix("Name: ") for problem in sheet.problems],
            messages=sheet.messages,
            typed={name: value for name, value in sheet.fields.items() if name in {"name", "age", "note"} and value},
            buttons=re.findall(r'name="wf_action".*?>(.*?)</button>', sheet.text),
        )


class Python:
    """Call."""

    def begin(self, account: str = "ada") -> Seen:
        """Start a flow and come to the desk."""
        self.flow: FlowHandle = Desk.start(data={"account": account})
        return self._seen(self.flow.answer)

    def press(self, action: str, **values: Any) -> Seen:
        """Press a button."""
        try:
            return self._seen(self.flow.action(action, values or None))
        except LimitExceeded as limit:
            return Seen(limited=limit.retry_after > 0)

    def submit(self, **values: Any) -> Seen:
        """Answer the page."""
        return self._seen(self.flow.submit(values))

    def _seen(self, answer: Answer) -> Seen:
        if answer.end is not None:
            return Seen(end=answer.end.message.text if answer.end.message else "")
        assert answer.page is not None
        form: Any = answer.page.form
        typed = {name: form[name].value() for name in form.fields if form.is_bound and form[name].value()}
        return Seen(
            heading=answer.page.title,
            problems=list(answer.page.errors.values()),
            messages=[message.text for message in answer.messages],
            typed=typed,
            buttons=[button.label for button in answer.page.actions],
        )


Door = Rest | Pages | Python
DOORS = (Rest, Pages, Python)
