"""Deadlines: what a step does after its own is rolled back, and it can never write into the flow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from tests.integration.durable.shop import TICK, World, world
from tests.integration.durable.test_cancel import statuses
from wfapp import Context, Finish, Workflow, step
from wfapp.errors import StepTimedOut
from wfapp.models import OutgoingMessage

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

BRIEF, LONG = timedelta(milliseconds=500), timedelta(seconds=30)


class LateContext(Context):
    name: str = ""


class Late(Workflow[LateContext]):
    """A step with a deadline, one more attempt and an undo."""

    name = "tests/late"

    @step(timeout=LONG, retries=1, delay=TICK, passes=["name"])
    def work(self) -> Any:
        self.ctx.name = f"gold {world.calls.count('work')}"
        self.mail("ann@example.com", "mail/hello", extra={"code": "1"})
        transaction.on_commit(lambda: world.keys.append("committed"))
        return world.called("work", self)

    @work.compensate
    def unwork(self) -> None:
        world.called("unwork", self)

    @step
    def done(self) -> Finish:
        return Finish(data={"name": self.ctx.name})


class LateAsync(Workflow[LateContext]):
    """The same as a coroutine."""

    name = "tests/late-async"

    @step(timeout=BRIEF)
    async def work(self) -> None:
        self.ctx.name = "gold"
        await Group.objects.acreate(name="work")
        await world.hooks["wait"](self)
        world.calls.append("awake")

    @work.compensate
    async def unwork(self) -> None:
        world.calls.append("unwork")

    @step
    def done(self) -> Finish:
        return Finish(data={"name": self.ctx.name})


class InTimeAsync(LateAsync):
    """One that has time enough on any machine."""

    name = "tests/in-time-async"
    work = step(timeout=LONG)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Give what turns the clock on for longer than a step may take."""
    now, ahead = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + ahead[0])

    def turn(workflow: Any) -> None:
        ahead[0] += 2 * LONG

    return turn


def test_a_step_that_ends_after_its_deadline_keeps_nothing(outside: World, clock: Callable[[Any], None]) -> None:
    """Named: timed-out step keeps writing. It runs to its end, and no row, key or mail of it is there."""
    outside.hooks["work"] = clock
    result = Late.run()
    assert (result.status, result.error and result.error.type) == ("failed", "StepTimedOut")
    assert (outside.calls, outside.written) == (["work", "work", "unwork"], ["unwork"])
    assert "committed" not in outside.keys
    assert not OutgoingMessage.objects.exists()
    assert statuses(result) == {"work": "failed"}


def test_the_next_attempt_begins_anew(outside: World, clock: Callable[[Any], None]) -> None:
    """With a deadline of its own, and the context as it was; what it does is there, once."""
    outside.hooks["work"] = lambda workflow: clock(workflow) if outside.calls.count("work") == 1 else None
    result = Late.run()
    assert (result.status, result.data) == ("finished", {"name": "gold 1"})
    assert (outside.calls, outside.written) == (["work", "work"], ["work"])
    assert outside.keys.count("committed") == OutgoingMessage.objects.count() == 1


def test_one_that_was_late_once_is_undone(outside: World) -> None:
    """How far it came then nobody knows, however plainly the next attempt fails."""
    outside.errors["work"] = [StepTimedOut(), OSError()]
    result = Late.run()
    assert (result.status, result.error and result.error.type) == ("failed", "OSError")
    assert outside.calls == ["work", "work", "unwork"]


def test_one_that_was_late_once_is_undone_where_it_is_cancelled(
    outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for its next attempt."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["work"] = [StepTimedOut()]
    flow = Late.flows.get(pk=Late.run().id)
    flow.cancel()
    assert (flow.status, outside.calls) == ("cancelled", ["work", "unwork"])


def test_one_that_failed_plainly_is_not_undone_where_it_is_cancelled(
    outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for its next attempt: it did nothing."""
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors["work"] = [OSError()]
    flow = Late.flows.get(pk=Late.run().id)
    flow.cancel()
    assert (flow.status, outside.calls) == ("cancelled", ["work"])


def test_a_coroutine_is_cancelled_at_its_next_await(outside: World) -> None:
    """It wakes up no more."""

    async def sleep(workflow: Any) -> None:
        await asyncio.sleep(30)

    outside.hooks["wait"] = sleep
    result = LateAsync.run()
    assert (result.error and result.error.type, outside.calls) == ("StepTimedOut", ["unwork"])
    assert result.duration < 15_000
    assert not Group.objects.exists()


async def never_lets_go(workflow: Any) -> None:
    while timezone.now() <= workflow.flow.deadline:
        time.sleep(0.02)


async def goes_on_all_the_same(workflow: Any) -> None:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        workflow.ctx.name = "more gold"


@pytest.mark.parametrize("wait", [never_lets_go, goes_on_all_the_same])
def test_a_coroutine_that_is_not_cancelled_is_rolled_back(wait: Any, outside: World) -> None:
    """One that blocks, and one that is deaf, come to their end, after their deadline."""
    outside.hooks["wait"] = wait
    result = LateAsync.run()
    assert (result.error and result.error.type, outside.calls) == ("StepTimedOut", ["awake", "unwork"])
    assert not Group.objects.exists()


async def translates(workflow: Any) -> None:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        raise ConnectionError from None


def test_one_that_is_late_and_says_something_else_is_undone(outside: World) -> None:
    """As a library does that was cancelled in the middle of a call: how far that came, nobody knows."""
    outside.hooks["wait"] = translates
    result = LateAsync.run()
    assert (result.error and result.error.type, outside.calls) == ("ConnectionError", ["unwork"])


async def awaits_what_was_cancelled(workflow: Any) -> None:
    task = asyncio.ensure_future(asyncio.sleep(30))
    task.cancel()
    await task


def test_a_coroutine_that_awaits_what_was_cancelled_has_failed(outside: World) -> None:
    """It is an error like others: it ends no process, and nobody takes the flow over for it."""
    outside.hooks["wait"] = awaits_what_was_cancelled
    result = InTimeAsync.run()
    assert (result.status, result.error and result.error.type) == ("failed", "CancelledError")
    assert outside.calls == []


def test_what_is_in_time_is_kept(outside: World) -> None:
    """The deadline alone costs nothing."""

    async def go_on(workflow: Any) -> None:
        assert workflow.flow.deadline > timezone.now()

    outside.hooks["wait"] = go_on
    assert InTimeAsync.run().data == {"name": "gold"}
    assert Group.objects.count() == 1
