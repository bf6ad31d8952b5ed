"""A step says that the flow goes back, or ends, behind a workflow that it has left: what was done is undone first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django import forms

from tests.integration.durable.beside import pass_time
from tests.integration.durable.shop import World
from tests.integration.durable.shop import world as shop
from wfapp import Abort, Ask, Finish, Include, Workflow, rounds, step
from wfapp.models import Flow
from wfapp.rounds.answer import Caller, Input
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

LONG = timedelta(minutes=1)


class CityForm(forms.Form):
    city = forms.CharField()


@pytest.fixture
def flow() -> Iterator[Any]:
    """Start a flow, which comes to the page of an included workflow behind a step that acted."""
    with isolated_registry():

        class Look(Workflow):
            name = "tests/way-look"
            last_look = step(form=CityForm)

        class Way(Workflow):
            name = "tests/way"
            steps = ["city", "book", Include("tests/way-look"), "ask", "done"]
            city = step(form=CityForm)

            @step(durable=True)
            def book(self) -> None:
                shop.called("book", self)

            @book.compensate(retries=1, delay=LONG)
            def unbook(self) -> None:
                shop.called("unbook", self)

            @step
            def ask(self) -> Ask | None:
                asked: Ask | None = shop.called("ask", self)
                return asked

            @step
            def done(self) -> Finish:
                return Finish()

        yield Way.start(data={"city": "Linz"})


def test_to_a_page_before_the_included_workflow(flow: Any, outside: World) -> None:
    """It is there again, and leads to the same end."""
    outside.hooks["ask"] = lambda workflow: Ask("city")
    assert flow.submit({"city": "Graz"}).page.step == "city"
    assert outside.calls == ["book", "ask", "unbook"]
    del outside.hooks["ask"]
    flow.submit({"city": "Wels"})
    assert flow.submit({"city": "Graz"}).status == "finished"


def test_whoever_looks_on_the_way(flow: Any, outside: World) -> None:
    """Sees that it goes on; whoever posts once the undo is due again has it run."""
    outside.hooks["ask"] = lambda workflow: Ask("city")
    outside.errors["unbook"] = [OSError()]
    assert flow.submit({"city": "Graz"}).status == "pending"
    assert (flow.look().status, flow.answer.pending.step) == ("pending", "ask")
    pass_time(2 * LONG)
    assert flow.submit({"city": "Graz"}).page.step == "city"


def test_an_end_is_told_again_on_the_way(flow: Any, outside: World) -> None:
    """To whoever lost the answer, while an undo waits."""
    outside.hooks["ask"] = lambda workflow: Abort("enough")
    outside.errors["unbook"] = [OSError()]
    token = flow.answer.token
    assert flow.submit({"city": "Graz"}).end.reason == "enough"
    assert Flow.objects.get().status == "compensating"
    again = rounds.play(token, caller=Caller(door="python", trusted=True), input=Input(values={"city": "Graz"}))
    assert again.end == flow.answer.end
