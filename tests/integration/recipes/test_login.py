"""The sign-in, by one script through every door."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from project.accounts.models import SecondFactor
from wfapp.testing import Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "harbour-violin-38"


@pytest.fixture
def bob() -> User:
    """Give an account that asks for a mailed code."""
    user = User.objects.create_user("bob", "bob@example.com", PASSWORD)
    SecondFactor.objects.create(user=user)
    return user


@pytest.fixture(params=["html", "json", "python"])
def walk(request: pytest.FixtureRequest) -> Walk:
    """Stand before the first page, at each of the doors."""
    return Walk("auth/login", via=request.param)


def test_a_password_and_a_code(walk: Walk, bob: User) -> None:
    """The code comes by mail, and nothing of the context gets out."""
    walk.submit(username="bob", password=PASSWORD)
    assert (walk.step, walk.passed) == ("verify", {"email": "bob@example.com"})
    walk.reject(code="000000")
    assert walk.errors == {"code": "Invalid code"}
    walk.submit(code=walk.outbox.code())
    assert (walk.status, walk.data) == ("finished", {"email": "bob@example.com"})
    assert_no_leak(walk, allow=["email", "user_id"])
