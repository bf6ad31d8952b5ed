"""Answers made by hand, to draw pages from without playing a round."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.forms import BaseForm

from wfapp.declaration.context import Context
from wfapp.declaration.workflow import Workflow
from wfapp.rounds.answer import Answer, Page, Progress, StepView
from wfapp.storage.tokens import Token

FLOW_ID = uuid.UUID("00000000-0000-4000-8000-000000000001")
KEY = "c4e376ba"
TOKEN = Token("database", "s" * 43, 2)


class Sample(Workflow[Context]):
    """Stand for a workflow that is never played; a test has no need to register it."""


class CodeForm(forms.Form):
    code = forms.CharField(
        min_length=6, help_text="Six digits.", widget=forms.TextInput({"autocomplete": "one-time-code"})
    )


def progress(current: int, *labels: str) -> Progress:
    """Number the labels from 1; those before ``current`` are done."""

    def state(number: int) -> Any:
        return "done" if number < current else "current" if number == current else "open"

    steps = [StepView(id=label.lower(), label=label, state=state(number)) for number, label in enumerate(labels, 1)]
    return Progress(current=current, steps=tuple(steps))


def page(form: BaseForm | None = None, **options: Any) -> Page:
    """Make a page of the code form; any option may be given."""
    form = CodeForm() if form is None else form
    defaults: dict[str, Any] = {
        "step": "verify",
        "form": form,
        "pristine": form,
        "title": "Enter the code",
        "description": "",
        "submit": "Verify code",
        "actions": (),
        "passed": {},
        "errors": {},
        "progress": progress(1, "Verify"),
        "answers": {},
        "live": False,
        "static": False,
    }
    return Page(**(defaults | options))


def answer(**options: Any) -> Answer:
    """Make an answer of a flow that waits at its code page; any option may be given."""
    defaults: dict[str, Any] = {"status": "form", "workflow": Sample, "flow_id": FLOW_ID, "token": TOKEN}
    if options.get("status", "form") == "form":
        defaults["page"] = options.get("page") or page()
    return Answer(**(defaults | options))


def first_answer(**options: Any) -> Answer:
    """Make an answer that draws a first page: there is no flow yet."""
    return answer(flow_id=None, token=None, start_key="sealed-start-key", **options)
