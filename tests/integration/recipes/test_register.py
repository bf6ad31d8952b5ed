"""Registering, by one script through every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from tests.integration.recipes.accounts import NEW, another, make, seen, signed_in, work
from wfapp.models import Flow
from wfapp.testing import Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

DETAILS = {"email": "ada@example.com", "name": "Ada", "password1": NEW, "password2": NEW}
MINE, TAKEN = "Your code for wfapp demo", "Your account at wfapp demo"


def begin(via: Any, **details: str) -> Walk:
    """Answer the first page."""
    return Walk("auth/register", via=via).submit(DETAILS | details)


def test_a_mailed_code_makes_the_account(via: str) -> None:
    """A wrong code, the right one; then somebody is signed in who can do so with their address."""
    walk = begin(via, email="Ada@Example.com")
    assert (walk.step, walk.title) == ("verify", "Enter the code sent to ada@example.com")
    assert (walk.outbox.last.to, walk.outbox.last.subject) == (["ada@example.com"], MINE)
    assert walk.reject(code=another(walk.outbox.code())).errors == {"code": "Invalid code"}
    assert not User.objects.exists()
    walk.submit(code=walk.outbox.code())
    assert (walk.status, walk.data) == ("finished", {"email": "ada@example.com"})
    user = User.objects.get(username="ada@example.com", email="ada@example.com", first_name="Ada")
    assert user.check_password(NEW)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert {"password_hash", "code_hash"} <= assert_no_leak(walk, allow=["email"])  # the end tells it
    if via != "python":
        assert signed_in(walk) == str(user.pk)
        login = Walk("auth/login", via=via).submit(username="ADA@example.com", password=NEW)  # type: ignore[arg-type]
        assert login.finished


def test_the_password_is_never_kept_in_clear() -> None:
    """The context holds its hash, and the row what is sealed."""
    walk = begin("json")
    assert walk.ctx.get("password_hash").startswith("md5$")
    assert NEW not in str({key: walk.ctx.get(key) for key in walk.ctx.__struct_fields__})
    assert NEW.encode() not in bytes(Flow.objects.get().state)


@pytest.mark.parametrize(
    ("details", "errors"),
    [
        ({"password2": "another-tulip-88"}, {"password2": "The two password fields didn"}),
        ({"password1": "harbour", "password2": "harbour"}, {"password2": "This password is too short."}),
        ({"password1": "ada@example", "password2": "ada@example"}, {"password2": "The password is too similar"}),
        ({"email": "nobody"}, {"email": "Enter a valid email address."}),
    ],
)
def test_details_are_checked(via: Any, details: dict[str, str], errors: dict[str, str]) -> None:
    """By the site's validators, which know the address; nobody is mailed."""
    walk = Walk("auth/register", via=via).reject(DETAILS | details)
    assert {name: text[: len(errors[name])] for name, text in walk.errors.items()} == errors
    assert len(walk.outbox) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "owner", [{"name": "ada"}, {"name": "ada@example.com", "email": ""}, {"name": "ada", "is_active": False}]
)
def test_a_taken_address_gets_the_same_answers(via: str, wait: Callable[..., None], owner: dict[str, Any]) -> None:
    """Every page, body and status is the same to the byte; its mailbox alone tells."""

    def walked(subject: str) -> list[str]:
        walk = begin(via)
        told = [seen(walk)]
        told.append(seen(walk.reject(code="00000x")))
        told.append(seen(walk.action("resend")))
        told.append(seen(walk.reject_action("resend")))
        told.append(seen(walk.look()))
        told.append(seen(walk.back()))
        told.append(seen(walk.submit(DETAILS)))
        told += [seen(walk.reject(code="00000x")) for _ in range(3)]
        told.append(seen(walk.submit(code="00000x")))
        assert walk.reason == "too-many-attempts"
        assert [letter.subject for letter in walk.outbox] == [subject] * 3
        return told

    free = walked(MINE)
    make(**owner)
    wait(hours=2)
    assert walked(TAKEN) == free


def test_a_taken_address_costs_the_same_work() -> None:
    """The same questions to the database, one hash of a password, one mail: the time of an answer tells nothing."""
    make("ada")
    begin("json", email="first@example.com")  # which makes the counter of the client
    with patch("project.accounts.workflows.register.make_password", wraps=make_password) as hashed:
        taken = work(Walk("auth/register", via="json"), DETAILS)
        assert work(Walk("auth/register", via="json"), DETAILS | {"email": "ben@example.com"}) == taken
    assert hashed.call_count == 2


def test_the_mail_to_a_taken_address_tells_how_to_get_in() -> None:
    """And has no code, so that no code of that flow is right."""
    make("ada")
    letter = begin("json").outbox.last
    assert "https://site.example/login/" in letter.text
    assert "https://site.example/recover/" in letter.text
    with pytest.raises(AssertionError, match="has no code"):
        letter.code()


def test_an_address_that_was_taken_meanwhile(via: str) -> None:
    """Of two flows that prove one address the first makes the account."""
    first, second = begin(via), begin(via)
    first.submit(code=first.outbox[0].code())
    second.submit(code=second.outbox[0].code())
    assert (first.status, second.status, second.reason) == ("finished", "aborted", "taken")
    assert User.objects.count() == 1


def test_five_wrong_codes_end_the_flow(via: str) -> None:
    """The right one comes too late."""
    walk = begin(via)
    code = walk.outbox.code()
    for _ in range(4):
        walk.reject(code=another(code))
    walk.submit(code=another(code))
    assert (walk.status, walk.reason) == ("aborted", "too-many-attempts")
    assert not User.objects.exists()


def test_ten_wrong_codes_close_an_address_for_a_while(via: str) -> None:
    """However many flows try."""
    for _ in range(2):
        walk = begin(via)
        for _ in range(4):
            walk.reject(code="00000x")
        walk.submit(code="00000x")
    walk = begin(via)
    assert walk.reject(code=walk.outbox.code()).fault == 429


def test_a_code_lives_for_ten_minutes(via: str, wait: Callable[..., None]) -> None:
    """After that even the right one makes nothing."""
    walk = begin(via)
    wait(minutes=10)
    assert walk.reject(code=walk.outbox.code()).fault == 410
    assert not User.objects.exists()


@pytest.mark.slow
def test_an_address_gets_ten_mails_an_hour(via: Any, wait: Callable[..., None]) -> None:
    """Whoever asks, in whichever spelling, and by the button, too."""
    walk = begin(via).action("resend")
    for _ in range(8):
        begin(via, email="ADA@example.com")
    wait(seconds=31)
    assert walk.reject_action("resend").fault == 429
    assert Walk("auth/register", via=via).reject(DETAILS).fault == 429
    begin(via, email="bob@example.com")
    wait(hours=1)
    begin(via)


@pytest.mark.slow
def test_a_client_begins_thirty_times_an_hour() -> None:
    """However many addresses it tries."""
    for number in range(30):
        begin("json", email=f"ada{number}@example.com")
    assert Walk("auth/register", via="json").reject(DETAILS).fault == 429


def test_a_mistyped_address_is_corrected(via: str) -> None:
    """The first page comes back with all but the password; the code for the other address is right no more."""
    walk = begin(via, email="adda@example.com")
    stale = walk.outbox.code()
    walk.back()
    assert walk.step == "details"
    assert (walk.shown.initial.get("email"), walk.shown.initial.get("password1")) == ("adda@example.com", None)
    walk.submit(DETAILS)
    assert walk.title == "Enter the code sent to ada@example.com"
    if stale != walk.outbox.code():
        walk.reject(code=stale)
    assert walk.submit(code=walk.outbox.code()).finished
    assert User.objects.get().email == "ada@example.com"
