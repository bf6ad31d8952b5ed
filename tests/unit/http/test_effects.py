"""What an answer does to the visitor's session and browser."""

from __future__ import annotations

import logging
import uuid
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth import SESSION_KEY, get_user, login
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from wfapp.declaration.outcomes import Cookie
from wfapp.errors import NotAvailable
from wfapp.http.effects import MODEL_BACKEND, deliver
from wfapp.rounds.answer import Answer, Effects, SignIn

FLOW = uuid.UUID(int=7)
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    """Make a user."""
    return User.objects.create_user("alice", password="correct horse")


def visit(session_key: str | None = None) -> HttpRequest:
    """Make a request with a session of the site's engine."""
    request = RequestFactory().post("/")
    request.session = import_module(site.SESSION_ENGINE).SessionStore(session_key)
    request.user = AnonymousUser()
    return request


def signed_in(user: User) -> HttpRequest:
    """Make a request of somebody who is signed in, whose session is saved."""
    request = visit()
    login(request, user, backend=MODEL_BACKEND)
    request.session.save()
    return request


def answer(sign_in: SignIn | None = None, *cookies: Cookie, flow_id: uuid.UUID = FLOW) -> Answer:
    """Make an answer with these effects."""
    workflow: Any = None
    effects = Effects(sign_in=sign_in, cookies=cookies)
    return Answer(status="finished", workflow=workflow, flow_id=flow_id, effects=effects)


def sign_in(user: User, backend: str = MODEL_BACKEND, *, others: bool = False, flow_id: uuid.UUID = FLOW) -> Answer:
    """Make an answer that signs a user in."""
    return answer(SignIn(user_id=str(user.pk), backend=backend, sign_out_others=others), flow_id=flow_id)


def is_open(session: SessionBase) -> bool:
    """Tell whether a session still signs somebody in."""
    return SESSION_KEY in type(session)(session.session_key)


def test_an_answer_without_effects_changes_nothing() -> None:
    """Most answers carry none."""
    workflow: Any = None
    request, response = visit(), HttpResponse()
    deliver(request, response, Answer(status="form", workflow=workflow))
    assert not request.session.modified
    assert not response.cookies


def test_cookies_are_set_as_the_step_described_them() -> None:
    """Every attribute of the cookie arrives."""
    response = HttpResponse()
    cookie = Cookie(name="trusted", value="yes", max_age=60, path="/login/", secure=False, samesite="Strict")
    deliver(visit(), response, answer(None, cookie))
    morsel = response.cookies["trusted"]
    assert morsel.value == "yes"
    assert {name: value for name, value in morsel.items() if value and name != "expires"} == {
        "httponly": True,
        "max-age": 60,
        "path": "/login/",
        "samesite": "Strict",
    }


def test_the_user_is_signed_in(alice: User) -> None:
    """The session belongs to the user, and the next request finds them."""
    request = visit()
    deliver(request, HttpResponse(), sign_in(alice))
    assert request.user == alice
    assert get_user(request) == alice


def test_signing_in_fires_djangos_signal(alice: User) -> None:
    """Receivers of user_logged_in hear of it."""
    heard: list[Any] = []

    def listen(sender: object, user: User, **kwargs: object) -> None:
        heard.append(user)

    user_logged_in.connect(listen)
    try:
        deliver(visit(), HttpResponse(), sign_in(alice))
    finally:
        user_logged_in.disconnect(listen)
    assert heard == [alice]


def test_the_anonymous_sessions_data_is_dropped_and_its_key_changed(alice: User) -> None:
    """Whoever planted the session before finds nothing under its key and leaves nothing in the account."""
    request = visit()
    request.session["planted"] = "by somebody else"
    request.session.save()
    before = request.session.session_key
    deliver(request, HttpResponse(), sign_in(alice))
    assert "planted" not in request.session
    assert request.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_another_users_session_is_dropped(alice: User) -> None:
    """Nothing of the user who was signed in before remains."""
    request = signed_in(User.objects.create_user("bob"))
    request.session["basket"] = "bob's"
    before = request.session.session_key
    deliver(request, HttpResponse(), sign_in(alice))
    assert get_user(request) == alice
    assert "basket" not in request.session
    assert request.session.session_key != before


def test_the_own_session_is_kept(alice: User) -> None:
    """Somebody who is signed in already and signs in again keeps what their session holds."""
    request = signed_in(alice)
    request.session["basket"] = "alice's"
    deliver(request, HttpResponse(), sign_in(alice))
    assert request.session["basket"] == "alice's"
    assert get_user(request) == alice


def test_the_second_of_two_clicks_is_signed_in_too(alice: User) -> None:
    """A repeated answer signs in the request that got it, though the first one took the session's key away."""
    planted = visit()
    planted.session["x"] = 1
    planted.session.save()
    first, second = visit(planted.session.session_key), visit(planted.session.session_key)
    assert second.session["x"] == 1
    for request in (first, second):
        deliver(request, HttpResponse(), sign_in(alice))
        request.session.save()
    assert is_open(first.session)
    assert is_open(second.session)


def test_an_inactive_user_is_not_signed_in(alice: User, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """is_active is asked again, even where the backend would not."""
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
    User.objects.update(is_active=False)
    request = visit()
    with caplog.at_level(logging.WARNING, logger="wfapp.http"):
        deliver(request, HttpResponse(), sign_in(alice, settings.AUTHENTICATION_BACKENDS[0]))
    assert not request.session.modified
    assert caplog.messages == [
        "A user was not signed in: deleted or inactive by now, or the backend is no longer in use."
    ]


def test_a_deleted_user_is_not_signed_in(alice: User) -> None:
    """Who is gone by the time of the delivery is not signed in."""
    gone = sign_in(alice)
    alice.delete()
    request = visit()
    deliver(request, HttpResponse(), gone)
    assert SESSION_KEY not in request.session


def test_the_remembered_backend_signs_in(alice: User, settings: Settings) -> None:
    """The path that vouched for the user stands in the session."""
    remembered = "django.contrib.auth.backends.AllowAllUsersModelBackend"
    settings.AUTHENTICATION_BACKENDS = [MODEL_BACKEND, remembered]
    request = visit()
    deliver(request, HttpResponse(), sign_in(alice, remembered))
    assert request.session["_auth_user_backend"] == remembered


def test_a_backend_that_the_site_no_longer_uses_signs_nobody_in(alice: User) -> None:
    """What vouched for the user is not trusted any more."""
    request = visit()
    deliver(request, HttpResponse(), sign_in(alice, "django.contrib.auth.backends.RemoteUserBackend"))
    assert SESSION_KEY not in request.session


@pytest.mark.parametrize(
    ("backends", "used"),
    [
        (["django.contrib.auth.backends.RemoteUserBackend", MODEL_BACKEND], MODEL_BACKEND),
        (["django.contrib.auth.backends.RemoteUserBackend"], "django.contrib.auth.backends.RemoteUserBackend"),
    ],
)
def test_without_a_remembered_backend_djangos_own_or_the_first_is_used(
    alice: User, settings: Settings, backends: list[str], used: str
) -> None:
    """A user whom a step took from the database carries no backend."""
    settings.AUTHENTICATION_BACKENDS = backends
    request = visit()
    deliver(request, HttpResponse(), sign_in(alice, ""))
    assert request.session["_auth_user_backend"] == used


def issue_token(request: HttpRequest, user: User, backend: str) -> None:
    """Stand for a site's own SIGN_IN."""
    request.META["ISSUED"] = (user.username, backend)


def test_a_site_signs_in_in_its_own_way(alice: User, settings: Settings) -> None:
    """WFAPP["SIGN_IN"] gets request, user and backend; a site without sessions needs none."""
    settings.WFAPP = {**settings.WFAPP, "SIGN_IN": f"{__name__}.issue_token"}
    request = RequestFactory().post("/")
    deliver(request, HttpResponse(), sign_in(alice))
    assert request.META["ISSUED"] == ("alice", MODEL_BACKEND)


@pytest.mark.parametrize("engine", ["db", "cached_db"])
def test_other_sessions_of_the_user_are_ended(alice: User, settings: Settings, engine: str) -> None:
    """Every other device is signed out; other people's sessions and anonymous ones stay."""
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    elsewhere, bob, anonymous = signed_in(alice), signed_in(User.objects.create_user("bob")), visit()
    anonymous.session["basket"] = 1
    anonymous.session.save()
    request = visit()
    deliver(request, HttpResponse(), sign_in(alice, others=True))
    request.session.save()
    assert not is_open(elsewhere.session)
    assert is_open(bob.session)
    assert is_open(request.session)
    assert "basket" in type(anonymous.session)(anonymous.session.session_key)


def test_the_session_of_the_request_is_no_other(alice: User) -> None:
    """Somebody who is signed in and ends their other sessions keeps this one."""
    request = signed_in(alice)
    deliver(request, HttpResponse(), sign_in(alice, others=True))
    assert is_open(request.session)


def test_the_session_of_a_repeated_answer_is_no_other(alice: User) -> None:
    """The second of two clicks does not sign out the first, whichever answer the browser sees last."""
    first, second = visit(), visit()
    for request in (first, second):
        deliver(request, HttpResponse(), sign_in(alice, others=True))
        request.session.save()
    assert is_open(first.session)
    assert is_open(second.session)


def test_a_later_flow_ends_the_sessions_of_an_earlier_one(alice: User) -> None:
    """The mark of a flow protects its own sessions alone."""
    first, second = visit(), visit()
    for number, request in enumerate((first, second)):
        deliver(request, HttpResponse(), sign_in(alice, others=True, flow_id=uuid.UUID(int=number)))
        request.session.save()
    assert not is_open(first.session)
    assert is_open(second.session)


def test_sessions_without_rows_refuse_to_end_others(alice: User, settings: Settings) -> None:
    """An engine that cannot list its sessions is named, with the cure, and nobody is signed in."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    request = visit()
    with pytest.raises(NotAvailable) as caught:
        deliver(request, HttpResponse(), sign_in(alice, others=True))
    assert str(caught.value) == (
        "sign_out_others needs sessions that can be listed, and 'django.contrib.sessions.backends.signed_cookies' "
        "keeps no rows: use 'django.contrib.sessions.backends.db' or '.cached_db'. "
        "(A changed password ends other sessions anyway.)"
    )
    assert SESSION_KEY not in request.session


def test_a_changed_password_ends_other_sessions_by_itself(alice: User) -> None:
    """Django's session hash follows the password, with every engine: recovery needs no sign_out_others."""
    elsewhere = signed_in(alice)
    alice.set_password("battery staple")
    alice.save()
    assert isinstance(get_user(elsewhere), AnonymousUser)
