"""Right after the commit, in a thread, in a task, or not at all."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from tests.unit.links.queueing import put
from tests.unit.links.workflows import Failing, Greet
from wfapp.links import dispatch
from wfapp.links.dispatch import Senders, senders
from wfapp.models import OutgoingMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def thread(settings: Any) -> Any:
    """Send in threads, and leave none of them behind."""
    settings.WFAPP = {**settings.WFAPP, "DELIVERY": "thread"}
    yield
    assert senders.wait(30)


@pytest.mark.usefixtures("thread")
def test_a_thread_sends_after_the_commit() -> None:
    """Without a timer, and without the request."""
    Greet.start(data={"name": "Ann"})
    assert senders.wait(30)
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"]]


@pytest.mark.usefixtures("thread")
def test_nothing_is_sent_before_the_commit_or_after_a_rollback() -> None:
    """What is rolled back was never there."""
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    with transaction.atomic():
        put()
        assert senders.wait(30)
        assert Failing.letters == []
    assert senders.wait(30)
    assert len(Failing.letters) == 1


@pytest.mark.usefixtures("thread")
def test_the_request_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server that hangs is not seen in the time of an answer."""
    release, at_work = threading.Event(), threading.Event()

    def hang(*args: Any) -> None:
        at_work.set()
        assert release.wait(30)

    monkeypatch.setattr(Failing, "send", hang)
    put()
    assert at_work.wait(30)
    assert OutgoingMessage.objects.get().status == "queued"
    release.set()
    assert senders.wait(30)
    assert OutgoingMessage.objects.get().status == "sent"


@pytest.mark.usefixtures("thread")
def test_a_thread_closes_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or each of them would keep one."""
    used: list[Any] = []
    monkeypatch.setattr(Failing, "send", lambda *args: used.append(connection.connection))
    closed: list[str] = []
    close_all = dispatch.connections.close_all

    def noted() -> None:
        closed.append(threading.current_thread().name)
        close_all()

    monkeypatch.setattr(dispatch.connections, "close_all", noted)
    put()
    assert senders.wait(30)
    assert closed == ["wfapp-sender"]
    assert used


def test_a_few_threads_send_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in no more threads than there may be."""
    names: list[str] = []
    names_lock, sent = threading.Lock(), []

    def deliver(using: str, pk: Any) -> None:
        with names_lock:
            names.append(threading.current_thread().name + str(threading.get_ident()))
            sent.append(pk)

    monkeypatch.setattr(dispatch, "deliver", deliver)
    some = Senders(2)
    for number in range(200):
        some.put([("default", number)])  # type: ignore[list-item]
    assert some.wait(30)
    assert sorted(sent) == list(range(200))


def test_a_message_that_breaks_its_thread_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left to the sweeper."""
    sent: list[Any] = []

    def deliver(using: str, pk: Any) -> None:
        if pk == 0:
            raise OSError("the database is down")
        sent.append(pk)

    monkeypatch.setattr(dispatch, "deliver", deliver)
    some = Senders(1)
    some.put([("default", 0), ("default", 1)])  # type: ignore[list-item]
    assert some.wait(30)
    assert sent == [1]
    assert caplog.messages == ["Message 0 was left to the sweeper: OSError."]


def test_where_no_thread_can_start_the_sweeper_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next message tries again."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    some, sent = Senders(1), list[Any]()
    monkeypatch.setattr(dispatch, "deliver", lambda using, pk: sent.append(pk))
    with monkeypatch.context() as poor:
        poor.setattr(threading.Thread, "start", refuse)
        some.put([("default", 1)])  # type: ignore[list-item]
    assert sent == []
    some.put([("default", 2)])  # type: ignore[list-item]
    assert some.wait(30)
    assert sent == [1, 2]


def test_a_task_is_given_the_message(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the ids that a queue can carry."""
    enqueued: list[Any] = []
    module = ModuleType("wfapp.links.tasks")
    module.deliver_message = type("Task", (), {"enqueue": staticmethod(lambda *args: enqueued.append(args))})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wfapp.links.tasks", module)
    settings.WFAPP = {**settings.WFAPP, "DELIVERY": "task"}
    pk = put()
    assert enqueued == [("default", str(pk))]


def test_a_queue_that_is_down_takes_no_round_with_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is due all the same."""
    monkeypatch.setitem(sys.modules, "wfapp.links.tasks", None)
    settings.WFAPP = {**settings.WFAPP, "DELIVERY": "task"}
    put()
    assert OutgoingMessage.objects.get().status == "queued"
