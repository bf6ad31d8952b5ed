"""Runs and starts from async code."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.integration.durable.beside import beside, locks_rows, until
from tests.integration.durable.jobs import Async, Job
from tests.integration.durable.shop import Order, World, world
from wfapp import Context, Workflow, step
from wfapp.errors import MalformedRequest
from wfapp.models import Flow
from wfapp.storage.heart import progress_of

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


class Patient(Workflow[Context]):
    """One coroutine that looks whether it is still wanted."""

    name = "tests/patient"

    @step(durable=True)
    async def wait(self) -> None:
        self.flow.progress(0.5, "Half")
        world.calls.append("told")
        while True:
            self.flow.raise_if_cancelled()
            await asyncio.sleep(0.02)


def test_a_run_from_async_code(outside: World) -> None:
    """The same result; what does not fit raises in the caller."""
    result = asyncio.run(Job.arun(params={"amount": 2}, key="order-7"))
    assert (result.status, result.data) == ("finished", {"amount": 2})
    assert Job.run(params={"amount": 2}, key="order-7") == result
    with pytest.raises(MalformedRequest):
        asyncio.run(Job.arun(params={"amount": "many"}))


def test_async_steps_of_an_async_run_share_their_transaction(outside: World) -> None:
    """Their ORM calls run in the thread of the run: what is rolled back is gone."""

    def late(workflow: Any) -> int:
        return 30

    outside.hooks["nap"] = late
    assert asyncio.run(Async.arun()).status == "failed"
    assert list(Group.objects.order_by("id").values_list("name", flat=True)) == ["booked", "unbooked"]


def test_a_start_from_async_code(outside: World) -> None:
    """The handle itself is sync."""
    flow = asyncio.run(Order.astart(data={"city": "Linz"}))
    assert flow.submit({}).end is not None
    assert Flow.objects.get().status == "finished"


@locks_rows
def test_runs_of_one_loop_go_side_by_side(outside: World) -> None:
    """Each waits for the other in the middle of a step: neither holds the thread that all sync code shares."""
    meet = threading.Barrier(2, timeout=30)
    outside.hooks["check"] = lambda workflow: meet.wait() and None

    async def both() -> list[Any]:
        return await asyncio.gather(Job.arun(), Job.arun())

    assert [result.status for result in asyncio.run(both())] == ["finished", "finished"]


@locks_rows
def test_a_coroutine_that_runs_learns_that_it_is_to_end(outside: World) -> None:
    """It tells how far it is, and asks, as a plain step does, though Django lets it wait for no database."""
    with beside(Patient.run) as (run,):
        until(lambda: "told" in outside.calls)
        flow = Patient.flows.get()
        assert progress_of(Flow, flow.id) == (0.5, "Half")
        flow.cancel()
        assert run.result().status == "cancelled"
