"""A lease is stolen while its owner lives, as by a machine that stood still: of two runs the database has one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.durable.beside import Gate, apart, beside, locks_rows
from tests.integration.durable.shop import Order, World
from tests.integration.durable.test_losses import lease_is_over
from tests.integration.durable.test_steps import timeline, to_confirm
from wfapp.management.recover import recover
from wfapp.models import Flow

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def robbed(outside: World, step: str, work: Callable[[], Any]) -> Any:
    """Run a flow to a step, let the sweeper bring it to its next rest meanwhile, and then the step to its end."""
    gate = Gate()
    gates: list[Callable[[Any], None]] = [gate]
    outside.hooks[step] = lambda workflow: gates.pop()(workflow) if gates else None
    with beside(work) as (first,):
        assert gate.come.wait(30)
        lease_is_over()
        assert apart(partial(recover, Flow)).run == 1
        gate.go.set()
        return first.result()


@locks_rows
def test_a_step_of_a_living_owner(outside: World) -> None:
    """It was called twice under one key; what the late one wrote is gone, and it answers with where the flow stands."""
    answer = robbed(outside, "charge", partial(Order.start, data={"city": "Linz"})).answer
    assert answer.page.step == "confirm"
    assert outside.calls == ["plain", "reserve", "charge", "charge", "note"]
    assert outside.written == ["plain", "reserve", "charge", "note"]
    assert len({key for key in outside.keys if key.startswith("charge ")}) == 1
    assert [timeline().count(f"step_done {name}") for name in ("reserve", "charge")] == [1, 1]


@locks_rows
def test_an_undo_of_a_living_owner(outside: World) -> None:
    """The same: each undo is committed once, and the flow ends once."""
    flow = to_confirm()
    outside.errors["ship"] = [OSError()]
    robbed(outside, "refund", partial(flow.submit, {}))
    assert Flow.objects.get().status == "failed"
    assert outside.calls[-3:] == ["refund", "refund", "unreserve"]
    assert outside.written[-2:] == ["refund", "unreserve"]
    assert timeline()[-3:] == ["compensated charge", "compensated reserve", "failed"]


@locks_rows
def test_a_step_whose_flow_was_brought_to_its_end(outside: World) -> None:
    """Nothing of the late one reaches a flow that is over, with one event of its end."""
    flow = to_confirm()
    answer = robbed(outside, "ship", partial(flow.submit, {}))
    assert answer.end.data == {"charged": 1}
    assert outside.written == ["plain", "reserve", "charge", "note", "confirm", "ship", "done"]
    assert timeline().count("finished") == 1
