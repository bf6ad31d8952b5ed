"""What goes on when an operator rotates keys between two rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory

from project.accounts.models import SecondFactor
from project.accounts.workflows import Login
from tests.workflows import Hello, HelloBoth, HelloToken
from wfapp import Workflow, rounds
from wfapp.errors import KeyReused
from wfapp.links.outbox import deliver_due
from wfapp.models import Flow
from wfapp.rounds.answer import Answer, Caller, Input

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="python")
BROWSER = Caller(door="page", browser="b" * 43, transport="cookie")
OLD, NEW = "an old key of wfapp, of forty characters.", "a new key of wfapp, of forty characters."
KEY = "0123456789abcdefghijklmn"
EVERY = pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth], ids=["database", "token", "both"])


@pytest.fixture(autouse=True)
def old(settings: Any) -> None:
    """Begin with the old key, and with a cache of the test's own."""
    cache.clear()
    settings.WFAPP = {"KEYS": [OLD], "SITE_URL": "https://site.example", "DELIVERY": "sweep"}


def rotate(settings: Any) -> None:
    settings.WFAPP = {"KEYS": [NEW, OLD]}


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY, **extra: Any) -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values={"name": "Ada"}), **extra)


def play(answer: Answer, caller: Caller = ANYBODY, **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(values=values))


@EVERY
def test_a_flow_goes_on_under_a_new_key(workflow: type[Workflow[Any]], settings: Any) -> None:
    """What the old key sealed still opens."""
    page = begin(workflow)
    rotate(settings)
    assert play(page, code="123456").status == "finished"


@EVERY
def test_a_repeated_post_gets_its_answer_under_a_new_key(workflow: type[Workflow[Any]], settings: Any) -> None:
    """Its input is compared with what the old key made of it."""
    page = begin(workflow)
    wrong = play(page, code="0")
    end = play(wrong, code="123456")
    rotate(settings)
    assert play(wrong, code="123456").end == end.end


@EVERY
def test_a_second_click_of_a_start_meets_its_flow_under_a_new_key(workflow: type[Workflow[Any]], settings: Any) -> None:
    """The flow's id comes of the start key alone, and its handle of that and a key."""
    start_key = rounds.first_page(workflow, caller=BROWSER, params={}).start_key
    first = begin(workflow, BROWSER, start_key=start_key)
    rotate(settings)
    again = begin(workflow, BROWSER, start_key=start_key)
    assert again.flow_id == first.flow_id
    assert Flow.objects.count() == (0 if workflow is HelloToken else 1)


def test_an_idempotency_key_comes_back_to_its_flow_under_a_new_key(settings: Any) -> None:
    """Its input is the same, whatever key its fingerprint was made with."""
    first = begin(Hello, idempotency_key=KEY)
    rotate(settings)
    assert begin(Hello, idempotency_key=KEY).flow_id == first.flow_id
    with pytest.raises(KeyReused):
        rounds.start(Hello, caller=ANYBODY, params={}, input=Input(values={"name": "Bo"}), idempotency_key=KEY)


def test_a_flow_goes_on_under_a_new_secret_key(settings: Any) -> None:
    """Where a site has no keys of wfapp's own, they come of SECRET_KEY and its fallbacks."""
    settings.WFAPP = {}
    page = begin(Hello)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret key of this site"
    assert play(page, code="123456").status == "finished"


def test_the_demo_sites_mailed_code_is_right_under_a_new_secret_key(settings: Any) -> None:
    """Its hash was made with the old one."""
    SecondFactor.objects.create(user=User.objects.create_user("bob", "bob@example.com", "harbour-violin-38"))
    caller = replace(BROWSER, request=RequestFactory().post("/login/"))
    answer = rounds.start(
        Login, caller=caller, params={}, input=Input(values={"username": "bob", "password": "harbour-violin-38"})
    )
    deliver_due()
    code = mail.outbox[-1].body[:6]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret key of this site"
    assert play(answer, caller, code=code).status == "finished"
