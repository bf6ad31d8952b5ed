"""What the pages answer where something is wrong, and what they never tell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.test import Client
from django.views.debug import ExceptionReporter

from tests.integration.pages import workflows
from tests.integration.pages.visitor import Visitor
from wfapp import rounds
from wfapp.errors import Busy
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages.workflows")]


def test_cookie_is_needed(visitor: Visitor) -> None:
    """The address alone opens nothing: another browser is asked to start again."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    other = Visitor().open(second.address)
    assert (other.status, other.heading) == (410, "This page has expired")
    assert "Ann" not in other.text


def test_token_of_another_browser_is_invalid(visitor: Visitor) -> None:
    """A stolen token cookie does not open the flow without the browser's own cookie."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    thief = Visitor()
    thief.client.cookies = visitor.client.cookies.copy()
    del thief.client.cookies["__Host-wfbrowser-key"]
    assert thief.open(second.address).status == 410


def test_token_of_another_workflow_is_invalid(visitor: Visitor) -> None:
    """A flow opens at the address of its own workflow alone."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    assert visitor.open(second.address.replace("/hello/", "/guarded/")).status == 410


@pytest.mark.parametrize("key", ["x", "00000000", "../../etc", "\x00", "é", "0" * 5000])
def test_strange_keys_are_gone(visitor: Visitor, key: str) -> None:
    """What names no flow is answered like a flow that has ended."""
    assert visitor.client.get("/hello/", {"wf": key}).status_code == 410


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999", "\x00"])
def test_strange_revisions_are_refused(visitor: Visitor, revision: str) -> None:
    """A revision that no page wrote is a mistake of the client, and the way back is there."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    answer = visitor.submit(second, code="123456", wf_revision=revision)
    assert (answer.status, answer.title) == (400, "Error: This did not work")
    assert answer.link("Back to the page") == second.address


@pytest.mark.parametrize("key", ["", "x", "\x00", "é" * 100])
def test_strange_start_keys_start_nothing_or_a_flow(visitor: Visitor, key: str) -> None:
    """A start key that opens nothing draws the page again; without one there is no protection, but a start."""
    answer = visitor.submit(visitor.open("/hello/"), name="Ann", wf_start=key)
    assert answer.status == (422 if key else 200)


@pytest.mark.parametrize("action", ["nonsense", "\x00", "wf.back", "__class__", "ask"])
def test_strange_actions_are_refused(visitor: Visitor, action: str) -> None:
    """A button that the page does not have does nothing."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    answer = visitor.submit(second, action, code="123456")
    assert answer.status in {400, 422}
    assert visitor.open(second.address).title == "Code for Ann"


def test_post_without_csrf_token_is_refused(visitor: Visitor) -> None:
    """Django's own check covers pages."""
    first = visitor.open("/hello/")
    assert visitor.send(first, name="Ann", csrfmiddlewaretoken="").status_code == 403


def test_page_from_before_a_sign_in_comes_back(visitor: Visitor, alice: User) -> None:
    """A sign-in in another tab changes the CSRF token: nothing runs, nothing typed is lost, and sending again works."""
    first = visitor.open("/hello/?next=/echo/")
    visitor.client.force_login(alice)
    del visitor.client.cookies["csrftoken"]
    visitor.open("/hello/")
    again = visitor.submit(first, name="Ann")
    assert (again.status, again.title, again.action) == (403, "Your name", "/hello/?next=/echo/")
    assert again.messages == ["This page is out of date, or your browser blocks cookies. Please send it again."]
    assert again.fields["name"] == "Ann"
    assert not Flow.objects.exists()
    assert visitor.submit(again, name="Ann").title == "Code for Ann"


def test_later_page_from_before_a_sign_in_comes_back(visitor: Visitor) -> None:
    """The flow waits where it was."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    again = visitor.submit(second, code="123456", csrfmiddlewaretoken="x" * 32)
    assert (again.status, again.title) == (403, "Code for Ann")
    assert visitor.submit(again, code="123456").heading == "Done"


def test_old_page_of_a_flow_that_is_unknown_says_what_to_do(visitor: Visitor) -> None:
    """Without a current page there is at least a way back."""
    first = visitor.open("/hello/")
    answer = visitor.submit(replace(first, action="/hello/?wf=00000000"), name="Ann", csrfmiddlewaretoken="")
    assert (answer.status, answer.heading) == (403, "This did not work")
    assert answer.link("Back to the page") == "/hello/?wf=00000000"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_post_of_another_site_draws_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    """What another site would like to see in a form is not put there, whatever token it knows."""
    answer = visitor.submit_with(headers, visitor.open("/hello/"), name="Ann")
    assert (answer.status, answer.heading, answer.fields) == (403, "You cannot open this page", {})
    assert not Flow.objects.exists()


def test_csrf_is_checked_without_the_middleware(visitor: Visitor, settings: Any) -> None:
    """The view checks by itself on a site that left the middleware out."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    first = visitor.open("/hello/")
    assert visitor.send(first, name="Ann", csrfmiddlewaretoken="").status_code == 403


def test_wrong_params_are_a_fault(visitor: Visitor) -> None:
    """An address whose part does not fit the workflow's Params is no page."""
    assert visitor.open("/begin/seven/").status == 400


def test_limit_keeps_what_was_typed(visitor: Visitor) -> None:
    """Beyond a limit the page comes back with 429, says how long, and loses nothing but the password."""
    page = visitor.open("/careful/?next=/echo/")
    for _ in range(2):
        page = visitor.submit(page, name="Ann", password="hunter2")
        assert (page.status, page.problems) == (422, ["Not you."])
    limited = visitor.submit(page, name="Ann", password="hunter2")
    assert (limited.status, limited.title) == (429, "Error: Ask")
    assert limited.messages == ["Too many attempts. You can try again in 10 minutes."]
    assert 0 < int(limited.headers["Retry-After"]) <= 600
    assert (limited.fields["name"], limited.fields["password"]) == ("Ann", "")
    assert limited.action == "/careful/?next=/echo/"


def test_anonymous_person_is_sent_to_the_login_page(visitor: Visitor) -> None:
    """Whoever lacks a right at the start signs in first, and comes back."""
    response = visitor.client.get("/private/?next=/echo/")
    assert (response.status_code, response.headers["Location"]) == (303, "/login/?next=/private/%3Fnext%3D/echo/")


def test_login_page_does_not_send_to_itself(visitor: Visitor) -> None:
    """A login page that asks for a signed-in person is a 403, not a loop."""
    answer = visitor.open("/login/")
    assert (answer.status, answer.heading) == (403, "You cannot open this page")


def test_login_required_middleware_leaves_the_view_alone(visitor: Visitor, settings: Any) -> None:
    """The steps decide who may use a workflow, on a site that asks everybody to sign in."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert visitor.open("/hello/").status == 200


def test_signed_in_person_without_the_right_gets_403(visitor: Visitor, alice: User, monkeypatch: Any) -> None:
    """Another sign-in would not help."""
    monkeypatch.setattr(workflows.Private, "has_permission", lambda self, step: False)
    visitor.client.force_login(alice)
    answer = visitor.open("/private/")
    assert (answer.status, answer.title) == (403, "Error: You cannot open this page")


def test_flow_waits_for_staff(visitor: Visitor, alice: User) -> None:
    """Whoever lacks the right of the current step sees that it waits, and whoever has it sees the page."""
    visitor.client.force_login(alice)
    waiting = visitor.submit(visitor.open("/reviewed/"), name="Ann")
    assert (waiting.status, waiting.heading) == (200, "Your application")
    assert waiting.link("Check again") == waiting.address
    assert "<form" not in waiting.text
    alice.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert "<form" in visitor.open(waiting.address).text


def test_exception_leaves_the_flow_where_it_was(visitor: Visitor) -> None:
    """A step that raises is a 500 of the site, and the page can be sent again."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    with pytest.raises(RuntimeError, match="crashed on purpose"):
        visitor.send(second, code="crash")
    assert visitor.submit(second, code="123456").heading == "Done"


def reports_of(request: Callable[[], Any], expected: type[Exception]) -> list[str]:
    """Collect the reports that an unexpected exception would be mailed with."""
    reports: list[str] = []

    def report(request: HttpRequest, **kwargs: Any) -> None:
        kind, value, traceback = sys.exc_info()
        reports.append(ExceptionReporter(request, kind, value, traceback).get_traceback_html())

    got_request_exception.connect(report)
    try:
        with pytest.raises(expected):
            request()
    finally:
        got_request_exception.disconnect(report)
    return reports


def test_error_report_names_no_input(visitor: Visitor) -> None:
    """The report of an unexpected exception, with every frame's variables, holds neither input nor token."""
    first = visitor.open("/broken/")
    reports = reports_of(lambda: visitor.send(first, name="Zanzibar", password="hunter2"), RuntimeError)
    browser = visitor.client.cookies["__Host-wfbrowser-key"].value
    assert "broken on purpose" in reports[0]
    for secret in ("Zanzibar", "hunter2", first.fields["wf_start"], browser):
        assert secret not in reports[0]


@pytest.mark.parametrize("path", ["/hello/", "/careful/"])
def test_busy_flow_keeps_what_was_typed(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A flow that another request holds is shown again, with what was typed and when to come back."""

    def busy(*args: Any, **kwargs: Any) -> None:
        raise Busy

    page = visitor.open(path)
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "start", busy)
        answer = visitor.submit(page, name="Ann")
    assert (answer.status, answer.fields["name"], answer.headers["Retry-After"]) == (409, "Ann", "1")
    assert answer.messages == ["An earlier request is still being worked on. Try again in a moment."]


def test_fault_without_a_page_says_what_to_do(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the current page cannot be drawn either, there is a way back to it."""

    def busy(*args: Any, **kwargs: Any) -> None:
        raise Busy

    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    monkeypatch.setattr(rounds, "play", busy)
    monkeypatch.setattr(rounds, "show", busy)
    answer = visitor.submit(second, code="123456")
    assert (answer.status, answer.heading, answer.headers["Retry-After"]) == (409, "One moment, please", "1")
    assert answer.link("Back to the page") == second.address


def test_error_report_of_a_template_names_nothing(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """A page that cannot be drawn does not report what it would have shown."""
    (tmp_path / "own.html").write_text("{% include 'missing.html' %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    second = visitor.submit(visitor.open("/hello/"), name="Zanzibar")
    reports = reports_of(lambda: visitor.open(second.address.replace("/hello/", "/own/")), TemplateDoesNotExist)
    assert "missing.html" in reports[0]
    assert "Zanzibar" not in reports[0]


def test_headers_of_every_page(visitor: Visitor) -> None:
    """Pages are stored nowhere, framed by nobody and give their address to no other site."""
    for path, status in [("/hello/", 200), ("/hello/?wf=00000000", 410), ("/begin/x/", 400)]:
        response = visitor.client.get(path)
        assert response.status_code == status
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "HX-Request" in response.headers["Vary"]


def test_no_secret_in_any_address_or_page(visitor: Visitor) -> None:
    """The token lives in its cookie alone."""
    second = visitor.submit(visitor.open("/both/?next=/echo/"), name="Ann")
    cookies = [morsel.value for name, morsel in visitor.client.cookies.items() if name.startswith("__Host-")]
    assert len(cookies) == 2
    for value in cookies:
        secret = value.rpartition(".")[2]
        assert secret not in second.text
        assert secret not in second.address


def test_other_methods_are_not_allowed() -> None:
    """A page is read and posted."""
    response = Client().put("/hello/")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
