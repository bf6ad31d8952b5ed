"""Every record of a round carries the id of its flow."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.workflows import HelloContext, NameForm
from wfapp import Finish, Workflow, rounds, step
from wfapp.logs import FlowFilter, current_flow
from wfapp.rounds.answer import Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="python")
logger = logging.getLogger("tests.logs")


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Hear what is logged, through a handler with the filter."""
    naming = FlowFilter()
    # A test of a part of a round may have left a flow behind in this thread.
    before = current_flow.set("")
    caplog.handler.addFilter(naming)
    yield caplog
    caplog.handler.removeFilter(naming)
    current_flow.reset(before)


def test_a_step_logs_under_the_id_of_its_flow(heard: pytest.LogCaptureFixture) -> None:
    """Two flows are told apart, whatever step or library logs; outside of a round there is none."""
    with isolated_registry():

        class Talker(Workflow[HelloContext]):
            name = "tests/talker"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> Finish:
                logger.warning("asked")
                return Finish()

        first, second = (rounds.start(Talker, caller=ANYBODY, params={}) for _ in range(2))
        for answer in (second, first):
            assert answer.token is not None
            rounds.play(answer.token, caller=ANYBODY, input=Input(values={"name": "Ada"}))
        logger.warning("outside")
    told = [(record.message, record.flow) for record in heard.records if record.name == "tests.logs"]  # type: ignore[attr-defined]
    assert told == [("asked", str(second.flow_id)), ("asked", str(first.flow_id)), ("outside", "")]


def test_an_exception_leaves_no_flow_behind(heard: pytest.LogCaptureFixture) -> None:
    """The next record of the same thread belongs to nobody."""
    with isolated_registry():

        class Breaker(Workflow[HelloContext]):
            name = "tests/breaker"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                raise RuntimeError("on purpose")

        with pytest.raises(RuntimeError):
            rounds.start(Breaker, caller=ANYBODY, params={}, input=Input(values={"name": "Ada"}))
        logger.warning("outside")
    assert [record.flow for record in heard.records if record.name == "tests.logs"] == [""]  # type: ignore[attr-defined]
