"""The endpoint's policy: who may post what, before any round is played."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError
from django.http import HttpRequest
from django.test import Client
from django.urls import include, path, resolve
from pytest_django import Settings
from rest_framework.authentication import BasicAuthentication, SessionAuthentication, TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from wfapp.rest.body import MAX_BODY
from wfapp.rest.views import FlowViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [path("wf/", include("wfapp.urls"))]

OWN = "http://testserver"
UNKNOWN = (404, "unknown-workflow")


def post(client: Client, body: object = None, **headers: str) -> Any:
    """Post a start of a workflow that does not exist, unless there is a body."""
    text = json.dumps({"wfid": "no/such"} if body is None else body)
    return client.post("/wf/", text, content_type="application/json", headers=headers)


def told(response: Any) -> tuple[int, str]:
    """Return the status and the code of a refusal, which is JSON and in no cache."""
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def authenticators(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets the site's authenticators."""
    return lambda *classes: monkeypatch.setattr(FlowViewSet, "authentication_classes", classes)


@pytest.fixture
def strict() -> Client:
    """Make a client whose CSRF token is checked, with somebody signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("alice"))
    return client


def test_a_post_reaches_the_round(client: Client) -> None:
    """What is refused here is refused by the rounds."""
    assert told(post(client)) == UNKNOWN


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_another_method_is_refused(client: Client, method: str) -> None:
    """The endpoint has one method."""
    response = client.generic(method, "/wf/")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    if method != "HEAD":
        assert told(response) == (405, "method-not-allowed")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(client: Client, accept: str) -> None:
    """A refusal must reach the client, too."""
    assert told(post(client, Accept=accept)) == UNKNOWN
    assert told(client.post("/wf/?format=api", "{}", content_type="application/json")) == (400, "malformed")


@pytest.mark.parametrize(
    ("body", "content_type", "refusal"),
    [
        ("{}", "text/plain", (415, "unsupported-media-type")),
        ("wfid=a", "application/x-www-form-urlencoded", (415, "unsupported-media-type")),
        (f'{{"wfid": "demo/hello", "params": {{"x": "{"x" * MAX_BODY}"}}}}', "application/json", (413, "too-large")),
        ("x" * (8 * 1024**2), "application/json", (413, "too-large")),
        ("[" * 50_000, "application/json", (400, "malformed")),
        ('"\\u0000"', "application/json", (400, "malformed")),
        ("", "application/json", (400, "malformed")),
    ],
)
def test_a_body_that_is_no_request_is_refused(
    client: Client, body: str, content_type: str, refusal: tuple[int, str]
) -> None:
    """Content type, size and syntax."""
    response: Any = client.generic("POST", "/wf/", body, CONTENT_TYPE=content_type)
    assert told(response) == refusal


def test_a_body_over_djangos_own_limit_is_ours_to_refuse(client: Client, settings: Settings) -> None:
    """The body is never read through request.body, which would answer with a page."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert told(post(client)) == UNKNOWN


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_post_from_another_site_is_refused(client: Client, headers: dict[str, str]) -> None:
    """Before anything is looked up."""
    assert told(post(client, **headers)) == (403, "cross-site")


def test_the_own_sites_post_needs_no_csrf_token(strict: Client) -> None:
    """The browser told where it comes from: with the token in the body that is enough."""
    assert told(post(strict, Origin=OWN)) == UNKNOWN
    assert told(post(strict, **{"Sec-Fetch-Site": "same-origin"})) == UNKNOWN


def test_a_session_without_a_browsers_headers_needs_the_csrf_token(strict: Client) -> None:
    """Such a client is no browser, or so old that its session might be used from another site."""
    assert told(post(strict)) == (403, "not-allowed")
    strict.cookies["csrftoken"] = "c" * 32
    assert told(post(strict, **{"X-CSRFToken": "c" * 32})) == UNKNOWN


def test_a_client_without_a_session_needs_no_csrf_token() -> None:
    """There is nothing that another site could use."""
    assert told(post(Client(enforce_csrf_checks=True))) == UNKNOWN


class TrustingSession(SessionAuthentication):
    """Stand for a site's own authenticator."""

    def enforce_csrf(self, request: Request) -> None:
        """Ask for nothing."""


def test_a_sites_own_authenticator_is_left_as_it_is(strict: Client, authenticators: Any) -> None:
    """Only REST framework's own class is replaced."""
    authenticators(TrustingSession)
    assert told(post(strict)) == UNKNOWN


@pytest.mark.parametrize("body", [{"wfid": "no/such", "transport": "cookie"}, {"wfs": {"flow": "x", "revision": 1}}])
def test_the_cookie_transport_needs_the_csrf_token(body: object) -> None:
    """A refusal sets the cookie, so that the client can send it again; without the token nothing is looked up."""
    client = Client(enforce_csrf_checks=True)
    response = post(client, body, Origin=OWN)
    assert told(response) == (403, "csrf")
    again = post(client, body, Origin=OWN, **{"X-CSRFToken": response.cookies["csrftoken"].value})
    assert told(again) in {UNKNOWN, (410, "invalid-token")}


@pytest.mark.parametrize(
    ("classes", "status", "scheme"),
    [
        ((BasicAuthentication, SessionAuthentication), 401, 'Basic realm="api"'),
        ((SessionAuthentication, BasicAuthentication), 403, None),
        ((BasicAuthentication,), 401, 'Basic realm="api"'),
    ],
)
def test_wrong_credentials_are_refused(
    client: Client, authenticators: Any, classes: tuple[Any, ...], status: int, scheme: str | None
) -> None:
    """A 401 names the scheme; without one to name it is a 403, as everywhere in REST framework."""
    authenticators(*classes)
    response = post(client, Authorization="Basic YTpi")
    assert told(response) == (status, "authentication-failed")
    assert response.headers.get("WWW-Authenticate") == scheme


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic AAAA", "Basic AAA6AA==", "Basic //8=", "Token x"])
def test_malformed_credentials_are_refused(client: Client, authenticators: Any, value: str) -> None:
    """Whatever stands in the header, it is no error of the site."""
    authenticators(BasicAuthentication)
    assert told(post(client, Authorization=value)) in {(401, "authentication-failed"), UNKNOWN}


def test_a_value_that_the_database_refuses_is_no_credential(client: Client, authenticators: Any) -> None:
    """PostgreSQL takes no NUL: what an authenticator looks up with one is nobody."""

    class Lookup(TokenAuthentication):
        def authenticate(self, request: Request) -> None:
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    authenticators(Lookup)
    assert told(post(client)) == (401, "authentication-failed")


def test_the_sites_permissions_do_not_close_the_endpoint(client: Client, settings: Settings) -> None:
    """A login must be open to whoever is not signed in: the rights are those of the steps."""
    settings.REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": [IsAuthenticated]}
    assert FlowViewSet().get_permissions() == []
    assert told(post(client)) == UNKNOWN


class Full(BaseThrottle):
    """Let nobody in for 90 seconds."""

    def allow_request(self, request: Request, view: object) -> bool:
        """Refuse."""
        return False

    def wait(self) -> float:
        """Say for how long."""
        return 89.5


def test_the_sites_throttles_hold(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A throttled client is told how long to wait."""
    monkeypatch.setattr(FlowViewSet, "throttle_classes", [Full])
    response = post(client)
    assert told(response) == (429, "throttled")
    assert response.headers["Retry-After"] == "90"


def test_an_unauthenticated_user_may_be_none(client: Client, settings: Settings) -> None:
    """A site without django.contrib.auth's anonymous user says so to REST framework."""
    settings.REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
    assert told(post(client)) == UNKNOWN


def test_rounds_have_transactions_of_their_own() -> None:
    """ATOMIC_REQUESTS leaves the endpoint alone, and so do CSRF and LoginRequiredMiddleware."""
    view: Any = resolve("/wf/").func
    assert view._non_atomic_requests == {"default"}
    assert view.csrf_exempt is True
    assert view.login_required is False


def test_the_endpoint_has_a_name() -> None:
    """Templates and the web component find it."""
    assert resolve("/wf/").view_name == "wfapp:endpoint"


def test_error_reports_hide_what_was_posted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every parameter of a post is sensitive."""
    seen: list[HttpRequest] = []

    def play(request: HttpRequest) -> None:
        seen.append(request)
        raise ZeroDivisionError

    monkeypatch.setattr("wfapp.rest.views.play", play)
    with pytest.raises(ZeroDivisionError):
        post(client)
    assert vars(seen[0])["sensitive_post_parameters"] == "__ALL__"
