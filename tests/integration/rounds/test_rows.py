"""A flow that is played by its row: locked, and once, as by its token."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from tests.integration.rounds.helpers import ANYBODY, begin
from tests.workflows import Hello, HelloContext, NameForm, Wide
from wfapp import Workflow, rounds, step
from wfapp.errors import Busy, InvalidToken, Stale, WrongStep
from wfapp.models import Counter, Flow
from wfapp.rounds.answer import Answer, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ADA = Input(values={"name": "Ada"})


def test_a_call_plays_the_flow_as_it_stands() -> None:
    """The same input twice is two rounds."""
    pk = begin(Hello, name="Ada").flow_id
    assert pk is not None
    resend = Input(values={"code": "wrong"})
    played = [rounds.play_row(Flow, pk, caller=ANYBODY, input=resend) for _ in range(2)]
    assert [(answer.rejected, answer.token, answer.revision) for answer in played] == [(True, None, 2), (True, None, 3)]


def test_a_revision_makes_it_exactly_once() -> None:
    """The same again gets the same answer, even where a step is named; other input gets the current page."""
    pk = begin(Hello).flow_id
    assert pk is not None
    first, again = (rounds.play_row(Flow, pk, caller=ANYBODY, input=ADA, step="ask", revision=1) for _ in range(2))
    assert (first.revision, again.revision) == (2, 2)
    with pytest.raises(Stale) as stale:
        rounds.play_row(Flow, pk, caller=ANYBODY, input=Input(values={"name": "Bob"}), revision=1)
    assert (stale.value.answer.revision, stale.value.answer.token) == (2, None)


def test_a_look_shows_what_is_typed_and_changes_nothing() -> None:
    pk = begin(Hello).flow_id
    assert pk is not None
    answer = rounds.play_row(Flow, pk, caller=ANYBODY, input=Input(action="wf.refresh", values={"name": "Bo"}))
    assert answer.page is not None
    assert answer.page.form["name"].value() == "Bo"
    assert rounds.show_row(Flow, pk, caller=ANYBODY).revision == 1


def test_a_row_that_is_gone_is_an_invalid_token() -> None:
    for call in (rounds.show_row, rounds.play_row):
        with pytest.raises(InvalidToken):
            call(Flow, uuid.uuid4(), caller=ANYBODY, **({"input": ADA} if call is rounds.play_row else {}))


def test_a_flow_that_ended_takes_nothing_and_shows_its_end() -> None:
    pk = begin(Hello, name="Ada").flow_id
    assert pk is not None
    code = Input(values={"code": "123456"})
    assert rounds.play_row(Flow, pk, caller=ANYBODY, input=code).status == "finished"
    assert rounds.show_row(Flow, pk, caller=ANYBODY).status == "finished"
    for input in (code, Input(action="wf.refresh", values={})):
        with pytest.raises(InvalidToken):
            rounds.play_row(Flow, pk, caller=ANYBODY, input=input)


def test_a_refused_step_gives_its_count_back() -> None:
    """It is looked at before the limit is counted, and again after it."""
    pk = begin(Wide).flow_id
    assert pk is not None
    with pytest.raises(WrongStep):
        rounds.play_row(Flow, pk, caller=ANYBODY, input=Input(values={"count": 1}), step="small")
    assert not Counter.objects.filter(count__gt=0).exists()


@pytest.mark.db
def test_parallel_calls_run_one_after_the_other() -> None:
    """Every one that was let in is a round of its own; only the first finds the step that it names."""

    def call(_number: int) -> Any:
        try:
            return rounds.play_row(Flow, pk, caller=ANYBODY, input=ADA, step="ask")
        except (Busy, WrongStep) as refused:
            return refused
        finally:
            connections.close_all()

    with isolated_registry():

        class Counted(Workflow[HelloContext]):
            name = "tests/counted-rows"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.calls += 1

            @step(form=NameForm, passes=["calls"])
            def more(self, form: NameForm) -> None:
                pass

        pk: Any = begin(Counted).flow_id
        with ThreadPoolExecutor(12) as pool:
            results = list(pool.map(call, range(12)))
        assert sum(isinstance(result, Answer) for result in results) == 1
        page = rounds.show_row(Flow, pk, caller=ANYBODY).page
        assert page is not None
        assert page.passed == {"calls": 1}
