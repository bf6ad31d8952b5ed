"""What a template sees of an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.forms import formset_factory
from django.test import RequestFactory
from django.utils import timezone

from tests.unit.web.samples import KEY, CodeForm, answer, first_answer, page
from wfapp.declaration.outcomes import Message
from wfapp.rounds.answer import ActionView, End
from wfapp.web.context import FlowView, MessageView, address, answer_context, flow_view

rf = RequestFactory()


def test_address_has_no_empty_parts() -> None:
    """A query names only what is there."""
    assert address(rf.get("/login/"), wf="", next="") == "/login/"
    assert address(rf.get("/login/"), wf="k7", next="/a/?b=1&c=2") == "/login/?wf=k7&next=/a/%3Fb%3D1%26c%3D2"


@pytest.mark.parametrize(
    ("path", "expected"), [("/caf%C3%A9/", "/caf%C3%A9/"), ("/a%3Fb/", "/a%3Fb/"), ("//evil.test/", "/%2Fevil.test/")]
)
def test_address_is_a_path_of_this_site(path: str, expected: str) -> None:
    """A strange path is written so that a browser reads the same path again."""
    request = rf.get("/")
    request.path = {"/caf%C3%A9/": "/café/", "/a%3Fb/": "/a?b/"}.get(path, path)
    assert address(request) == expected


def test_flow_that_has_not_started() -> None:
    """A first page posts to its own address, with the start key."""
    flow = flow_view(rf.get("/login/"), "auth/login", first_answer(), next_url="/a/")
    assert flow == FlowView(
        workflow="auth/login",
        start_key="sealed-start-key",
        next="/a/",
        url="/login/?next=/a/",
        restart_url="/login/?next=/a/",
    )


def test_flow_that_has_started() -> None:
    """The address names the flow by its public key and carries ``next``; the secret stands nowhere."""
    flow = flow_view(rf.get("/login/"), "auth/login", answer(), next_field="to", next_url="/a/")
    assert (flow.key, flow.revision) == (KEY, 2)
    assert (flow.url, flow.restart_url) == (f"/login/?wf={KEY}&to=/a/", "/login/?to=/a/")
    assert "s" * 43 not in repr(flow)


def test_flow_that_a_fault_hides() -> None:
    """Without an answer the address of the request is all there is."""
    flow = flow_view(rf.get("/login/"), "auth/login", None, key="k7", next_url="/a/")
    assert (flow.key, flow.revision, flow.url) == ("k7", None, "/login/?wf=k7&next=/a/")


def test_titles_fall_back() -> None:
    """A page without a title has the workflow's, and that one its name."""
    assert answer_context(answer(page=page(title=""), title="Sign in"))["title"] == "Sign in"
    assert answer_context(answer(page=page(title="")))["title"] == ""
    assert answer_context(answer())["title"] == "Enter the code"


def test_labels_have_no_colon() -> None:
    """Django's colon is dropped, a suffix of the author's stays."""
    assert "Code</label>" in str(answer_context(answer())["form"])
    assert "Code →</label>" in str(answer_context(answer(page=page(CodeForm(label_suffix=" →"))))["form"])


def test_labels_of_rows_have_no_colon() -> None:
    """The forms of a formset are drawn like any form."""
    lines = formset_factory(CodeForm, extra=1)()
    assert "Code</label>" in str(answer_context(answer(page=page(lines)))["form"])


def test_messages_of_the_answer_come_first() -> None:
    """The view's own message stands below those of the steps."""
    shown = answer_context(answer(messages=(Message(text="Saved."),)), [Message(level="warn", text="Careful.")])
    assert shown["messages"] == [MessageView(level="info", text="Saved."), MessageView(level="warn", text="Careful.")]
    assert shown["has_errors"] is False


def test_message_prints_like_one_of_djangos() -> None:
    """A site's template that loops over ``messages`` shows text and tags."""
    message = MessageView(level="warn", text="Careful.")
    assert (str(message), message.tags) == ("Careful.", "warning")


def test_rejection_has_errors() -> None:
    """The title says so when the page was rejected, or when a message is an error."""
    assert answer_context(answer(page=page(errors={"code": "Wrong."})))["has_errors"] is True
    assert answer_context(answer(), [Message(level="error", text="Too many attempts.")])["has_errors"] is True


def test_cooling_button_can_be_pressed() -> None:
    """Without JavaScript nothing would switch it on again; a spent one can be off for good."""
    cooling = ActionView(id="resend", label="Resend", available_at=timezone.now() + timedelta(minutes=5))
    spent = ActionView(id="call", label="Call me", remaining=0)
    buttons = answer_context(answer(page=page(actions=(cooling, spent))))["actions"]
    assert [(button.id, button.spent) for button in buttons] == [("resend", False), ("call", True)]
    assert buttons[1].note == "You cannot ask for this again."


def test_end_says_how_it_went() -> None:
    """A finish page has a heading and the step's text."""
    finished = answer_context(answer(status="finished", end=End(status="finished", message=Message(text="Saved."))))
    aborted = answer_context(answer(status="aborted", end=End(status="aborted")))
    assert (finished["title"], finished["description"]) == ("Done", "Saved.")
    assert (aborted["title"], aborted["description"]) == ("This could not be completed", "")
    cancelled = answer_context(answer(status="aborted", end=End(status="aborted", reason="cancelled")))
    assert cancelled["title"] == "Cancelled"


def test_secret_of_the_token_is_no_variable() -> None:
    """Nothing that a template prints opens the flow."""
    assert "s" * 43 not in repr(answer_context(answer()))


def test_form_is_the_real_one() -> None:
    """Templates draw the very form, with whatever way its author likes."""
    form = forms.Form()
    assert answer_context(answer(page=page(form)))["form"] is form
