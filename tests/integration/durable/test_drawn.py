"""The page behind durable steps: it is drawn with the request, beside their transactions, and for whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.test import RequestFactory

from tests.integration.durable.beside import Gate, beside, locks_rows, pass_time
from tests.integration.durable.shop import TICK, AddressForm, World, world
from tests.integration.durable.test_steps import timeline
from wfapp import Ask, Context, Workflow, rounds, step
from wfapp.management.recover import recover
from wfapp.models import Flow
from wfapp.rounds import end_by_staff
from wfapp.rounds.answer import Answer, Caller, Input

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


class Parcel(Workflow[Context]):
    """Ask where, book, ask who with a form that reads the request, pack, list the answers; what acts has an undo."""

    name = "tests/durable-parcel"
    exposed = True

    where = step(form=AddressForm, revisit=True)

    def booking(self) -> str:
        """Title the wait."""
        return f"Booking{self.request.headers['X-Suffix']}"

    @step(retries=1, delay=TICK, title="booking")
    def book(self) -> None:
        world.called("book", self)

    @book.compensate(retries=1)
    def unbook(self) -> None:
        world.called("unbook", self)

    who = step(form=AddressForm)

    @who.form_kwargs
    def who_kwargs(self) -> dict[str, Any]:
        if world.errors.get("draw"):
            raise world.errors["draw"][0]
        return {"label_suffix": self.request.headers["X-Suffix"]}

    @step(durable=True)
    def pack(self) -> None:
        world.called("pack", self)

    @pack.compensate
    def unpack(self) -> None:
        world.called("unpack", self)

    @step(form=forms.Form, answers=True)
    def review(self, form: forms.Form) -> Any:
        return world.called("review", self)


@pytest.fixture(params=["rest", "page"])
def caller(request: pytest.FixtureRequest, rf: RequestFactory) -> Caller:
    """Give a person before each door."""
    return Caller(door=request.param, request=rf.post("/", headers={"X-Suffix": "!"}))


def play(answer: Answer, caller: Caller, action: str = "", **values: Any) -> Answer:
    """Answer the page of an answer."""
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(action=action, values=values or None))


def who(caller: Caller) -> Answer:
    """Walk over the durable step."""
    return play(rounds.start(Parcel, caller=caller, params={}), caller, city="Graz")


def field(answer: Answer, caller: Caller) -> tuple[str, Any]:
    """Look at the page of an answer: what stands behind its labels, and what its field starts with."""
    assert answer.token is not None
    page = rounds.show(answer.token, caller=caller).page
    assert page is not None
    form: Any = page.form
    return form.label_suffix, form["city"].value()


def test_the_page_behind_a_durable_step_reads_the_request(caller: Caller, outside: World) -> None:
    """The step does not, for its next attempt may run where there is none; what that page reads is not its affair."""
    answer = who(caller)
    assert (answer.status, outside.calls) == ("form", ["book"])
    assert field(answer, caller) == ("!", None)


def test_what_a_page_raises_fails_no_step(caller: Caller, outside: World) -> None:
    """The flow stands at that page, and the step has completed, once."""
    outside.errors["draw"] = [ZeroDivisionError()]
    if caller.door == "rest":
        with pytest.raises(ZeroDivisionError):
            who(caller)
    else:
        assert who(caller).status == "form"
    assert (Flow.objects.get().step, outside.calls) == ("who", ["book"])
    assert [event for event in timeline() if event.startswith(("retried", "step_failed"))] == []


def test_the_way_back_ends_at_a_page_that_reads_the_request(caller: Caller, outside: World) -> None:
    """Over what is undone first."""
    outside.hooks["review"] = lambda workflow: Ask("who")
    answer = play(play(who(caller), caller, city="Wien"), caller)
    assert (field(answer, caller), outside.calls[-1]) == (("!", "Wien"), "unpack")


def test_a_page_that_reads_the_request_is_asked_again_behind_a_durable_step(caller: Caller, outside: World) -> None:
    """Its answer may not hold any more, and nobody can tell: it stands there as it was typed."""
    answer = play(who(caller), caller, city="Wien")
    answer = play(play(answer, caller, "wf.change.where"), caller, city="Rom")
    assert outside.calls == ["book", "pack", "unpack", "unbook", "book"]
    assert (Flow.objects.get().step, field(answer, caller)) == ("who", ("!", "Wien"))


@pytest.mark.parametrize("undoes", [False, True])
def test_the_sweeper_draws_no_page(
    undoes: bool, caller: Caller, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It brings the flow there; whoever asks next sees it."""
    answer = who(caller) if undoes else rounds.start(Parcel, caller=caller, params={})
    module, name = ("undoing", "unbook") if undoes else ("running", "book")
    monkeypatch.setattr(f"wfapp.rounds.{module}.delay_after", lambda *args: timedelta(minutes=5))
    outside.errors[name] = [OSError()]
    answer = play(answer, caller, "wf.back") if undoes else play(answer, caller, city="Graz")
    assert answer.status == "pending"
    pass_time(timedelta(minutes=6))
    assert recover(Flow).run == 1
    assert (Flow.objects.get().status, Flow.objects.get().step) == ("paused", "where" if undoes else "who")
    assert field(answer, caller)[1] == ("Graz" if undoes else None)


@locks_rows
def test_who_ends_a_flow_while_its_step_runs_draws_nothing(caller: Caller, outside: World) -> None:
    """Its title may read the request of whoever waits, which staff and the sweeper have not."""
    gate = outside.hooks["book"] = Gate()
    with beside(lambda: who(caller)) as (waits,):
        assert gate.come.wait(30)
        assert end_by_staff(Flow, Flow.objects.get().pk, status="cancelled")
        gate.go.set()
        end = waits.result().end
    assert end is not None
    assert (end.reason, outside.calls) == ("cancelled", ["book", "unbook"])
