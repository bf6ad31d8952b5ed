"""The REST endpoint, from the request to the answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.test import Client
from django.views.debug import ExceptionReporter

from tests.integration.rest_samples import BROWSER, Verify, send, submit
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.rest_samples")]
Post = Any


@pytest.fixture(autouse=True)
def alice() -> User:
    """Make the user who signs in."""
    return User.objects.create_user("alice")


@pytest.fixture
def post(client: Client) -> Post:
    """Return a function that posts a body and gives the decoded answer."""

    def posted(body: object, status: int = 200, **headers: str) -> Any:
        response = send(client, body, **headers)
        assert response.status_code == status, response.content
        assert response.headers["Cache-Control"] == "no-store"
        return response.json()

    return posted


def at_code(post: Post, **headers: str) -> Any:
    """Start a flow and take it to its second page; return its token."""
    return post({"wfid": "rest/verify", "input": {"formData": {"name": "alice"}}}, **headers)["wfs"]


def view_of(answer: Any) -> Any:
    """Return what a page shows."""
    return answer["inputRequired"]["view"]


def test_a_flow_runs_from_its_start_to_its_end(client: Client, post: Post) -> None:
    """Start, answer two pages, arrive signed in."""
    first = post({"wfid": "rest/verify"})
    assert (first["status"], view_of(first)["step"]) == ("form", "who")
    second = post(submit(first["wfs"], name="alice"))
    assert view_of(second)["title"] == "Enter the code, alice"
    assert second["inputRequired"]["context"] == {"name": "alice"}
    assert post(submit(second["wfs"], code="123456")) == {
        "status": "finished",
        "finished": True,
        "data": {"name": "alice"},
        "message": {"level": "success", "text": "Welcome"},
        "next": {"trigger": "immediate", "action": {"type": "redirect", "target": "/home/"}},
    }
    assert client.cookies["visited"].value == "yes"
    assert SESSION_KEY in client.session


def test_form_data_at_the_start_answers_the_first_form(post: Post) -> None:
    """One request less for a client that knows the form."""
    answer = post({"wfid": "rest/verify", "input": {"formData": {"name": "alice"}}})
    assert view_of(answer)["step"] == "verify"


def test_a_rejection_is_the_page_with_errors_and_a_new_token(post: Post) -> None:
    """What a field lacks and what a step refuses look alike."""
    first = post({"wfid": "rest/verify", "input": {"formData": {"name": ""}}})
    assert first["inputRequired"]["context"] == {"errors": {"name": "This field is required."}}
    second = post(submit(first["wfs"], name="nobody"))
    assert second["inputRequired"]["context"] == {"errors": {"name": "There is nobody."}}
    assert second["wfs"] != first["wfs"]


def test_an_unknown_field_is_an_error_of_the_page(post: Post) -> None:
    """Nothing that the form does not have is taken silently."""
    answer = post({"wfid": "rest/verify", "input": {"formData": {"name": "alice", "admin": True}}})
    assert answer["inputRequired"]["context"] == {"errors": {"__form": "Unknown fields: admin."}}


def test_an_action_stays_on_its_page(post: Post) -> None:
    """It tells a message and how often it may be pressed again."""
    answer = post({"wfs": at_code(post), "input": {"action": "resend"}})
    assert answer["messages"] == [{"level": "info", "text": "A new code is on its way."}]
    assert view_of(answer)["actions"] == [
        {"id": "resend", "label": "Resend", "withData": False, "remaining": 1},
        {"id": "give_up", "label": "Give up", "withData": False},
    ]


def test_an_action_may_end_the_flow(post: Post) -> None:
    """An aborted flow tells why."""
    assert post({"wfs": at_code(post), "input": {"action": "give_up"}}) == {
        "status": "aborted",
        "finished": True,
        "aborted": True,
        "reason": "gave-up",
        "message": {"level": "warn", "text": "Until next time."},
    }


def test_a_refresh_evaluates_the_page_and_changes_nothing(post: Post) -> None:
    """What prepare makes of the data stands in the view; the token stays."""
    wfs = at_code(post)
    answer = post({"wfs": wfs, "input": {"action": "wf.refresh", "formData": {"code": "999999"}}})
    assert view_of(answer)["fields"] == {"note": {"required": True}}
    assert view_of(answer)["live"] is True
    assert "errors" not in answer["inputRequired"]["context"]
    assert answer["wfs"] == wfs


def test_a_flow_is_resumed_without_a_change(post: Post) -> None:
    """Asking again shows the same page under the same token."""
    wfs = at_code(post)
    assert post({"wfs": wfs}) == post({"wfs": wfs})
    assert post({"wfs": wfs})["wfs"] == wfs


def test_the_same_post_again_gets_the_same_answer(post: Post) -> None:
    """A lost response costs nothing."""
    body = submit(at_code(post), code="000000")
    assert post(body) == post(body)


def test_an_older_page_gets_the_current_one(post: Post) -> None:
    """The token of the current page and the page itself stand beside the error."""
    wfs = at_code(post)
    current = post({"wfs": wfs, "input": {"action": "resend"}})
    stale = post(submit(wfs, code="123456"), status=409)
    assert stale["error"] == {
        "code": "stale",
        "message": "This page was answered already. Here is the current one.",
    }
    assert {**current, "error": stale["error"]} == stale
    assert post(submit(stale["wfs"], code="123456"))["status"] == "finished"


def test_a_browser_is_bound_by_its_cookie(client: Client, post: Post) -> None:
    """Its flow belongs to it alone; who holds nothing but the token is refused like everybody else."""
    wfs = at_code(post, **BROWSER)
    assert client.cookies["__Host-wfbrowser-key"]["httponly"]
    stranger = send(Client(), {"wfs": wfs})
    assert stranger.status_code == 410
    assert stranger.json() == send(Client(), {"wfs": f"database.{'x' * 43}.1"}).json()
    assert post({"wfs": wfs}, **BROWSER)["wfs"] == wfs


def test_a_repeated_answer_signs_a_browser_in_again(client: Client, post: Post) -> None:
    """Whichever of two clicks the browser hears, it is signed in."""
    body = submit(at_code(post, **BROWSER), code="123456")
    browser = client.cookies["__Host-wfbrowser-key"].value
    post(body, **BROWSER)
    other = Client()
    other.cookies["__Host-wfbrowser-key"] = browser
    assert send(other, body, **BROWSER).json()["status"] == "finished"
    assert SESSION_KEY in other.session


def test_a_repeated_answer_signs_in_nobody_who_only_has_the_token(post: Post) -> None:
    """A one-time code signs in once."""
    body = submit(at_code(post), code="123456")
    post(body)
    other = Client()
    assert send(other, body).json()["status"] == "finished"
    assert not other.cookies


def test_the_state_may_travel_in_the_token(post: Post) -> None:
    """A flow starts sealed and moves to a row when it must keep a secret."""
    first = post({"wfid": "rest/sealed"})
    assert first["wfs"].startswith("token.")
    second = post(submit(first["wfs"], name="alice"))
    assert second["wfs"].startswith("database.")
    assert post(submit(second["wfs"], code="123456"))["status"] == "finished"


@pytest.mark.parametrize("workflow", ["rest/verify", "rest/sealed"])
def test_the_token_may_travel_in_a_cookie(client: Client, post: Post, workflow: str) -> None:
    """The body names the cookie and the revision; the token itself is in no body."""
    first = post({"wfid": workflow, "transport": "cookie"})
    name = f"__Host-wftoken-{first['wfs']['flow']}"
    assert first["wfs"]["revision"] == 1
    assert client.cookies[name]["httponly"]
    second = post(submit(first["wfs"], name="alice"))
    assert second["wfs"] == {"flow": first["wfs"]["flow"], "revision": 2}
    stale = post(submit(first["wfs"], name="bob"), status=409)
    assert stale["wfs"] == second["wfs"]
    assert post(submit(second["wfs"], code="123456"))["status"] == "finished"
    assert client.cookies[name]["max-age"] == 600


def test_a_cookies_token_does_not_work_in_a_body(client: Client, post: Post) -> None:
    """What a script cannot read is of no use to it if it could."""
    key = post({"wfid": "rest/verify", "transport": "cookie"})["wfs"]["flow"]
    token = client.cookies[f"__Host-wftoken-{key}"].value.partition(".")[2]
    assert post({"wfs": f"{token}.1"}, status=410)["error"]["code"] == "invalid-token"


def test_cookies_that_a_request_does_not_name_are_ignored(post: Post) -> None:
    """Two flows of one browser do not meet."""
    one, two = (post({"wfid": "rest/verify", "transport": "cookie"})["wfs"] for _ in range(2))
    post(submit(one, name="alice"))
    assert view_of(post({"wfs": two}))["step"] == "who"


def test_params_are_converted_and_kept(post: Post) -> None:
    """They are the flow's input."""
    wfs = post({"wfid": "rest/order", "params": {"cart": 7}})["wfs"]
    assert post(submit(wfs, name="x"))["data"] == {"cart": 7}


@pytest.mark.parametrize("params", [{"cart": "x"}, {"cart": None}, {"other": 1}])
def test_params_that_do_not_fit_are_refused(post: Post, params: object) -> None:
    """The declared type decides."""
    assert post({"wfid": "rest/order", "params": params}, status=400)["error"]["code"] == "malformed"


def test_a_workflow_that_is_not_exposed_is_refused(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a start, and on a resume when it was exposed before."""
    wfs = at_code(post)
    monkeypatch.setattr(Verify, "exposed", False)
    for body in ({"wfid": "rest/internal"}, {"wfid": "rest/verify"}, {"wfs": wfs}, submit(wfs, code="123456")):
        assert post(body, status=403)["error"]["code"] == "not-exposed"


def test_a_start_that_was_refused_is_refused_again(post: Post) -> None:
    """As long as nothing came after it: a client that lost the answer sees what was wrong."""
    key, body = {"Idempotency-Key": "k" * 22}, {"wfid": "rest/verify", "input": {"formData": {"name": ""}}}
    first, again = post(body, **key), post(body, **key)
    assert first["inputRequired"]["context"] == {"errors": {"name": "This field is required."}}
    assert again["inputRequired"]["context"] == first["inputRequired"]["context"]
    post({"wfs": again["wfs"], "input": {"formData": {"name": "alice"}}})
    assert "errors" not in post(body, **key)["inputRequired"]["context"]


def test_an_idempotency_key_comes_back_to_the_same_flow(post: Post) -> None:
    """Under a new handle, on its current page; with other input it is refused."""
    key, body = {"Idempotency-Key": "k" * 22}, {"wfid": "rest/verify", "input": {"formData": {"name": "alice"}}}
    first, again = post(body, **key), post(body, **key)
    assert first["wfs"] != again["wfs"]
    assert first["inputRequired"] == again["inputRequired"]
    assert post({"wfid": "rest/verify"}, status=422, **key)["error"]["code"] == "key-reused"


def test_a_new_browser_whose_first_answer_was_lost_comes_back_to_its_flow(post: Post) -> None:
    """Its cookie was lost with the answer: the key brings the same one again, and the step ran once."""
    key, body = {"Idempotency-Key": "k" * 22}, {"wfid": "rest/verify", "input": {"formData": {"name": "alice"}}}
    lost = send(Client(), body, **BROWSER, **key)
    again = post(body, **BROWSER, **key)["wfs"]
    assert (lost.status_code, Flow.objects.count()) == (200, 1)
    assert send(Client(), {"wfs": again}, **BROWSER).status_code == 410
    assert post(submit(again, code="123456"), **BROWSER)["status"] == "finished"


def test_an_idempotency_key_needs_a_row(post: Post) -> None:
    """A workflow that starts in a token can remember none."""
    answer = post({"wfid": "rest/sealed"}, status=400, **{"Idempotency-Key": "k" * 22})
    assert answer["error"]["code"] == "no-key"


def test_a_page_that_is_not_found_is_a_refusal(post: Post) -> None:
    """What a step raises of Django's own is told without its words, and the token still works."""
    wfs = post({"wfid": "rest/verify"})["wfs"]
    assert post(submit(wfs, name="lost"), status=404)["error"] == {
        "code": "not-found",
        "message": "There is nothing here.",
    }
    assert view_of(post(submit(wfs, name="alice")))["step"] == "verify"


def test_a_steps_error_is_the_sites_and_its_report_holds_nothing_posted(
    client: Client, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """The error goes to Django, the flow stays where it was, and no frame, cookie or header shows what was sent."""
    wfs = post({"wfid": "rest/verify"}, **BROWSER)["wfs"]
    client.raise_request_exception = False
    assert send(client, submit(wfs, name="boom-s3cret"), **BROWSER).status_code == 500
    record: Any = next(record for record in caplog.records if record.exc_info)
    reporter = ExceptionReporter(record.request, *record.exc_info)
    report = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert "ZeroDivisionError" in report
    for secret in ("boom-s3cret", wfs.split(".")[1], client.cookies["__Host-wfbrowser-key"].value):
        assert secret not in report
    assert view_of(post(submit(wfs, name="alice"), **BROWSER))["step"] == "verify"
