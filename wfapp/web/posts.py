"""Read what a page posts back: its revision, the button that was pressed and the fields."""

from __future__ import annotations

import re

from django.forms.formsets import TOTAL_FORM_COUNT
from django.http import HttpRequest

from wfapp.errors import MalformedRequest
from wfapp.http.cookies import FLOW_FIELD
from wfapp.rounds.answer import UNNAMED, Input

__all__ = [
    "ACTION",
    "ADD",
    "FLOW",
    "REFRESH",
    "REVISION",
    "START",
    "START_KEY",
    "asks_refresh",
    "posted_input",
    "posted_revision",
]

FLOW = FLOW_FIELD
"""The query field that names a flow by its public key."""

ACTION = "wf_action"
ADD = "wf_add"
"""The button that draws a page anew with one more row; its value is the formset's prefix."""

REVISION = "wf_revision"
START_KEY = "wf_start"

REFRESH = "wf.refresh"
"""The action that draws a page anew with what has been typed."""

START = "wf.start"
"""The button of a first page that has no form: a start without any input."""

# The masked CSRF token differs from page to page: with it, the same input would not be recognised as the same.
_OWN_FIELDS = ("csrfmiddlewaretoken", ACTION, ADD, REVISION, START_KEY)
_REVISION = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)


def posted_revision(request: HttpRequest) -> int:
    """Return the revision of the page that was posted; raises MalformedRequest.

    It stands in the page and never in the cookie: otherwise a double click would answer the next page too.
    """
    text = request.POST.get(REVISION, "")
    if not _REVISION.fullmatch(text):
        raise MalformedRequest
    return int(text)


def asks_refresh(request: HttpRequest) -> bool:
    """Tell whether a post asks for the same page, drawn anew."""
    return ADD in request.POST or request.POST.get(ACTION) == REFRESH


def posted_input(request: HttpRequest) -> Input | None:
    """Return the fields and the action of a post, without what the page itself added; ``None`` for the start button."""
    action = request.POST.get(ACTION, "")
    if action == START:
        return None
    if not action and ACTION in request.POST:
        action = UNNAMED
    values = request.POST.copy()
    for name in _OWN_FIELDS:
        values.pop(name, None)
    if ADD in request.POST:
        action = REFRESH
        total = f"{request.POST[ADD]}-{TOTAL_FORM_COUNT}"
        count = request.POST.get(total, "")
        if _COUNT.fullmatch(count):
            values[total] = str(int(count) + 1)
    return Input(action=action, values=values, files=request.FILES or None, json=False)
