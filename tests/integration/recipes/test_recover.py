"""Recovery of a password, by one script through every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.integration.recipes.accounts import NEW, make, seen, signed_in, work
from wfapp.testing import Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

CHOICE = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def ada() -> User:
    """Make an account."""
    return make("ada")


def ask(via: Any, email: str = "ada@example.com") -> Walk:
    """Ask for a link."""
    return Walk("auth/recover", via=via).submit(email=email)


def test_a_link_leads_to_a_new_password(via: str, ada: User) -> None:
    """In another browser: who opens it chooses and is signed in, who asked for it watches."""
    asking = ask(via, "ADA@example.com")
    assert (asking.status, asking.title) == ("waiting", "Look into your mailbox")
    assert asking.outbox.last.to == ["ada@example.com"]
    opening = asking.open(asking.outbox.link())
    assert (opening.status, opening.title) == ("landing", "Choose a new password")
    opening.submit()
    assert opening.step == "choose"
    assert list(opening.reject(CHOICE | {"new_password2": "another-tulip"}).errors) == ["new_password2"]
    assert list(opening.reject(new_password1="ada@example", new_password2="ada@example").errors) == ["new_password2"]
    assert opening.submit(CHOICE).finished
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert [letter.subject for letter in opening.outbox] == ["Your password for wfapp demo was changed"]
    assert asking.look().status == "finished"
    for walk in (asking, opening):
        assert "session_hash" in assert_no_leak(walk, allow=["email"])  # the page that waits tells it
    if via != "python":
        assert (signed_in(opening), signed_in(asking)) == (str(ada.pk), "")


@pytest.mark.slow
@pytest.mark.parametrize("closed", [None, {"is_active": False}, {"password": None}])
def test_an_unknown_address_gets_the_same_answers(
    via: str, wait: Callable[..., None], closed: dict[str, Any] | None
) -> None:
    """Every page, body and status is the same to the byte, and so is the number of mails: their text alone differs."""

    def walked(opening: str) -> list[str]:
        asking = ask(via)
        told = [seen(asking), seen(asking.action("wf.resend")), seen(asking.look())]
        for _ in range(3):
            wait(minutes=2)
            told.append(seen(asking.action("wf.resend")))
        assert asking.messages == ("This is no longer possible: it was used as often as allowed.",)
        assert [letter.subject for letter in asking.outbox] == ["A new password for wfapp demo"] * 3
        assert all(letter.text.startswith(opening) for letter in asking.outbox)
        return told

    if closed is not None:
        make("ada", **closed)
    unknown = walked("Somebody asked")
    User.objects.all().delete()
    make("ada")
    wait(hours=2)
    assert walked("Open this link") == unknown


def test_an_unknown_address_costs_the_same_work(ada: User) -> None:
    """The same questions to the database, and one mail: the time of an answer tells nothing."""
    ask("json", "first@example.com")  # which makes the counter of the client
    known = work(Walk("auth/recover", via="json"), {"email": "ada@example.com"})
    assert work(Walk("auth/recover", via="json"), {"email": "ben@example.com"}) == known


def test_the_mail_to_an_unknown_address_has_no_link() -> None:
    """A flow waits for it, and nobody has it."""
    text = ask("json", "nobody@example.com").outbox.last.text
    assert "wfs=" not in text
    assert "https://site.example/register/" in text


def test_other_sessions_end(via: str, ada: User) -> None:
    """Whoever else is signed in with the old password, is not any more."""
    elsewhere = Client()
    elsewhere.force_login(ada)
    asking = ask(via)
    asking.open(asking.outbox.link()).submit().submit(CHOICE)
    assert "Signed in" not in elsewhere.get("/").content.decode()
    if via != "python":
        assert not elsewhere.session.get("_auth_user_id")


def test_a_used_link_opens_nothing(via: str, ada: User) -> None:
    """Neither while its flow goes on nor after its end; the password is chosen once."""
    asking = ask(via)
    link = asking.outbox.link()
    opening = asking.open(link).submit()
    assert asking.open(link).fault == 410
    opening.submit(CHOICE)
    assert asking.open(link).fault == 410


def test_the_newest_link_wins(via: str, ada: User) -> None:
    """Whoever asked for it."""
    first, second = ask(via), ask(via)
    assert first.open(first.outbox[0].link()).fault == 410
    assert second.open(second.outbox.link()).submit().submit(CHOICE).finished


def test_a_link_lives_for_an_hour(via: str, ada: User, wait: Callable[..., None]) -> None:
    """Then it says so, and changes nothing."""
    asking = ask(via)
    link = asking.outbox.link()
    landing = asking.open(link)
    wait(hours=1)
    assert asking.open(link).fault == 410
    assert landing.reject().fault == 410


@pytest.mark.slow
@pytest.mark.parametrize("change", ["password", "closed", "deleted"])
@pytest.mark.parametrize("opened", [False, True])
def test_what_is_older_than_a_change_is_dead(via: str, ada: User, change: str, opened: bool) -> None:
    """A link, or a page behind it, from before the password changed or the account was closed."""
    asking = ask(via)
    opening = asking.open(asking.outbox.link())
    if opened:
        opening.submit()
    if change == "password":
        ada.set_password("another-violin-39")
        ada.save()
    elif change == "closed":
        User.objects.update(is_active=False)
    else:
        ada.delete()
    if opened:
        opening.submit(CHOICE)
    else:
        opening.submit()
    assert (opening.status, opening.reason) == ("aborted", "changed")
    assert not User.objects.filter(pk=ada.pk).exists() or not User.objects.get().check_password(NEW)


@pytest.mark.slow
def test_an_address_is_asked_for_five_times_an_hour(via: Any, wait: Callable[..., None]) -> None:
    """A known one and an unknown one."""
    make("ada")
    for email in ("ada@example.com", "nobody@example.com"):
        for _ in range(5):
            ask(via, email)
        assert Walk("auth/recover", via=via).reject(email=email.upper()).fault == 429
    wait(hours=1)
    ask(via)


@pytest.mark.slow
def test_a_client_asks_thirty_times_an_hour() -> None:
    """However many addresses it tries."""
    for number in range(30):
        ask("json", f"ada{number}@example.com")
    assert Walk("auth/recover", via="json").reject(email="ada@example.com").fault == 429


def test_a_stranger_with_a_similar_address_gets_no_link() -> None:
    """Where the database finds "rené" for "rene", the account is not theirs."""
    make("rene")
    assert ask("json", "RENE@example.com").outbox.last.text.startswith("Open this link")
    make("kelvin", email="\u212aelvin@example.com")
    assert ask("json", "kelvin@example.com").outbox.last.to == ["kelvin@example.com"]
