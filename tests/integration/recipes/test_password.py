"""A new password for somebody who is signed in, by one script through every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.integration.recipes.accounts import NEW, OLD, make, signed_in
from wfapp.testing import Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

CHOICE = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def ada() -> User:
    """Make an account."""
    return make("ada")


def begin(via: Any, user: User) -> Walk:
    """Stand before the first page."""
    return Walk("auth/password", via=via, user=user)


def test_the_present_password_leads_to_a_new_one(via: str, ada: User) -> None:
    """A wrong one, the right one, a weak new one, a good one; the mailbox is told, and this session goes on."""
    walk = begin(via, ada)
    assert walk.reject(password=NEW).errors == {"password": "This is not your password."}
    assert walk.submit(password=OLD).step == "choose"
    assert list(walk.reject(new_password1="ada", new_password2="ada").errors) == ["new_password2"]
    assert walk.submit(CHOICE).finished
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert [(letter.to, letter.subject) for letter in walk.outbox] == [
        (["ada@example.com"], "Your password for wfapp demo was changed")
    ]
    assert "session_hash" in assert_no_leak(walk)
    if via != "python":
        assert signed_in(walk) == str(ada.pk)
        assert "Signed in as" in walk.client.get("/").content.decode()


def test_other_sessions_end(via: str, ada: User) -> None:
    """This one alone goes on."""
    elsewhere = Client()
    elsewhere.force_login(ada)
    begin(via, ada).submit(password=OLD).submit(CHOICE)
    assert "Signed in" not in elsewhere.get("/").content.decode()


def test_nobody_changes_it_anonymously(via: Any) -> None:
    """A page sends to the sign-in and comes back; a client is refused."""
    walk = Walk("auth/password", via=via)
    assert walk.fault == 403
    if via == "html":
        assert walk.redirect == "/login/?next=/password/"


def test_wrong_passwords_count_with_those_of_the_sign_in(via: Any, ada: User, wait: Callable[..., None]) -> None:
    """Ten in a quarter of an hour, on whichever page."""
    for _ in range(5):
        Walk("auth/login", via="json").reject(username="ADA", password="wrong")
    walk = begin(via, ada)
    for _ in range(5):
        walk.reject(password="wrong")
    assert walk.reject(password=OLD).fault == 429
    assert Walk("auth/login", via="json").reject(username="ada", password=OLD).fault == 429
    wait(minutes=15)
    assert begin(via, ada).submit(password=OLD).step == "choose"


def test_the_page_waits_for_a_quarter_of_an_hour(via: str, ada: User, wait: Callable[..., None]) -> None:
    """Whoever finds it open later has to type the present password, too."""
    walk = begin(via, ada).submit(password=OLD)
    wait(minutes=15)
    assert walk.reject(CHOICE).fault == 410


def test_a_password_that_changed_meanwhile_ends_it(ada: User) -> None:
    """The page behind the old one is dead."""
    walk = begin("python", ada).submit(password=OLD)
    ada.set_password("another-violin-39")
    ada.save()
    walk.submit(CHOICE)
    assert (walk.status, walk.reason) == ("aborted", "changed")


def test_an_account_without_an_address_is_mailed_nothing(via: str) -> None:
    """And has its new password all the same."""
    walk = begin(via, make("ben", email="")).submit(password=OLD).submit(CHOICE)
    assert (walk.finished, len(walk.outbox)) == (True, 0)


def test_somebody_elses_browser_finds_nothing(ada: User) -> None:
    """Not even with the token: the flow is its user's."""
    walk = begin("json", ada).submit(password=OLD)
    thief = Client()
    thief.force_login(make("eve"))
    body = {"wfs": str(walk.door.token), "input": {"formData": CHOICE}}
    assert thief.post("/wf/", body, content_type="application/json").status_code == 410
