"""A flow's life through the pages, as a browser without JavaScript sees it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.integration.pages.visitor import Visitor
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages.workflows")]


@pytest.mark.parametrize("path", ["/hello/", "/token/", "/both/"])
def test_flow_runs_from_start_to_end(visitor: Visitor, path: str) -> None:
    """Two pages and the finish page, whatever storage the flow lives in."""
    first = visitor.open(path)
    assert (first.status, first.title) == (200, "Your name")
    second = visitor.submit(first, name="Ann")
    assert (second.status, second.title) == (200, "Code for Ann")
    assert second.address.startswith(f"{path}?wf=")
    end = visitor.submit(second, code="123456")
    assert (end.status, end.heading, end.address) == (200, "Done", second.address)
    assert "<p>Welcome</p>" in end.text


def test_first_page_starts_nothing(visitor: Visitor) -> None:
    """A GET leaves no row behind, only the browser's cookie."""
    visitor.open("/hello/")
    assert not Flow.objects.exists()
    assert sorted(visitor.client.cookies) == ["__Host-wfbrowser-key", "csrftoken"]


def test_rejected_first_page_starts_nothing(visitor: Visitor) -> None:
    """A first form that is refused comes back in place, under the same start key, with what was typed."""
    first = visitor.open("/hello/?next=/echo/")
    again = visitor.submit(first, name="wrong")
    assert (again.status, again.title, again.action) == (422, "Error: Your name", "/hello/?next=/echo/")
    assert again.problems == ["Name: Not that one."]
    assert (again.fields["name"], again.fields["wf_start"]) == ("wrong", first.fields["wf_start"])
    assert not Flow.objects.exists()


def test_accepted_post_is_answered_with_303(visitor: Visitor) -> None:
    """Post, redirect, get: the address names the flow by a public key, and the cookie holds the token."""
    response = visitor.send(visitor.open("/hello/"), name="Ann")
    location = response.headers["Location"]
    key = location.removeprefix("/hello/?wf=")
    assert (response.status_code, len(key)) == (303, 8)
    cookie = response.cookies[f"__Host-wftoken-{key}"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")


def test_rejected_later_page_is_answered_in_place(visitor: Visitor) -> None:
    """A wrong code comes back with 422, a new revision and the same address."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    again = visitor.submit(second, code="000000")
    assert (again.status, again.title, again.action) == (422, "Error: Code for Ann", second.action)
    assert again.problems == ["Code: Wrong code."]
    assert again.fields["wf_revision"] != second.fields["wf_revision"]
    assert visitor.submit(again, code="123456").heading == "Done"


def test_double_submit_of_the_first_page_starts_one_flow(visitor: Visitor) -> None:
    """Both clicks lead to the same flow."""
    first = visitor.open("/hello/")
    one, two = visitor.send(first, name="Ann"), visitor.send(first, name="Ann")
    assert one.headers["Location"] == two.headers["Location"]
    assert Flow.objects.count() == 1


def test_double_submit_of_a_later_page_answers_one_page(visitor: Visitor) -> None:
    """The revision stands in the page, so that the second click does not answer the next page too."""
    first = visitor.open("/live/")
    visitor.submit(first, name="Ann")
    second = visitor.submit(first, name="Ann")
    assert (second.status, second.heading) == (200, "Country")


def test_double_click_on_the_end_ends_signed_in(visitor: Visitor, alice: User) -> None:
    """The second answer signs in again: a browser drops the first one's cookies with it."""
    first = visitor.open("/sign-in/?next=/echo/")
    before = visitor.client.cookies.copy()
    visitor.send(first, name="alice")
    visitor.client.cookies = before
    assert visitor.submit(first, name="alice").text == "alice"


def test_late_second_click_on_the_end_leads_on(visitor: Visitor, alice: User) -> None:
    """The sign-in changed the CSRF token: the second click is refused, and led where the person is going."""
    first = visitor.open("/saves/?next=/elsewhere/")
    visitor.send(first, name="alice")
    late = visitor.send(first, name="alice")
    assert (late.status_code, late.headers["Location"]) == (303, "/elsewhere/")


def test_reload_repeats_nothing(visitor: Visitor) -> None:
    """A page that is loaded again is the same page, and a post that is sent again gets the same answer."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    assert visitor.open(second.address).fields["wf_revision"] == second.fields["wf_revision"]
    rejected = visitor.submit(second, code="000000")
    again = visitor.submit(second, code="000000")
    assert (again.status, again.problems) == (422, rejected.problems)
    assert again.fields["wf_revision"] == rejected.fields["wf_revision"]


def test_finish_page_can_be_reloaded(visitor: Visitor) -> None:
    """The end stays readable under its address for a while."""
    end = visitor.submit(visitor.submit(visitor.open("/hello/"), name="Ann"), code="123456")
    assert visitor.open(end.address).heading == "Done"


def test_back_button_shows_the_current_page(visitor: Visitor) -> None:
    """An old page posted again with other input runs nothing and answers with the current one."""
    first = visitor.submit(visitor.open("/live/"), name="")
    second = visitor.submit(first, name="Ann")
    stale = visitor.submit(first, name="Bob")
    assert (stale.status, stale.heading) == (409, "Country")
    assert stale.messages == ["This page was answered already. Here is the current one."]
    assert stale.action == second.action
    assert visitor.submit(stale, country="at").heading == "Done"


def test_two_tabs_of_one_flow(visitor: Visitor) -> None:
    """A tab left behind gets the current page with a message, and goes on from there."""
    one = visitor.submit(visitor.open("/hello/"), name="Ann")
    two = visitor.open(one.address)
    visitor.submit(one, code="000000")
    stale = visitor.submit(two, code="111111")
    assert (stale.status, stale.title) == (409, "Code for Ann")
    assert visitor.submit(stale, code="123456").heading == "Done"


def test_two_flows_side_by_side(visitor: Visitor) -> None:
    """Each flow has a cookie and an address of its own."""
    ann = visitor.submit(visitor.open("/hello/"), name="Ann")
    bob = visitor.submit(visitor.open("/hello/"), name="Bob")
    assert (visitor.open(ann.address).title, visitor.open(bob.address).title) == ("Code for Ann", "Code for Bob")
    assert visitor.submit(ann, code="123456").heading == "Done"
    assert visitor.open(bob.address).title == "Code for Bob"


def test_workflow_without_a_form_starts_with_a_button(visitor: Visitor) -> None:
    """A GET shows a button, and its post runs the first steps; URL keyword arguments are params."""
    start = visitor.open("/begin/7/")
    assert (start.status, start.heading) == (200, "Begin here")
    assert not Flow.objects.exists()
    confirm = visitor.submit(start, "wf.start")
    assert confirm.heading == "Confirm cart 7"


def test_start_button_is_exactly_once(visitor: Visitor) -> None:
    """Two presses of the button start one flow."""
    start = visitor.open("/begin/7/")
    one, two = visitor.send(start, "wf.start"), visitor.send(start, "wf.start")
    assert one.headers["Location"] == two.headers["Location"]


def test_spent_attempts_end_the_flow(visitor: Visitor) -> None:
    """After the last wrong code the flow is over, and says so."""
    page = visitor.submit(visitor.open("/guarded/"), name="Ann")
    for _ in range(4):
        page = visitor.submit(page, code="000000")
        assert page.status == 422
    end = visitor.submit(page, code="000000")
    assert (end.status, end.heading) == (200, "This could not be completed")


def test_live_page_is_updated_in_place(visitor: Visitor) -> None:
    """Without JavaScript a button draws what depends on the typed data: nothing is validated and nothing runs."""
    page = visitor.submit(visitor.open("/live/"), name="Ann")
    assert ">Bundesland</label>" in page.text
    updated = visitor.submit(page, "wf.refresh", country="de", state="Hessen")
    assert updated.status == 200
    assert ">Land</label>" in updated.text
    assert (updated.fields["state"], updated.fields["wf_revision"]) == ("Hessen", page.fields["wf_revision"])


def test_action_keeps_what_was_typed(visitor: Visitor) -> None:
    """A button beside the submit button says something and leaves the page as it was filled in."""
    first = visitor.submit(visitor.open("/saves/"), "hint", name="alic")
    assert (first.status, first.messages, first.fields["name"]) == (200, ["Try alice."], "alic")
    assert "You can ask again in 30 seconds. 1 left." in first.text
    again = visitor.submit(first, "hint", name="alic")
    assert (again.status, again.problems) == (422, ["Please wait a moment before you try this again."])


def test_first_live_page_is_updated_without_a_flow(visitor: Visitor) -> None:
    """The button draws the first page anew with what was typed, and starts nothing."""
    page = visitor.open("/live-first/")
    updated = visitor.submit(page, "wf.refresh", country="de", state="Hessen")
    assert (updated.status, updated.fields["state"]) == (200, "Hessen")
    assert ">Land</label>" in updated.text
    assert not any(name.startswith("wftoken") for name in visitor.client.cookies)
