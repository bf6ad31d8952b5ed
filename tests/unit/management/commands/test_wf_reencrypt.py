"""wf_reencrypt: what older keys sealed moves to the newest one."""

from __future__ import annotations

import uuid

import pytest
from pytest_django import Settings

from tests.flows.factories import finished_invite, invite
from tests.flows.models import InviteFlow
from tests.unit.management.commands.run import run
from wfapp.errors import InvalidToken
from wfapp.links.compose import Prepared
from wfapp.links.outbox import deliver_due, queue
from wfapp.storage.columns import open_state

pytestmark = [pytest.mark.django_db, pytest.mark.db]

OLD, NEW = "an old key of the tests, forty characters", "a new key of the tests, forty characters"


def move(*args: str) -> tuple[list[str], list[str]]:
    """Move the invitations."""
    return run("wf_reencrypt", "--model", "flows.InviteFlow", *args)


def is_readable(flow: InviteFlow) -> bool:
    """Tell whether today's keys open a row."""
    row = InviteFlow.objects.get(pk=flow.pk)
    try:
        return open_state(InviteFlow, row.pk, bytes(row.state), bytes(row.answer)).id == row.pk
    except InvalidToken:
        return False


@pytest.fixture
def flows(settings: Settings) -> list[InviteFlow]:
    """Give an open flow and an ended one, sealed before the newest key came."""
    settings.WFAPP = {"KEYS": [OLD]}
    made = [invite(), finished_invite()]
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    return made


def test_states_and_answers_are_moved(flows: list[InviteFlow], settings: Settings) -> None:
    """After one run the old key is not needed any more."""
    assert move() == (["flows.InviteFlow: 2 read, 2 moved to the newest key, 0 unreadable."], [])
    settings.WFAPP = {"KEYS": [NEW]}
    assert [is_readable(flow) for flow in flows] == [True, True]


def test_without_it_the_old_key_is_needed(flows: list[InviteFlow], settings: Settings) -> None:
    """The keys of this test matter."""
    settings.WFAPP = {"KEYS": [NEW]}
    assert [is_readable(flow) for flow in flows] == [False, False]


def test_a_second_run_moves_nothing(flows: list[InviteFlow]) -> None:
    """It may run as often as one likes."""
    move()
    assert move() == (["flows.InviteFlow: 2 read, 0 moved to the newest key, 0 unreadable."], [])


def test_only_what_is_sealed_changes(flows: list[InviteFlow]) -> None:
    """Revision and times stay, so that tokens work as before."""
    sealed = ("state", "answer")
    columns = [f.attname for f in InviteFlow._meta.concrete_fields if f.attname not in sealed]
    before = list(InviteFlow.objects.order_by("pk").values(*columns))
    move()
    assert list(InviteFlow.objects.order_by("pk").values(*columns)) == before


def test_all_rows_are_reached_in_batches_of_one(flows: list[InviteFlow], settings: Settings) -> None:
    """The batch size changes nothing but the time a lock is held."""
    move("--batch-size", "1")
    settings.WFAPP = {"KEYS": [NEW]}
    assert [is_readable(flow) for flow in flows] == [True, True]


def test_an_unreadable_row_is_named_and_left_as_it_is(flows: list[InviteFlow]) -> None:
    """The others are moved."""
    InviteFlow.objects.filter(pk=flows[0].pk).update(state=b"no sealed state at all")
    out, err = move()
    assert out == ["flows.InviteFlow: 2 read, 1 moved to the newest key, 1 unreadable."]
    assert err == [f"flows.InviteFlow {flows[0].pk} cannot be read."]
    assert bytes(InviteFlow.objects.get(pk=flows[0].pk).state) == b"no sealed state at all"


def test_messages_that_wait_are_moved(settings: Settings) -> None:
    """Their sealed text is read long after the round."""
    settings.WFAPP = {"KEYS": [OLD], "DELIVERY": "sweep", "SITE_URL": "https://site.example"}
    prepared = Prepared(channel="email", purpose="mail/hello", to="ann@example.com", subject="Hello", text="Hello")
    queue("default", uuid.uuid4(), "tests/hello", [prepared])
    settings.WFAPP = {**settings.WFAPP, "KEYS": [NEW, OLD]}
    lines = ["wfapp.OutgoingMessage: 1 read, 1 moved to the newest key, 0 unreadable."]
    assert [line for line in run("wf_reencrypt")[0] if "Outgoing" in line] == lines
    settings.WFAPP = {**settings.WFAPP, "KEYS": [NEW]}
    assert deliver_due().sent == 1
