"""One page through each door: a browser without JavaScript, a REST client, and code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.test import Client

from tests.integration.pages.visitor import Sheet, Visitor
from wfapp import Workflow
from wfapp.forms import form_errors, initial_values, merge

__all__ = ["DOORS", "Code", "Door", "Page", "Rest", "Seen"]


@dataclass(kw_only=True)
class Seen:
    """Hold what a door showed: names of errors, data of the end, and the text of all of it."""

    errors: dict[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    text: str = ""
    initial: Mapping[str, Any] = field(default_factory=dict)


class Door(Protocol):
    """Show a first page, draw it anew, and answer it."""

    def __init__(self, workflow: type[Workflow[Any]], url: str) -> None: ...
    def refresh(self, **values: Any) -> Seen: ...
    def submit(self, **values: Any) -> Seen: ...


class Page:
    """Walk as a person with a browser."""

    def __init__(self, workflow: type[Workflow[Any]], url: str) -> None:
        self.visitor = Visitor()
        self.sheet = self.visitor.open(url)

    def refresh(self, **values: Any) -> Seen:
        return self._seen(self.visitor.submit(self.sheet, "wf.refresh", **values))

    def submit(self, **values: Any) -> Seen:
        return self._seen(self.visitor.submit(self.sheet, **values))

    def _seen(self, sheet: Sheet) -> Seen:
        self.sheet = sheet
        errors = dict(text.split(": ", 1) for text in sheet.problems)
        return Seen(errors=errors, text=sheet.text, initial=sheet.fields, data=None if sheet.action else {})


class Rest:
    """Walk as a client of the endpoint."""

    def __init__(self, workflow: type[Workflow[Any]], url: str) -> None:
        self.client = Client()
        self.answer = self._post({"wfid": workflow.name})

    def refresh(self, **values: Any) -> Seen:
        return self._play({"action": "wf.refresh", "formData": values})

    def submit(self, **values: Any) -> Seen:
        return self._play({"formData": values})

    @property
    def required(self) -> dict[str, Any]:
        """Give what the page needs to be drawn."""
        required: dict[str, Any] = self.answer["inputRequired"]
        return required

    @property
    def merged(self) -> dict[str, Any]:
        """Give what a form renderer draws."""
        return merge(self.required["payload"], self.required["view"])

    def _play(self, input: Any) -> Seen:
        self.answer = self._post({"wfs": self.answer["wfs"], "input": input})
        if self.answer["status"] == "finished":
            return Seen(data=self.answer["data"])
        return Seen(
            errors=self.required["context"].get("errors", {}),
            text=json.dumps(self.merged, ensure_ascii=False),
            initial=self.required["view"]["initial"],
        )

    def _post(self, body: Any) -> Any:
        response = self.client.post("/wf/", json.dumps(body), content_type="application/json")
        assert response.status_code == 200, response.content
        return response.json()


class Code:
    """Walk as code of the site."""

    def __init__(self, workflow: type[Workflow[Any]], url: str) -> None:
        self.flow = workflow.start()

    def refresh(self, **values: Any) -> Seen:
        return self._seen(self.flow.action("wf.refresh", values))

    def submit(self, **values: Any) -> Seen:
        return self._seen(self.flow.submit(values))

    def _seen(self, answer: Any) -> Seen:
        if answer.page is None:
            return Seen(data=answer.end.data)
        form = answer.page.form
        return Seen(errors=form_errors(form), text=form.as_div(), initial=initial_values(form))


DOORS: tuple[type[Door], ...] = (Page, Rest, Code)
