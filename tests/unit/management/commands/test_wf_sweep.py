"""wf_sweep: what need not be kept any longer goes, and nothing else does."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from tests.flows.factories import finished_invite, invite, make, note
from tests.flows.models import InviteFlow
from tests.unit.management.commands.run import run
from wfapp.links.compose import Prepared
from wfapp.links.outbox import queue
from wfapp.management.batches import locked
from wfapp.models import ENDED, OPEN, Counter, Flow, FlowEvent, OutgoingMessage, Status, flow_models

pytestmark = [pytest.mark.django_db, pytest.mark.db]

HOUR = timedelta(hours=1)
UNDONE = (Status.COMPENSATING, Status.COMPENSATION_FAILED)


def purge(*args: str) -> list[str]:
    """Purge, and give the lines that say that something went."""
    out, err = run("wf_sweep", "--only", "purge", *args)
    assert err == []
    return [line for line in out if ": 0 expired and 0 ended flows deleted, 0 answers" not in line and line[0] != "0"]


@pytest.mark.parametrize("status", OPEN)
def test_an_expired_flow_is_deleted(status: Status) -> None:
    """Open, its time over, nothing to undo: the row goes, whether it waits for a person or works."""
    make(InviteFlow, status=status, expires_at=timezone.now())
    assert purge() == ["flows.InviteFlow: 1 expired and 0 ended flows deleted, 0 answers wiped."]
    assert not InviteFlow.objects.exists()


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_flow_past_its_retention_is_deleted(status: Status) -> None:
    """However it ended."""
    make(Flow, status=status, retain_until=timezone.now())
    assert purge() == ["wfapp.Flow: 0 expired and 1 ended flows deleted, 0 answers wiped."]
    assert not Flow.objects.exists()


@pytest.mark.parametrize("status", UNDONE)
def test_a_flow_that_is_being_undone_is_kept(status: Status) -> None:
    """Whatever its times say: deleting it would lose what is still to undo."""
    past = timezone.now() - HOUR
    make(Flow, status=status, expires_at=past, retain_until=past, answer_until=past, answer=b"sealed")
    assert purge() == []
    assert bytes(Flow.objects.get().answer) == b"sealed"


@pytest.mark.parametrize("status", [*OPEN, *ENDED])
def test_a_flow_whose_times_are_not_over_is_kept(status: Status) -> None:
    """Neither without times."""
    later = timezone.now() + HOUR
    make(Flow, status=status, expires_at=later, retain_until=later, answer_until=later, answer=b"sealed")
    make(Flow, status=status)
    assert purge() == []
    assert Flow.objects.count() == 2


def test_an_ended_flow_is_kept_though_it_would_have_expired() -> None:
    """After the end only the retention counts; before it only the expiry."""
    past = timezone.now() - HOUR
    make(Flow, status="finished", expires_at=past)
    make(Flow, status="paused", retain_until=past)
    assert purge() == []


def test_events_go_with_their_flow() -> None:
    """Those of other flows stay."""
    gone, kept = make(Flow, expires_at=timezone.now()), make(Flow)
    for flow in (gone, gone, kept):
        note(flow)
    purge()
    assert list(FlowEvent.objects.values_list("flow", flat=True)) == [kept.pk]


def test_an_answer_that_is_over_is_wiped() -> None:
    """The row stays, with its shadow fields."""
    flow = make(InviteFlow, status="finished", answer=b"sealed", answer_until=timezone.now(), email="ann@example.com")
    assert purge() == ["flows.InviteFlow: 0 expired and 0 ended flows deleted, 1 answers wiped."]
    flow.refresh_from_db()
    assert (bytes(flow.answer), flow.answer_until, flow.email) == (b"", None, "ann@example.com")
    assert purge() == []


def test_the_answer_of_a_round_is_wiped_after_ten_minutes_and_its_row_after_ninety_days() -> None:
    """The times that an end sets are the ones that the purge reads."""
    flow = finished_invite()
    assert purge() == []
    assert flow.answer_until is not None
    assert flow.retain_until is not None
    assert flow.answer_until - timezone.now() < timedelta(minutes=10)
    assert timedelta(days=89) < flow.retain_until - timezone.now() < timedelta(days=90)
    InviteFlow.objects.update(answer_until=timezone.now(), retain_until=timezone.now() + HOUR)
    assert purge() == ["flows.InviteFlow: 0 expired and 0 ended flows deleted, 1 answers wiped."]
    InviteFlow.objects.update(retain_until=timezone.now())
    assert purge() == ["flows.InviteFlow: 0 expired and 1 ended flows deleted, 0 answers wiped."]
    assert not FlowEvent.objects.exists()


def test_an_open_flow_of_a_round_is_kept_until_it_expires() -> None:
    """A flow in use is never purged."""
    invite()
    assert purge() == []


def test_counters_that_are_over_are_deleted() -> None:
    """Those that still count stay."""
    Counter.objects.create(key="old", resets_at=timezone.now())
    Counter.objects.create(key="new", resets_at=timezone.now() + HOUR)
    assert purge() == ["1 counters deleted."]
    assert Counter.objects.get().key == "new"


@pytest.mark.parametrize("size", ["1", "2", "3", "500"])
def test_all_that_is_due_goes_in_batches_of_any_size(size: str) -> None:
    """Also where the last batch is full."""
    for _ in range(3):
        make(Flow, expires_at=timezone.now())
    assert purge("--batch-size", size) == ["wfapp.Flow: 3 expired and 0 ended flows deleted, 0 answers wiped."]


def test_a_batch_lets_go_once_it_has_taken_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It acts on a few rows at a time, and where these take too long, the others are the next batch's."""
    batches: list[int] = []

    def counted(rows: Any) -> Any:
        if rows.exists():
            batches.append(rows.count())
        return locked(rows)

    monkeypatch.setattr("wfapp.management.purge.locked", counted)
    monkeypatch.setattr("wfapp.management.purge.FEW", 2)
    monkeypatch.setattr("wfapp.management.purge.HOLD", 0.0)
    for _ in range(5):
        make(Flow, expires_at=timezone.now())
    assert purge() == ["wfapp.Flow: 5 expired and 0 ended flows deleted, 0 answers wiped."]
    assert batches == [5, 3, 1]


def test_every_table_is_swept() -> None:
    """One line for each flow model, for messages and for counters; without --only all duties run."""
    out, _ = run("wf_sweep")
    labels = [model._meta.label for model in flow_models()]
    lines = [f"{label}: 0 expired and 0 ended flows deleted, 0 answers wiped." for label in labels]
    lines += [f"{label}: 0 flows gone on with, 0 expired, 0 undone." for label in labels]
    lines += ["0 messages sent, 0 to be tried again, 0 given up, 0 too late."]
    lines += ["0 messages deleted, 0 unsent ones wiped.", "0 counters deleted."]
    lines += ["0 files of flows deleted, and 0 that belonged to nobody."]
    assert out == sorted(lines)


def test_an_unknown_duty_is_refused_before_anything_runs() -> None:
    """The error names the bad value and the legal ones."""
    make(Flow, expires_at=timezone.now())
    with pytest.raises(CommandError) as caught:
        run("wf_sweep", "--only", "purge", "mails")
    assert str(caught.value) == "'mails' is no duty of wf_sweep; its duties are: run, deliver, purge, uploads."
    assert Flow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_skipped() -> None:
    """A round, or another sweeper, is at work on it: nobody waits, and it goes with the next sweep."""
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("needs a database with SKIP LOCKED")
    held, free = (make(Flow, expires_at=timezone.now()) for _ in range(2))
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Flow.objects.select_for_update().get(pk=held.pk)
                locked.set()
                done.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait(10)
    lines = purge()
    left = list(Flow.objects.values_list("pk", flat=True))
    done.set()
    thread.join()
    assert lines == ["wfapp.Flow: 1 expired and 0 ended flows deleted, 0 answers wiped."]
    assert left == [held.pk] != [free.pk]


@pytest.mark.django_db(transaction=True)
def test_sweepers_side_by_side_delete_each_row_once() -> None:
    """What they count together is what there was."""
    for _ in range(40):
        make(Flow, expires_at=timezone.now())
    lines: list[str] = []

    def sweep() -> None:
        try:
            lines.extend(purge("--batch-size", "3"))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(int(line.split()[1]) for line in lines) == 40
    assert not Flow.objects.exists()


def wait(**columns: Any) -> OutgoingMessage:
    """Queue a message, and change its row."""
    prepared = Prepared(channel="email", purpose="mail/hello", to="ann@example.com", subject="Hello", text="Hello")
    [pk] = queue("default", uuid.uuid4(), "tests/hello", [prepared])
    OutgoingMessage.objects.filter(pk=pk).update(**columns)
    return OutgoingMessage.objects.get(pk=pk)


def test_what_is_due_is_sent() -> None:
    """And nothing else."""
    wait()
    wait(due_at=timezone.now() + HOUR)
    wait(expires_at=timezone.now() - HOUR)
    out, _err = run("wf_sweep", "--only", "deliver")
    assert out == ["1 messages sent, 0 to be tried again, 0 given up, 1 too late."]
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"]]


def test_a_message_that_was_given_up_is_wiped_first_and_deleted_later() -> None:
    """Staff still see that it failed, when it can be sent no more."""
    row = wait(status="failed", keep_until=timezone.now())
    out, _err = run("wf_sweep", "--only", "purge")
    assert "0 messages deleted, 1 unsent ones wiped." in out
    row.refresh_from_db()
    assert (bytes(row.body), row.status) == (b"", "failed")
    OutgoingMessage.objects.update(keep_until=timezone.now())
    out, _err = run("wf_sweep", "--only", "purge")
    assert "1 messages deleted, 0 unsent ones wiped." in out


def test_a_message_that_waits_is_kept() -> None:
    """However old it is."""
    wait(keep_until=timezone.now() - HOUR)
    run("wf_sweep", "--only", "purge")
    assert OutgoingMessage.objects.exists()
