"""What holds on sites that are set up otherwise than the demo site."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import connections
from django.test import Client
from django.urls import clear_url_caches, path
from django.utils import timezone

import project.urls
from tests.workflows import Hello, HelloBoth, HelloToken, SignIn
from wfapp.models import Flow
from wfapp.rest.views import FlowViewSet
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

JSON = "application/json"
urlpatterns = [
    path("hello/", WorkflowView.as_view(workflow=Hello)),
    path("token/", WorkflowView.as_view(workflow=HelloToken)),
    path("both/", WorkflowView.as_view(workflow=HelloBoth)),
    path("sign-in/", WorkflowView.as_view(workflow=SignIn, next_page="/hello/")),
    *project.urls.urlpatterns,
]


@pytest.fixture(autouse=True)
def user() -> User:
    """Give the sign-in its user."""
    return User.objects.create_user("Ada")


def hidden(page: Any) -> dict[str, str]:
    """Read what a page posts back."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def through(client: Client, address: str) -> Any:
    """Walk the pages of Hello; give the last response."""
    page = client.get(address)
    response = client.post(address, {**hidden(page), "name": "Ada"})
    assert response.status_code == 303, response.content
    page = client.get(response.url)
    return client.post(response.url, {**hidden(page), "code": "123456"})


def call(client: Client, **body: Any) -> Any:
    """Post to the endpoint."""
    return client.post("/wf/", body, content_type=JSON)


def by_rest(client: Client, workflow: str) -> Any:
    """Walk Hello by REST; give the last body."""
    page = call(client, wfid=workflow, input={"formData": {"name": "Ada"}})
    return call(client, wfs=page.json()["wfs"], input={"formData": {"code": "123456"}}).json()


@pytest.mark.parametrize("address", ["/hello/", "/token/", "/both/"])
def test_pages_work_without_time_zones(settings: Any, address: str) -> None:
    """With USE_TZ off every time is naive."""
    settings.USE_TZ = False
    assert through(Client(), address).status_code == 303


@pytest.mark.parametrize("workflow", ["tests/hello", "tests/hello-token", "tests/hello-both"])
def test_the_endpoint_works_without_time_zones(settings: Any, workflow: str) -> None:
    """Its limits and cooldowns, too."""
    settings.USE_TZ = False
    client = Client()
    assert by_rest(client, workflow)["status"] == "finished"
    if workflow != "tests/hello-token":
        page = call(client, wfid=workflow, input={"formData": {"name": "Ada"}})
        pressed = call(client, wfs=page.json()["wfs"], input={"action": "resend"})
        assert pressed.json()["inputRequired"]["view"]["actions"][0]["remaining"] == 2


def test_every_door_has_transactions_of_its_own_on_every_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a site sets ATOMIC_REQUESTS, for whichever of its databases."""
    monkeypatch.setitem(connections.settings, "other", connections.settings["default"])
    views: list[Any] = [FlowViewSet.as_view({"post": "create"}), WorkflowView.as_view(workflow=Hello)]
    assert [view._non_atomic_requests for view in views] == [{"default", "other"}] * 2


def test_atomic_requests_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round begins a durable transaction, which may stand in no other one."""
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    assert by_rest(Client(), "tests/hello")["status"] == "finished"
    assert through(Client(), "/hello/").status_code == 303


def test_staff_cancel_a_flow_within_atomic_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The admin's views stand in the transaction of their request."""
    through(Client(), "/both/")
    call(Client(), wfid="tests/hello", input={"formData": {"name": "Ada"}})
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    staff = Client()
    staff.force_login(User.objects.create_superuser("staff"))
    chosen = {"_selected_action": str(Flow.objects.get(status="paused").pk), "confirmed": "1", "action": "cancel_flows"}
    staff.post("/admin/wfapp/flow/", chosen)
    assert Flow.objects.filter(status="cancelled").count() == 1


def test_the_endpoint_needs_no_login_behind_the_login_middleware(settings: Any) -> None:
    """The steps decide who may answer them."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert by_rest(Client(), "tests/hello")["status"] == "finished"
    assert through(Client(), "/hello/").status_code == 303


@pytest.mark.parametrize(
    "engine",
    ["signed_cookies", "cache", "cached_db", "file"],
)
def test_a_sign_in_works_with_every_session_engine(settings: Any, engine: str, tmp_path: Any) -> None:
    """It flushes the anonymous session and changes its key."""
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    client = Client()
    page = client.get("/sign-in/")
    response = client.post("/sign-in/", {**hidden(page), "name": "Ada"})
    assert (response.status_code, response.url) == (303, "/hello/")
    assert client.get("/hello/").wsgi_request.user.username == "Ada"


def test_pages_work_with_csrf_tokens_in_the_session(settings: Any) -> None:
    """From the first page to the sign-in, which ends that session."""
    settings.CSRF_USE_SESSIONS = True
    client = Client(enforce_csrf_checks=True)
    assert through(client, "/hello/").status_code == 303
    page = client.get("/sign-in/")
    assert client.post("/sign-in/", {**hidden(page), "name": "Ada"}).status_code == 303
    assert through(client, "/hello/").status_code == 303


@pytest.mark.parametrize("address", ["/token/", "/both/"])
def test_a_cache_that_keeps_nothing_only_weakens_once(settings: Any, address: str) -> None:
    """A token flow goes on; what a repetition ran twice is not sign-in, nor anything in the database."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    caches["default"].clear()
    assert through(Client(), address).status_code == 303
    assert Flow.objects.count() == (1 if address == "/both/" else 0)


def test_a_move_to_the_database_happens_once_without_a_cache(settings: Any) -> None:
    """The row is under the flow's id: whoever comes second meets it."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    client = Client()
    wfs = call(client, wfid="tests/hello-both").json()["wfs"]
    first = call(client, wfs=wfs, input={"formData": {"name": "Ada"}}).json()
    again = call(client, wfs=wfs, input={"formData": {"name": "Ada"}}).json()
    other = call(client, wfs=wfs, input={"formData": {"name": "Bo"}})
    assert again == first
    assert (other.status_code, other.json()["error"]["code"]) == (409, "stale")
    assert Flow.objects.count() == 1


def test_a_technical_error_page_shows_no_key_of_wfapp(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With DEBUG on Django shows settings, cookies and the variables of every frame."""
    settings.DEBUG = True
    settings.WFAPP = {"KEYS": ["a key that must never be shown, of forty"]}
    client = Client(raise_request_exception=False)
    page = client.get("/hello/")
    response = client.post("/hello/", {**hidden(page), "name": "crash"})
    assert response.status_code == 500
    for name, cookie in client.cookies.items():
        if name.startswith("wf"):
            assert cookie.value not in response.content.decode()
    assert "must never be shown" not in response.content.decode()


def test_a_browser_holds_at_most_twenty_tokens(client: Client) -> None:
    """The oldest flow goes first; all together stay under 5,000 characters."""
    now = timezone.now()
    for _ in range(25):
        client.post("/hello/", {**hidden(client.get("/hello/")), "name": "Ada"})
    held = {name: morsel.value for name, morsel in client.cookies.items() if "wftoken" in name and morsel.value}
    assert len(held) <= 20
    assert sum(len(name) + len(value) for name, value in held.items()) <= 5_000
    assert Flow.objects.filter(created_at__gte=now).count() == 25


@pytest.fixture(autouse=True)
def _fresh_urls() -> Any:
    """Forget the addresses of other tests."""
    clear_url_caches()
    yield
    clear_url_caches()


class Replica:
    """Send what is read from wfapp's tables to a database that lags behind for ever: there is none."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica" if model._meta.app_label == "wfapp" else None


@pytest.mark.parametrize("address", ["/hello/", "/both/", "/wide/"])
def test_rounds_read_from_no_replica(settings: Any, address: str) -> None:
    """A page that comes after a post must show what the post did, and a limit what was counted."""
    settings.DATABASE_ROUTERS = [Replica()]
    if address == "/wide/":
        client = Client()
        page = call(client, wfid="tests/wide").json()
        answers = [page := call(client, wfs=page["wfs"], input={"formData": {"count": 13}}).json() for _ in range(3)]
        assert [answer["status"] for answer in answers] == ["form"] * 3
        assert call(client, wfs=page["wfs"], input={"formData": {"count": 13}}).status_code == 429
    else:
        assert through(Client(), address).status_code == 303


def test_a_key_is_looked_up_on_no_replica(settings: Any) -> None:
    """It came with a post a moment ago."""
    settings.DATABASE_ROUTERS = [Replica()]
    post = {"path": "/wf/", "data": {"wfid": "tests/hello"}, "content_type": JSON}
    first, again = (Client().post(**post, headers={"Idempotency-Key": "k" * 30}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert Flow.objects.using("default").count() == 1
