"""What a step asks to be sent: it leaves with the round, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wfapp.declaration.json_values import json_value
from wfapp.declaration.options import check_timedelta
from wfapp.declaration.values import extract_pass_context
from wfapp.errors import DeclarationError

if TYPE_CHECKING:
    from wfapp.declaration.steps import Step
    from wfapp.declaration.workflow import Workflow

__all__ = ["RESERVED", "Call", "Outgoing", "Send", "running", "sending"]

RESERVED = ("ctx", "site")
"""The names that every template of a message has; extra values take others."""

_TEMPLATE = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)
_EVENT = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Ask for one message to one address, made of templates; ``repr`` shows none of its values."""

    channel: str
    to: str = field(repr=False)
    template: str
    """The templates' name without its ending: ``accounts/mail/code`` for ``accounts/mail/code.txt``."""

    step: str
    """The step that asks; errors name it."""

    passes: tuple[str, ...] = ()
    """The whitelist of that step."""

    passed: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The passed context as it was at that moment: what the templates see as ``ctx``."""

    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More values by name, for what stands nowhere in the context."""

    language: str = ""
    """The language to write it in; the one that is active, where this is empty."""

    expires: timedelta | None = None
    """How long it is of any use: later it is dropped, not sent."""

    def __post_init__(self) -> None:
        if not isinstance(self.to, str):
            raise DeclarationError(f"mail: to is of type {type(self.to).__name__}; it must be one address, a str.")
        if not _fits(_TEMPLATE, self.template) or self.template.endswith((".txt", ".html")):
            raise DeclarationError(
                f"mail: template is {self.template!r}; write a template's name without its ending, such as "
                "'accounts/mail/welcome'."
            )
        if taken := sorted(set(RESERVED).intersection(self.extra)):
            raise DeclarationError(f"mail: extra has {taken[0]!r}, a name that each template has; take another one.")
        if self.expires is not None:
            check_timedelta("mail: expires", self.expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Ask for one webhook; ``repr`` shows neither its address nor its payload."""

    url: str = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    event: str
    """The type of the event: parts of letters, digits and ``_``, joined by dots."""

    step: str

    def __post_init__(self) -> None:
        if not isinstance(self.url, str):
            raise DeclarationError(f"call: url is of type {type(self.url).__name__}; it must be a str.")
        if not _fits(_EVENT, self.event):
            raise DeclarationError(
                f"call: event is {self.event!r}; legal are parts of letters, digits and '_', joined by dots, such as "
                f"'invoice.paid', {_LONGEST} characters at most."
            )
        # Copied now, so that what the step does to it later is not sent.
        object.__setattr__(self, "payload", json_value(self.payload, "call(payload=…)"))


Outgoing = Send | Call


def running(workflow: Workflow[Any]) -> Step[Any, Any]:
    """Give the step that runs, or whose page an action stands on; in an included workflow one of its own."""
    qualified = workflow.flow.position().partition("#")[0]
    return workflow.get_step(qualified.rpartition("/")[2])


def sending(
    workflow: Workflow[Any],
    channel: str,
    to: str,
    template: str,
    *,
    extra: Mapping[str, Any] | None = None,
    language: str = "",
    expires: timedelta | None = None,
) -> Send:
    """Ask for a message with the passed context of the step that runs, as it is now."""
    step = running(workflow)
    form = getattr(workflow, step.form)() if isinstance(step.form, str) else step.form
    passes = step.page_of(form).passes
    return Send(
        channel=channel,
        to=to,
        template=template,
        step=step.name,
        passes=passes,
        passed=extract_pass_context(passes, (), workflow.ctx, native=True),
        extra=dict(extra or {}),
        language=language,
        expires=expires,
    )


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None and len(value) <= _LONGEST
