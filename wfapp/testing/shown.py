"""What one exchange showed, in the same words through every door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from wfapp.declaration.steps import AnyForm
from wfapp.declaration.structs import plain
from wfapp.forms import describe, initial_values
from wfapp.rounds.answer import Answer

__all__ = ["GONE", "Shown", "as_json", "schema_of", "shown_of"]

GONE = "gone"
"""The status of an exchange that was answered with a fault and no page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Hold what a person, a client or code got to see. Values are as in JSON."""

    status: str
    """As on the wire; ``gone`` for a fault without a page."""

    step: str = ""
    title: str = ""
    passed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """The ids of the buttons beside the submit button."""

    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    redirect: str = ""
    """Where the end leads; empty for nowhere."""

    fault: int = 0
    """The HTTP status of a fault, 0 where there was none."""

    schema: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schema of the page's form."""

    initial: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the page's form."""

    tab: Any = field(default=None, repr=False)
    """What its door answers this page with, now or later."""

    text: str = field(default="", repr=False)
    """The body as it came."""

    @property
    def fields(self) -> tuple[str, ...]:
        """List the names of the page's fields."""
        return tuple(self.schema.get("properties", ()))

    @property
    def refused(self) -> bool:
        """Tell whether nothing went on: the page has errors, or there was a fault."""
        return bool(self.errors or self.fault)

    @property
    def over(self) -> bool:
        """Tell whether the flow has ended."""
        return self.status in ("finished", "aborted")


def as_json(value: Any) -> Any:
    """Give a value as JSON has it."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=plain)


def schema_of(form: AnyForm) -> Mapping[str, Any]:
    """Give the JSON Schema of a form as it stands."""
    return describe(form, evaluate=True).schema


def shown_of(answer: Answer, **more: Any) -> Shown:
    """Describe an answer."""
    told: dict[str, Any] = {
        "status": answer.status,
        "title": answer.title,
        "messages": tuple(message.text for message in answer.messages),
    }
    if (page := answer.page) is not None:
        told |= {
            "step": page.step,
            "title": page.title,
            "passed": as_json(dict(page.passed)),
            "errors": dict(page.errors),
            "actions": tuple(action.id for action in page.actions),
            "initial": as_json(initial_values(page.form)),
            "schema": schema_of(page.form),
        }
    if answer.notice is not None:
        told["actions"] = tuple(action.id for action in answer.notice.actions)
    if (end := answer.end) is not None:
        told |= {
            "title": "",
            "data": as_json(end.data),
            "reason": end.reason,
            "redirect": end.redirect or end.next,
        }
    return Shown(**{**told, **more})
