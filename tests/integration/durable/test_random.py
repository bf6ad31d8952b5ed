"""Random workflows of steps that fail, come late, lose their lease and die: what is left is what a model says."""

from __future__ import annotations

import types
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from wfapp import Context, Workflow, step
from wfapp.management.recover import recover
from wfapp.models import RUNNING, Flow, FlowEvent
from wfapp.rounds.acted import LOSSES
from wfapp.storage.lease import LeaseLost
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

TICK = timedelta(milliseconds=1)
LONGEST = 4
"""How many faults a step may have: fewer than it is given up for. Plain steps, which run together, may have more."""

Plan = dict[str, Any]
plans = some.fixed_dictionaries(
    {
        "durable": some.booleans(),
        "undo": some.booleans(),
        "retries": some.integers(0, 2),
        "faults": some.lists(some.sampled_from(["error", "late", "stolen", "crash"]), max_size=LONGEST),
        "undo_retries": some.integers(0, 1),
        "undo_faults": some.lists(some.sampled_from(["error", "crash"]), max_size=2),
    }
)


def fitted(plan: Plan) -> Plan:
    """Let a plain step have what a plain step can have."""
    if plan["durable"]:
        return plan
    faults = [fault for fault in plan["faults"] if fault in ("error", "crash")]
    return {**plan, "undo": False, "retries": 0, "faults": faults}


def plain_that_crashes(times: int) -> Plan:
    """Give a plain step that takes its process along so often."""
    return {
        "durable": False,
        "undo": False,
        "retries": 0,
        "faults": ["crash"] * times,
        "undo_retries": 0,
        "undo_faults": [],
    }


def acting(name: str, faults: list[str]) -> Any:
    """Make a method that writes, and then does what is up next."""
    left = list(faults)

    def method(self: Any) -> None:
        Group.objects.create(name=f"{name} {Group.objects.count()}")
        fault = left.pop(0) if left else "none"
        if fault == "error":
            raise OSError
        if fault == "late":
            self.flow.deadline = timezone.now() - TICK
        if fault == "stolen":
            raise LeaseLost
        if fault == "crash":
            raise SystemExit

    method.__name__ = name
    return method


def workflow_of(plan: list[Plan]) -> type[Workflow[Any]]:
    """Make the workflow of a plan."""
    body: dict[str, Any] = {"name": "tests/random", "first": step(durable=True)(acting("first", []))}
    for number, each in enumerate(plan):
        name, tries = f"do_{number}", {"retries": each["retries"], "delay": TICK} if each["retries"] else {}
        options = {"durable": True, **tries} if each["durable"] else {}
        body[name] = made = step(**options)(acting(name, each["faults"]))
        if each["undo"]:
            again = {"retries": each["undo_retries"], "delay": TICK} if each["undo_retries"] else {}
            body[f"un{name}"] = made.compensate(**again)(acting(f"un{name}", each["undo_faults"]))
    return types.new_class("Random", (Workflow[Context],), exec_body=lambda namespace: namespace.update(body))


class Model:
    """Say, from the plan alone, what is committed in which order, and how the flow ends."""

    def __init__(self, plan: list[Plan]) -> None:
        self.wrote, self.done, self.status = ["first"], list[int](), "finished"
        self.left = [list(each["faults"]) for each in plan]
        number = 0
        while number < len(plan) and self.status == "finished":
            end = number + 1
            while not plan[number]["durable"] and end < len(plan) and not plan[end]["durable"]:
                end += 1
            self._run(plan, range(number, end))
            number = end
        if self.status == "failed":
            self._undo(plan)

    def _run(self, plan: list[Plan], together: range) -> None:
        """Run one durable step, or the plain ones up to the next durable one, which share a transaction."""
        attempts, losses, late = 0, 0, False
        while fault := self._fault(together):
            if fault in ("crash", "stolen"):
                losses += 1
                if losses < LOSSES:
                    continue
            late = late or fault == "late"
            if losses == LOSSES or attempts >= plan[together[0]]["retries"]:
                self.status = "failed"
                # How far it came nobody knows.
                self.done += [together[0]] if losses or late else []
                return
            attempts += 1
        self.wrote += [f"do_{number}" for number in together]
        self.done += together

    def _fault(self, together: range) -> str:
        for number in together:
            if self.left[number]:
                return self.left[number].pop(0)
        return ""

    def _undo(self, plan: list[Plan]) -> None:
        for number in reversed([number for number in self.done if plan[number]["undo"]]):
            errors = plan[number]["undo_faults"].count("error")
            if errors > plan[number]["undo_retries"]:
                self.status = "compensation_failed"
            else:
                self.wrote.append(f"undo_{number}")


@given(some.lists(plans.map(fitted), max_size=5))
@example([plain_that_crashes(3), plain_that_crashes(2)])
@example([plain_that_crashes(2), plain_that_crashes(2)])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_each_step_and_each_undo_once_in_order(plan: list[Plan]) -> None:
    """Whatever happens in between: in order of completion, and undone in reverse."""
    for model in (Group, Flow, FlowEvent):
        model.objects.all().delete()
    with isolated_registry():
        workflow = workflow_of(plan)
        with suppress(SystemExit):
            workflow.start()
        while Flow.objects.filter(status__in=RUNNING).exists():
            Flow.objects.update(due_at=timezone.now() - TICK)
            with suppress(SystemExit):
                recover(Flow)
    expected = Model(plan)
    assert [name.split()[0] for name in Group.objects.order_by("id").values_list("name", flat=True)] == expected.wrote
    assert Flow.objects.get().status == expected.status
    ends = FlowEvent.objects.filter(kind__in=["finished", "failed"]).count()
    assert ends == (expected.status != "compensation_failed")
