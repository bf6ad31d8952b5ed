"""Invitations, by one script through every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from project.accounts.models import InviteFlow
from tests.integration.pages.visitor import Visitor
from tests.integration.recipes.accounts import NEW, make, signed_in
from wfapp.links.outbox import deliver_due
from wfapp.testing import Outbox, Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

DETAILS = {"name": "Gus", "password1": NEW, "password2": NEW}
GUEST = "gus@example.com"


@pytest.fixture
def staff() -> User:
    """Make somebody who may invite as whatever there is."""
    return make("staff", is_staff=True, is_superuser=True)


def invite(via: Any, staff: User, email: str = GUEST, role: str = "member") -> Walk:
    """Send an invitation."""
    return Walk("auth/invite", via=via, user=staff).submit(email=email, role=role)


@pytest.mark.parametrize(
    ("role", "is_staff", "groups"), [("member", False, []), ("editor", False, ["Editors"]), ("staff", True, [])]
)
def test_an_invitation_makes_an_account(via: str, staff: User, role: str, is_staff: bool, groups: list[str]) -> None:
    """In the browser of whoever opens it, with the address and the role that staff said."""
    sender = invite(via, staff, "Gus@Example.com", role)
    assert (sender.status, sender.title) == ("waiting", f"{GUEST} is invited")
    assert sender.actions == ("wf.resend", "wf.cancel")
    assert (sender.outbox.last.to, sender.outbox.last.subject) == ([GUEST], "staff invites you to wfapp demo")
    guest = sender.open(sender.outbox.link())
    assert (guest.status, guest.title) == ("landing", "You are invited")
    guest.submit()
    assert (guest.step, guest.fields, guest.passed) == (
        "details",
        ("name", "password1", "password2"),
        {"invite_email": GUEST},
    )
    guest.submit(DETAILS)
    assert (guest.status, guest.data) == ("finished", {"email": GUEST})
    user = User.objects.get(username=GUEST, email=GUEST, first_name="Gus")
    assert user.check_password(NEW)
    assert (user.is_staff, user.is_superuser) == (is_staff, False)
    assert list(user.groups.values_list("name", flat=True)) == groups
    assert sender.look().status == "finished"
    for walk in (sender, guest):
        # The admin names who started a flow anyway, and the page that waits and the end tell the address.
        assert_no_leak(walk, allow=["invite_email", "invited_by"])
    if via != "python":
        assert (signed_in(guest), signed_in(sender)) == (str(user.pk), str(staff.pk))
        assert sender.data == {}


@pytest.mark.parametrize(
    "more", [{"email": "eve@example.com"}, {"invite_email": "eve@example.com"}, {"role": "staff"}, {"is_staff": True}]
)
def test_the_guest_changes_neither_address_nor_role(via: str, staff: User, more: dict[str, Any]) -> None:
    """A client is told that there is no such field; a page looks at its own fields alone."""
    sender = invite(via, staff)
    guest = sender.open(sender.outbox.link()).submit()
    if via == "html":
        guest._go(lambda: guest.door.send(guest.shown, "", DETAILS | more))
    else:
        assert guest.reject(DETAILS | more).errors["__form"].startswith("Unknown fields")
        guest.submit(DETAILS)
    user = User.objects.get(first_name="Gus")
    assert (user.email, user.username, user.is_staff, user.groups.count()) == (GUEST, GUEST, False, 0)


def test_only_who_may_invite_gets_the_page(via: Any) -> None:
    """Anonymous people are sent to the sign-in, others are refused."""
    assert Walk("auth/invite", via=via).fault == 403
    assert Walk("auth/invite", via=via, user=make("ada", is_staff=True)).fault == 403


def test_nobody_hands_out_more_than_they_have(via: Any) -> None:
    """The permission to invite is none to make staff."""
    ina = make("ina")
    ina.user_permissions.add(Permission.objects.get(codename="invite"))
    walk = Walk("auth/invite", via=via, user=ina)
    assert list(walk.reject(email=GUEST, role="staff").errors) == ["role"]
    assert walk.submit(email=GUEST, role="editor").status == "waiting"


def test_an_address_with_an_account_is_not_invited(via: Any, staff: User) -> None:
    """Staff are told; they may know."""
    make("gus")
    walk = Walk("auth/invite", via=via, user=staff).reject(email=GUEST, role="member")
    assert walk.errors == {"email": "This address has an account already."}
    assert len(walk.outbox) == 0


@pytest.mark.parametrize("opened", [False, True])
def test_an_address_that_got_an_account_meanwhile(via: str, staff: User, opened: bool) -> None:
    """The guest is told to sign in."""
    sender = invite(via, staff)
    guest = sender.open(sender.outbox.link())
    if opened:
        guest.submit()
    make("gus")
    if opened:
        guest.submit(DETAILS)
    else:
        guest.submit()
    assert (guest.status, guest.reason) == ("aborted", "taken")


def test_the_newest_link_wins(via: str, staff: User, wait: Callable[..., None]) -> None:
    """Of one flow sent again, and of two flows to one address, whoever sent them."""
    first = invite(via, staff)
    old = first.outbox.link()
    wait(minutes=2)
    again = first.action("wf.resend").outbox.link()
    assert first.open(old).fault == 410
    assert first.open(again).status == "landing"
    second = invite(via, make("boss", is_superuser=True), GUEST.upper())
    assert first.open(again).fault == 410
    assert second.open(second.outbox.link()).submit().submit(DETAILS).finished


def test_a_link_lives_for_a_week_and_is_sent_again_after_it(via: str, staff: User, wait: Callable[..., None]) -> None:
    """The flow outlives its link."""
    sender = invite(via, staff)
    link = sender.outbox.link()
    wait(days=6)
    assert sender.open(link).status == "landing"
    wait(days=2)
    assert sender.open(link).fault == 410
    sender.action("wf.resend")
    assert sender.open(sender.outbox.link()).submit().submit(DETAILS).finished


def test_a_used_link_opens_nothing(via: str, staff: User) -> None:
    """One account comes of one invitation."""
    sender = invite(via, staff)
    link = sender.outbox.link()
    sender.open(link).submit().submit(DETAILS)
    assert sender.open(link).fault == 410
    assert User.objects.count() == 2


def test_staff_take_it_back(via: str, staff: User) -> None:
    """The link opens nothing any more."""
    sender = invite(via, staff)
    sender.cancel()
    assert (sender.status, sender.reason) == ("aborted", "cancelled")
    assert sender.open(sender.outbox.link()).fault == 410


def test_two_invitations_in_one_browser_are_two_flows(staff: User) -> None:
    """Both of staff's pages wait side by side, and so do those of a browser that opens both links."""
    office, guest, outbox = Visitor(), Visitor(), Outbox()
    office.client.force_login(staff)
    waiting, pages = [], []
    for name, role in (("gus", "member"), ("pia", "editor")):
        waiting.append(office.submit(office.open("/invite/"), email=f"{name}@example.com", role=role))
        deliver_due()
        pages.append(guest.submit(guest.open(outbox.link().removeprefix("https://site.example")), "wf.start"))
    assert [office.open(page.address).heading for page in waiting] == ["Invite somebody"] * 2
    assert [GUEST in guest.open(page.address).text for page in pages] == [True, False]
    for page in reversed(pages):
        assert guest.send(guest.open(page.address), **DETAILS).status_code == 303
    assert User.objects.get(email=GUEST).groups.count() == 0
    assert User.objects.get(email="pia@example.com").groups.get().name == "Editors"


def test_staff_find_the_invitation_that_waits(staff: User) -> None:
    """By address and role, which stand in columns; the page behind the link stays the guest's."""
    invite("json", staff, role="editor")
    row = InviteFlow.objects.get()
    assert (row.status, row.invite_email, row.invite_role) == ("waiting", GUEST, "editor")
    office = Client()
    office.force_login(staff)
    found = office.get("/admin/accounts/inviteflow/", {"q": "gus@", "invite_role__exact": "editor"}).content.decode()
    assert GUEST in found
    assert GUEST not in office.get("/admin/accounts/inviteflow/", {"q": "pia@"}).content.decode()
