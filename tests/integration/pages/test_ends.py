"""Where the end of a flow leads."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from tests.integration.pages.visitor import Visitor
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages.workflows")]


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
