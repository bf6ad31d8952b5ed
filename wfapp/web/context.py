"""What a template sees of an answer: public values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.forms import BaseForm, BaseFormSet, Form
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from wfapp.declaration.outcomes import Level, Message
from wfapp.forms import is_secret
from wfapp.rounds.acted import CANCELLED
from wfapp.rounds.answer import ActionView, Answer, End, Page
from wfapp.rounds.moves import BACK, CANCEL
from wfapp.web.posts import FLOW
from wfapp.web.problems import problems_of
from wfapp.web.words import availability

__all__ = ["STAY", "TEMPLATES", "ActionButton", "FlowView", "MessageView", "address", "answer_context", "flow_view"]

STAY = "wf_stay"
"""The query field of a page that does not go on by itself."""

TEMPLATES = {
    "start": "wfapp/start.html",
    "waiting": "wfapp/waiting.html",
    "pending": "wfapp/pending.html",
    "landing": "wfapp/landing.html",
    "finished": "wfapp/finish.html",
    "aborted": "wfapp/finish.html",
}
"""The template of each answer that has no form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowView:
    """Hold what a page may know of its flow; none of it opens anything by itself."""

    workflow: str
    """The workflow's name."""

    key: str = ""
    """The flow's public key, empty before there is a flow."""

    revision: int | None = None
    """The revision that this page shows; it is posted back and tells a stale page."""

    start_key: str = ""
    """The sealed start key of a first page, posted back in place of a revision."""

    next: str = ""
    """Where the person goes at the end: checked, or empty."""

    url: str = ""
    """The address that this page is posted to."""

    restart_url: str = ""
    """The address of a first page."""

    @property
    def stay_url(self) -> str:
        """Give the address of this page without the way on that it takes by itself."""
        return f"{self.url}{'&' if '?' in self.url else '?'}{STAY}=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """Hold a message; templates made for Django's own messages can print it too."""

    level: Level
    text: str

    @property
    def tags(self) -> str:
        """Give the level as Django names it."""
        return "warning" if self.level == "warn" else self.level

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionButton:
    """Hold a button beside the submit button; ``note`` says in words when it can be used again, and how often."""

    id: str
    label: str
    note: str
    with_data: bool
    spent: bool

    @property
    def is_way_out(self) -> bool:
        """Tell whether it leaves the page without an answer: it is drawn below the others."""
        return self.id in (BACK, CANCEL)


def address(request: HttpRequest, **query: str) -> str:
    """Give the address of this page with the parts of a query that are not empty."""
    path = escape_leading_slashes(escape_uri_path(request.path))
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given, safe='/')}" if given else path


def flow_view(
    request: HttpRequest,
    workflow: str,
    answer: Answer | None,
    *,
    key: str = "",
    next_field: str = "next",
    next_url: str = "",
) -> FlowView:
    """Describe the flow of an answer; without an answer, what ``key`` names in the address of the request.

    The addresses hold no secret: the key names a cookie.
    """
    revision, start_key = None, ""
    if answer is not None:
        key = answer.key
        revision = answer.token.revision if answer.token is not None else None
        start_key = answer.start_key
    carried = {next_field: next_url}
    return FlowView(
        workflow=workflow,
        key=key,
        revision=revision,
        start_key=start_key,
        next=next_url,
        url=address(request, **{FLOW: key}, **carried),
        restart_url=address(request, **carried),
    )


def answer_context(answer: Answer, extra_messages: Iterable[Message] = ()) -> dict[str, Any]:
    """Translate an answer into template variables; ``flow`` and the view's own come on top."""
    messages = [MessageView(level=message.level, text=message.text) for message in (*answer.messages, *extra_messages)]
    context: dict[str, Any] = {
        "status": answer.status,
        "title": answer.title or answer.workflow.name,
        "messages": messages,
        "has_errors": any(message.level == "error" for message in messages),
    }
    if answer.page is not None:
        context |= _page_context(answer.page, context)
    if answer.notice is not None:
        context |= {
            "notice": answer.notice,
            "description": answer.notice.description,
            "submit": answer.notice.submit,
            "actions": [_button(action) for action in answer.notice.actions],
        }
    if answer.pending is not None:
        context["pending"] = answer.pending
    if answer.device is not None:
        context["device"] = answer.device
    if answer.end is not None:
        context |= {
            "end": answer.end,
            "title": _end_title(answer.end),
            "description": answer.end.message.text if answer.end.message else "",
        }
    return context


def _end_title(end: End) -> str:
    if end.status == "finished":
        return _("Done")
    return _("Cancelled") if end.reason == CANCELLED else _("This could not be completed")


def _page_context(page: Page, context: Mapping[str, Any]) -> dict[str, Any]:
    for part in page.form.forms if isinstance(page.form, BaseFormSet) else (page.form,):
        _drop_colon(part)
        _empty_secrets(part)
    return {
        "form": page.form,
        "step": page.step,
        "title": page.title or context["title"],
        "description": page.description,
        "submit": page.submit or _("Continue"),
        "actions": [_button(action) for action in page.actions],
        "progress": page.progress,
        "answers": page.answers,
        "errors": page.errors,
        "problems": problems_of(page.form, page.errors),
        "has_errors": context["has_errors"] or bool(page.errors),
        "passed": page.passed,
        "live": page.live,
    }


def _drop_colon(form: BaseForm) -> None:
    """Draw labels without Django's colon, noise to a screen reader; a suffix that the form's author chose stays."""
    if form.label_suffix == Form().label_suffix:
        form.label_suffix = ""


def _empty_secrets(form: BaseForm) -> None:
    """Draw one-time codes empty, as Django draws passwords: a rejected one is no use and stands in nobody's way."""
    for field in form:
        if is_secret(field.field):
            field.value = _nothing  # type: ignore[method-assign]


def _nothing() -> None:
    """Stand in for the value of a field."""


def _button(action: ActionView) -> ActionButton:
    # A button that only has to cool down stays usable: without JavaScript nothing would ever switch it on again.
    return ActionButton(
        id=action.id,
        label=action.label,
        note=availability(action, timezone.now()),
        with_data=action.with_data,
        spent=action.remaining == 0,
    )
