"""The onboarding of a company, by one script through every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile

from project.kyc.models import Company, KycFlow
from project.kyc.workflows import Onboard
from wfapp.errors import NotAllowed
from wfapp.links.outbox import deliver_due
from wfapp.models import Upload
from wfapp.testing import Walk

pytestmark = pytest.mark.django_db(transaction=True)

DATA = {"name": "Lighthouse Ltd", "register_number": "FN 12345", "country": "AT"}
OWNERS = {"form": [{"name": "Ada", "share": 60}, {"name": "Bob", "share": 40}]}


@pytest.fixture
def alice() -> User:
    """Give a customer."""
    return User.objects.create_user("alice", "alice@example.com")


@pytest.fixture
def staff() -> User:
    """Give somebody who may approve."""
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="approve"))
    return user


@pytest.fixture(params=["html", "json", "python"])
def walk(request: pytest.FixtureRequest, alice: User) -> Walk:
    """Stand before the first page as a customer, at each of the doors."""
    return Walk(Onboard, via=request.param, user=alice)


def hand_in(walk: Walk) -> Walk:
    """Hand everything in."""
    return walk.submit(DATA).submit(extract=extract()).submit(OWNERS)


def extract() -> Any:
    return SimpleUploadedFile("extract.pdf", b"%PDF it is mine", content_type="application/pdf")


def decide(**data: Any) -> None:
    """Let staff decide from code; from the admin it is another test's."""
    handle = Onboard.flows.get(pk=KycFlow.objects.get().pk)
    handle.submit(data, by=User.objects.get(username="staff"), step="review")
    deliver_due()


def test_approved_days_later(walk: Walk, staff: User) -> None:
    """The customer waits, staff approve, the papers are the company's, and a mail says so."""
    hand_in(walk)
    assert walk.status == "waiting"
    row = KycFlow.objects.get()
    assert (row.company, row.status, row.step) == ("Lighthouse Ltd", "waiting", "review")
    decide(verdict="approved")
    company = Company.objects.get()
    assert (company.approved, company.owners.count()) == (True, 2)
    with company.extract.open() as file:
        assert file.read() == b"%PDF it is mine"
    assert not Upload.objects.exists()
    assert walk.outbox.last.to == ["alice@example.com"]
    assert walk.outbox.last.subject == "Lighthouse Ltd is approved"
    assert walk.look().status == "finished"


def test_refused(walk: Walk, staff: User) -> None:
    """The reason is in the mail, and the files are gone."""
    hand_in(walk)
    decide(verdict="refused", reason="The extract is too old.")
    assert "The extract is too old." in walk.outbox.last.text
    assert walk.look().status == "aborted"
    assert not Upload.objects.exists()
    assert not Company.objects.get().approved


def test_nobody_else_decides(walk: Walk, alice: User) -> None:
    """Neither the customer, nor staff without the permission."""
    hand_in(walk)
    handle = Onboard.flows.get(pk=KycFlow.objects.get().pk)
    assert handle.submit({"verdict": "approved"}, by=alice, step="review").status == "waiting"
    assert not Company.objects.get().approved


def test_shares_of_more_than_all(walk: Walk) -> None:
    """The rows stay, with an error over them."""
    walk.submit(DATA).submit(extract=extract())
    walk.reject({"form": [{"name": "Ada", "share": 60}, {"name": "Bob", "share": 41}]})
    assert walk.errors == {"__form": "The shares are more than 100 percent together."}
    assert walk.reject({"form": [{"name": "", "share": 60}]}).errors == {"form.0.name": "This field is required."}
    assert walk.submit(OWNERS).status == "waiting"


def test_a_deleted_row_has_no_share(walk: Walk) -> None:
    """What is to be deleted does not count."""
    walk.submit(DATA).submit(extract=extract())
    walk.submit({"form": [{"name": "Ada", "share": 60}, {"name": "Bob", "share": 60, "DELETE": True}]})
    assert walk.status == "waiting"


def test_the_file_is_kept_over_errors_and_back(walk: Walk) -> None:
    """It need not be chosen again."""
    walk.submit(DATA).submit(extract=extract()).back().submit({})
    assert walk.step == "owners"
    assert Upload.objects.count() == 1


def test_coming_back_finds_the_open_flow(alice: User) -> None:
    """From another device, through another door."""
    Walk(Onboard, user=alice).submit(DATA)
    other = Walk(Onboard, via="json", user=alice)
    assert other.step == "papers"
    assert KycFlow.objects.count() == 1


def test_anonymous_people_sign_in_first() -> None:
    """The data of a company belongs to somebody."""
    with pytest.raises(NotAllowed):
        Onboard.start()
