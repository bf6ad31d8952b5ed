"""One script through every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client

from tests.unit.links.workflows import Greet
from tests.unit.testing.samples import Box, Inviting, JoinContext, Joining, Looping, Ordering
from tests.workflows import Hello, HelloBoth, HelloToken
from wfapp import Workflow
from wfapp.errors import UnknownWorkflow
from wfapp.testing import Walk

pytestmark = pytest.mark.django_db

DOORS = ["html", "json", "python"]
DETAILS = {"email": "ada@example.com", "topics": ["a", "b"], "news": False, "since": "2026-01-31"}


@pytest.fixture(params=DOORS)
def via(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_three_lines_walk_to_the_end(via: Any) -> None:
    """Details, the mailed code, the end: the same values through every door."""
    walk = Walk("tests/joining", via=via)
    walk.submit(DETAILS)
    walk.submit(code=walk.outbox.code())
    assert walk.finished
    assert walk.data == {"topics": ["a", "b"], "news": False, "since": "2026-01-31"}


def test_a_page_tells_the_same_through_every_door(via: Any) -> None:
    walk = Walk(Joining, via=via)
    assert (walk.status, walk.step, walk.title) == ("form", "details", "Your details")
    assert walk.fields == ("email", "nickname", "topics", "news", "since")
    walk.submit(email="ada@example.com")
    assert (walk.step, walk.title) == ("verify", "Code for ada@example.com")
    assert walk.passed == {"email": "ada@example.com"}
    assert walk.fields == ("code",)
    assert walk.actions == ("resend", "note", "wf.back", "wf.cancel")
    assert (walk.errors, walk.messages, walk.fault, walk.data) == ({}, (), 0, {})


def test_an_untouched_page_is_sent_as_it_stands() -> None:
    """A browser sends what is ticked in the page; the other doors send what is said."""
    walk = Walk(Joining).submit(email="ada@example.com")
    walk.submit(code=walk.outbox.code())
    assert walk.data["news"] is True


def test_a_rejection_fails_and_tells_why(via: Any) -> None:
    walk = Walk(Joining, via=via).submit(email="ada@example.com")
    with pytest.raises(AssertionError) as caught:
        walk.submit(code="no")
    assert str(caught.value) == (
        f"Walk('tests/joining', via='{via}'): submit was refused.\n"
        "status: form, step: verify, errors: {'code': 'Wrong code.'}"
    )


def test_an_expected_rejection_is_looked_at(via: Any) -> None:
    """It fails where the page was accepted."""
    walk = Walk(Joining, via=via).reject(email="no address")
    assert walk.errors == {"email": "Enter a valid email address."}
    assert walk.step == "details"
    with pytest.raises(AssertionError, match=r"reject was accepted\.\nstatus: form, step: verify$"):
        walk.reject(email="ada@example.com")


def test_actions_press_buttons(via: Any) -> None:
    walk = Walk(Joining, via=via).submit(email="ada@example.com").action("resend")
    assert walk.messages == ("Sent again.",)
    assert len(walk.outbox) == 2
    walk.reject_action("resend")
    assert walk.errors == {"__form": "Please wait a moment before you try this again."}
    assert walk.action("note", code="1").messages == ("Saved ['code'].",)
    with pytest.raises(AssertionError, match=r"no action 'fly'; legal are resend, note, wf.back, wf.cancel\."):
        walk.action("fly")
    assert walk.reject_action("fly").errors == {"__form": "This is not possible here."}


def test_back_refresh_look_and_cancel(via: Any) -> None:
    walk = Walk(Joining, via=via).submit(email="ada@example.com")
    assert walk.refresh(code="12").look().step == "verify"
    assert walk.back().step == "details"
    walk.submit(email="bob@example.com").cancel()
    assert (walk.status, walk.reason) == ("aborted", "cancelled")
    with pytest.raises(AssertionError, match=r"submit, and there is no page to answer\.\nstatus: aborted"):
        walk.submit(code="1")


def test_an_unknown_field_is_a_mistake_of_the_test(via: Any) -> None:
    """Unless the walk expects it to be refused."""
    with pytest.raises(AssertionError, match=r"'details' has no field 'mail'; legal are email, nickname, topics,"):
        Walk(Joining, via=via).submit(mail="ada@example.com")


@pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth])
def test_every_storage_is_walked(via: Any, workflow: type[Workflow[Any]]) -> None:
    """What the server keeps can be looked at: context, row and id."""
    walk = Walk(workflow, via=via).submit(name="Ada")
    assert (walk.ctx.get("name"), walk.id is not None) == ("Ada", True)
    assert (walk.row is None) is (workflow is HelloToken)
    walk.submit(code="123456")
    assert (walk.finished, walk.data) == (True, {"name": "Ada"})


def test_a_user_walks_and_a_right_is_asked(via: Any) -> None:
    walk = Walk(Box, via=via)
    assert (walk.status, walk.fault) == ("gone", 403) if via != "python" else True
    walk = Walk(Box, via=via, user=User.objects.create_user("ada")).submit(name="x")
    assert (walk.data, walk.redirect) == ({"by": "ada"}, "/hello/")


def test_params_go_into_the_flow(via: Any) -> None:
    """On a page they stand in its address."""
    walk = Walk(Joining, via=via, params={"plan": "gold"}).submit(email="ada@example.com")
    assert walk.ctx.get("plan") == "plan gold"


def test_a_walk_begins_in_the_middle(via: Any) -> None:
    """The context may be given as it is, and the steps before are not played."""
    ctx = JoinContext(email="ada@example.com", code="654321")
    answers = {"details": {"topics": [], "news": True, "since": None}}
    walk = Walk("tests/joining", via=via).at("verify", ctx=ctx, answers=answers)
    assert (walk.step, walk.title, len(walk.outbox)) == ("verify", "Code for ada@example.com", 0)
    assert walk.row is not None
    assert walk.submit(code="654321").data == {"topics": [], "news": True, "since": None}


def test_a_walk_begins_in_the_middle_of_a_loop_and_for_a_user(via: Any) -> None:
    assert Walk(Looping, via=via).at("item").submit(name="Ada").step == "item"
    walk = Walk(Box, via=via, user=User.objects.create_user("ada")).at("fill", ctx={}).submit(name="x")
    assert walk.data == {"by": "ada"}


def test_a_wrong_beginning_is_named() -> None:
    with pytest.raises(AssertionError, match=r"has no step 'nowhere'; legal are details, verify, done\."):
        Walk(Joining).at("nowhere")
    with pytest.raises(AssertionError, match="lives in the storage token and has no row"):
        Walk(HelloToken).at("verify")
    with pytest.raises(AttributeError):
        Walk(Joining).at("verify", ctx={"nothing": 1})


def test_a_fault_leaves_the_page_that_was_there(via: Any) -> None:
    """A token that is no longer one, or an end that was elsewhere, leaves none."""
    walk = Walk(Hello, via=via).submit(name="Ada")
    assert walk.row is not None
    walk.row.delete()
    walk.reject(code="123456")
    assert (walk.status, walk.fault) == ("gone", 410)


def test_an_exception_of_a_step_is_the_tests_own(via: Any) -> None:
    with pytest.raises(RuntimeError, match="crashed on purpose"):
        Walk(Hello, via=via).submit(name="crash")


def test_mistakes_in_the_call_name_what_is_legal() -> None:
    with pytest.raises(AssertionError, match="via is 'soap'; legal are html, json, python"):
        Walk(Joining, via="soap")  # type: ignore[arg-type]
    with pytest.raises(UnknownWorkflow):
        Walk("tests/nowhere")
    for params, said in [({"a": 1}, " that takes a"), ({}, "")]:
        with pytest.raises(AssertionError) as caught:
            Walk(Greet, params=params)
        assert str(caught.value) == (
            f"tests/greet: it has no route{said}; add path('…', WorkflowView.as_view(workflow=Greet)), or say url='…'."
        )


def test_a_client_of_the_test_walks() -> None:
    client = Client()
    walk = Walk(Joining, client=client)
    assert walk.client is client
    assert "Your details" in walk.text


def test_a_link_is_opened_in_another_browser(via: Any) -> None:
    """Whoever waits may have it sent again and learns how it ended; whoever opens it goes on."""
    walk = Walk(Inviting, via=via).submit(email="ada@example.com")
    assert (walk.status, walk.outbox.last.to) == ("waiting", ["ada@example.com"])
    guest = walk.open(walk.outbox.link())
    assert guest.status == "landing"
    assert guest.submit().step == "accept"
    assert guest.passed == {"email": "ada@example.com"}
    assert guest.submit(name="Ada").data == {"name": "Ada"}
    assert guest.id == walk.id
    assert walk.look().finished


def test_rows_and_files_are_typed_alike(via: Any) -> None:
    """The rows of a formset as a list, a file as a File."""
    walk = Walk(Ordering, via=via)
    assert walk.fields == ("form",)
    rows = [{"item": "tea", "count": 2}, {"item": "jam", "count": 1}]
    walk.submit(form=rows).submit(photo=ContentFile(b"12345", name="photo.txt"))
    assert walk.data == {"lines": "2 tea, 1 jam", "size": 5}


def test_an_error_in_a_row_has_its_path(via: Any) -> None:
    walk = Walk(Ordering, via=via).reject(form=[{"item": "tea", "count": 0}])
    assert walk.errors == {"form.0.count": "Ensure this value is greater than or equal to 1."}
