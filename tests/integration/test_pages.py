"""A flow's whole life through the pages, as a browser without JavaScript sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter

from tests.integration import page_workflows
from tests.integration.page_workflows import urlpatterns
from tests.integration.visitor import Visitor
from wfapp import rounds
from wfapp.errors import Busy, DeclarationError
from wfapp.models import Flow
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.page_workflows")]


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates, not what the demo site lays over them."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


@pytest.fixture
def visitor() -> Visitor:
    """Give a browser."""
    return Visitor()


@pytest.fixture
def alice() -> User:
    """Give a user."""
    return User.objects.create_user("alice")


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


def test_next_survives_every_step(visitor: Visitor) -> None:
    """``next`` stands in the address of every page, a rejected and a stale one too, and is where the end leads."""
    first = visitor.submit(visitor.open("/hello/?next=/echo/"), name="wrong")
    second = visitor.submit(first, name="Ann")
    assert second.address.endswith("&next=/echo/")
    rejected = visitor.submit(second, code="000000")
    stale = visitor.submit(second, code="111111")
    assert rejected.action.endswith("&next=/echo/")
    assert stale.action.endswith("&next=/echo/")
    assert visitor.submit(stale, code="123456").text == "nobody; Welcome"


def test_next_survives_expiry(visitor: Visitor) -> None:
    """A flow that is gone offers a new start with the same ``next``."""
    second = visitor.submit(visitor.open("/hello/?next=/echo/"), name="Ann")
    Flow.objects.all().delete()
    gone = visitor.submit(second, code="123456")
    assert (gone.status, gone.heading) == (410, "This page has expired")
    assert "Please start again." in gone.text
    assert gone.link("Start again") == "/hello/?next=/echo/"


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "javascript:alert(1)", "/\\evil.test/", "a b"]
)
def test_unsafe_next_is_dropped(visitor: Visitor, target: str) -> None:
    """A redirect to another site is dropped on arrival."""
    first = visitor.open("/hello/")
    first.action = f"/hello/?{RequestFactory().get('/', {'next': target}).META['QUERY_STRING']}"
    assert visitor.submit(first, name="Ann").action.count("next") == 0


def test_next_can_come_in_the_body(visitor: Visitor) -> None:
    """A sign-in template made for LoginView posts ``next`` in a hidden field."""
    first = visitor.open("/hello/")
    assert visitor.submit(first, name="Ann", next="/echo/").address.endswith("&next=/echo/")


def test_redirect_field_has_another_name(visitor: Visitor, alice: User) -> None:
    """``redirect_field_name`` is what LoginView calls it."""
    first = visitor.open("/to/?to=/echo/&next=/elsewhere/")
    assert first.action == "/to/?to=/echo/"
    assert visitor.send(first, name="alice").headers["Location"] == "/echo/"


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


def test_csrf_is_checked_without_the_middleware(visitor: Visitor, settings: Any) -> None:
    """The view checks by itself on a site that left the middleware out."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    first = visitor.open("/hello/")
    assert visitor.send(first, name="Ann", csrfmiddlewaretoken="").status_code == 403


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


def test_wrong_params_are_a_fault(visitor: Visitor) -> None:
    """An address whose part does not fit the workflow's Params is no page."""
    assert visitor.open("/begin/seven/").status == 400


def test_step_redirects_at_the_end(visitor: Visitor) -> None:
    """What the step says comes before ``next``; its message goes along as one of Django's."""
    confirm = visitor.submit(visitor.open("/begin/7/?next=/echo/"), "wf.start")
    end = visitor.submit(confirm, sure="on")
    assert (end.address, end.text) == ("/elsewhere/", "nobody; Confirmed")


def test_sign_in_without_next_leads_to_the_sites_default(visitor: Visitor, alice: User, settings: Any) -> None:
    """As with LoginView, LOGIN_REDIRECT_URL is where a signed-in person goes."""
    settings.LOGIN_REDIRECT_URL = "/echo/"
    assert visitor.submit(visitor.open("/sign-in/"), name="alice").text == "alice"


def test_next_page_is_the_default(visitor: Visitor, alice: User) -> None:
    """``next_page`` comes before LOGIN_REDIRECT_URL; the step's messages are handed to Django's."""
    assert visitor.submit(visitor.open("/saves/"), name="alice").text == "alice; Welcome back.; Signed in."


def test_messages_go_nowhere_without_djangos(visitor: Visitor, alice: User, settings: Any) -> None:
    """A site without the messages framework signs in all the same."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "MessageMiddleware" not in name]
    assert visitor.send(visitor.open("/saves/"), name="alice").headers["Location"] == "/echo/"


def test_signed_in_person_is_sent_on(visitor: Visitor, alice: User) -> None:
    """``redirect_authenticated_user`` works for GET and POST, and honours ``next``."""
    first = visitor.open("/saves/")
    visitor.client.force_login(alice)
    assert visitor.open("/saves/").address == "/echo/"
    assert visitor.open("/saves/?next=/elsewhere/").address == "/elsewhere/"
    first.fields["csrfmiddlewaretoken"] = visitor.client.cookies["csrftoken"].value
    assert visitor.send(first, name="alice").headers["Location"] == "/echo/"


def test_next_that_leads_back_is_no_loop(visitor: Visitor, alice: User) -> None:
    """``?next=`` comes from outside: one that leads to this page gives way to the site's default."""
    visitor.client.force_login(alice)
    assert visitor.open("/saves/?next=/saves/%3Fa=1").address == "/echo/"


def test_loop_of_the_sites_own_is_found(visitor: Visitor, alice: User) -> None:
    """A default that leads to the page itself would send a browser in circles."""
    visitor.client.force_login(alice)
    with pytest.raises(ImproperlyConfigured) as raised:
        visitor.open("/loop/")
    assert str(raised.value) == (
        "WorkflowView: redirect_authenticated_user sends people from /loop/ to /loop/?a=1, which is the same page; "
        "set next_page or LOGIN_REDIRECT_URL to another one."
    )


def test_abort_has_a_page_of_its_own(visitor: Visitor) -> None:
    """A flow that was stopped does not go to ``next`` as if all was well; it can be started again."""
    end = visitor.submit(visitor.open("/careful/?next=/echo/"), name="stop")
    assert (end.status, end.heading) == (200, "This could not be completed")
    assert "<p>You stopped this.</p>" in end.text
    assert end.link("Start again") == "/careful/?next=/echo/"


def test_spent_attempts_end_the_flow(visitor: Visitor) -> None:
    """After the last wrong code the flow is over, and says so."""
    page = visitor.submit(visitor.open("/guarded/"), name="Ann")
    for _ in range(4):
        page = visitor.submit(page, code="000000")
        assert page.status == 422
    end = visitor.submit(page, code="000000")
    assert (end.status, end.heading) == (200, "This could not be completed")


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
    monkeypatch.setattr(page_workflows.Private, "has_permission", lambda self, step: False)
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


def test_template_of_the_step_wins(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """Templates are looked up as the admin does: step, workflow, page."""
    folder = tmp_path / "wfapp" / "tests" / "hello"
    folder.mkdir(parents=True)
    (tmp_path / "wfapp" / "tests" / "hello.html").write_text("workflow: {{ title }} {{ step }}")
    (folder / "verify.html").write_text("step: {{ passed.name }} {{ flow.url }}")
    first = visitor.open("/hello/")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert visitor.open("/hello/").text == "workflow: Your name ask"
    second = visitor.submit(first, name="Ann")
    assert second.text == f"step: Ann {second.address}"


def test_own_template_and_context_win(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """``template_name`` is every page's, and ``extra_context`` comes on top."""
    (tmp_path / "own.html").write_text("{{ site }}: {{ title }} {{ next }} {% load wfapp %}{% wf_form %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    first = visitor.open("/own/?next=/echo/")
    assert first.text.startswith("Ours: Your name /echo/")
    assert visitor.submit(first, name="Ann").text.startswith("Ours: Code for Ann /echo/")


HTMX = {"HX-Request": "true"}


def test_htmx_gets_the_form_alone(visitor: Visitor) -> None:
    """A fragment that swaps itself, with its own address to post to."""
    first = visitor.open("/hello/", **HTMX)
    assert first.text.startswith('<form class="wf-form"')
    assert first.text.rstrip().endswith("</form>")
    assert 'hx-post="/hello/" hx-target="this" hx-swap="outerHTML"' in first.text


def test_htmx_follows_to_the_next_form(visitor: Visitor) -> None:
    """The next step comes as a fragment, too, and the address of the flow's own page follows."""
    headers = HTMX | {"HX-Current-URL": "http://testserver/hello/"}
    second = visitor.submit_with(headers, visitor.open("/hello/", **headers), name="Ann")
    assert second.text.startswith("<form")
    assert second.headers["HX-Replace-Url"] == second.address


def test_htmx_gets_the_same_statuses(visitor: Visitor) -> None:
    """A rejected form is 422, an old page 409, a lost flow 410, each as a fragment."""
    first = visitor.open("/hello/", **HTMX)
    assert visitor.submit_with(HTMX, first, name="wrong").status == 422
    second = visitor.submit_with(HTMX, first, name="Ann")
    visitor.submit_with(HTMX, second, code="000000")
    assert visitor.submit_with(HTMX, second, code="111111").status == 409
    Flow.objects.all().delete()
    gone = visitor.submit_with(HTMX, second, code="123456")
    assert gone.status == 410
    assert gone.text.lstrip().startswith("<section")


def test_htmx_leaves_with_a_header(visitor: Visitor, alice: User) -> None:
    """The end is a page of its own: htmx is told to go there."""
    first = visitor.open("/sign-in/?next=/echo/", **HTMX)
    end = visitor.submit_with(HTMX, first, name="alice")
    assert (end.status, end.headers["HX-Redirect"], end.text) == (200, "/echo/", "")
    assert visitor.open("/echo/").text == "alice"


def test_htmx_leaves_to_the_finish_page(visitor: Visitor) -> None:
    """Without a place to go, the end is the finish page, as a whole."""
    second = visitor.submit_with(HTMX, visitor.open("/hello/", **HTMX), name="Ann")
    end = visitor.submit_with(HTMX, second, code="123456")
    assert end.headers["HX-Redirect"] == second.address
    assert visitor.open(end.headers["HX-Redirect"]).heading == "Done"


def test_whole_page_swaps_itself_where_the_site_says_so(visitor: Visitor) -> None:
    """``extra_context={"htmx": True}`` puts htmx's attributes on a page that a browser asked for."""
    first = visitor.open("/htmx/")
    assert first.text.startswith("<!DOCTYPE html>")
    assert 'hx-post="/htmx/"' in first.text


def test_view_needs_a_workflow_with_a_name() -> None:
    """A mistake in the URLconf is found when it is loaded."""
    with pytest.raises(DeclarationError) as raised:
        WorkflowView.as_view(workflow="auth/login")
    assert str(raised.value) == (
        "WorkflowView: workflow is 'auth/login'; pass a Workflow class with a name, as in workflow=Login."
    )


def test_view_says_what_it_serves() -> None:
    """Links find the address of a workflow by what as_view was given, and no transaction is around its rounds."""
    view: Any = urlpatterns[0].callback
    assert view.view_initkwargs["workflow"].name == "tests/hello"
    assert view._non_atomic_requests == {"default"}
