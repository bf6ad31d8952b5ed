"""A place, a line and a call: who goes on, who waits, and who gets the place afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.integration.durable.shop import World
from tests.integration.durable.turns.workflows import Booth, Door, Job, Refused
from wfapp import rounds
from wfapp.errors import FlowAlreadyRunning, NotAllowed, TooManyFlows
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent, Turn
from wfapp.programming import FlowHandle
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.turns import call_up

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="rest")
DAY = timedelta(days=1)


def begin(workflow: Any = Booth, start_key: str = "", key: str = "", **values: str) -> Answer:
    """Start a flow as a client does."""
    return rounds.start(
        workflow,
        caller=ANYBODY,
        params={},
        input=Input(values=values) if values else None,
        start_key=start_key,
        idempotency_key=key and key.ljust(22, "k"),
    )


def fill(workflow: Any) -> Any:
    """Give every place to a flow that stands at a page; give these flows."""
    now = timezone.now()
    flows = [
        Flow(id=uuid4(), workflow=workflow.name, status="paused", created_at=now, updated_at=now, expires_at=now + DAY)
        for _ in range(workflow.max_concurrency)
    ]
    Flow.objects.bulk_create(flows)
    Turn.objects.bulk_create(Turn(workflow=workflow.name, place=n, flow=flow.pk) for n, flow in enumerate(flows))
    return Flow.objects.filter(pk__in=[flow.pk for flow in flows])


def look(answer: Answer) -> Answer:
    """Look where a flow stands, as a client does that polls."""
    assert answer.token is not None
    return rounds.show(answer.token.at(None), caller=ANYBODY)


def send(answer: Answer, action: str = "", **values: str) -> Answer:
    """Answer a page, or press a button."""
    assert answer.token is not None
    return rounds.play(answer.token, caller=ANYBODY, input=Input(action=action, values=values or None))


def places() -> dict[int | None, Any]:
    """Tell who has which place."""
    return dict(Turn.objects.places().order_by("place").values_list("place", "flow"))


def in_line() -> list[Any]:
    """Tell who waits, in order."""
    return list(Turn.objects.waiting().values_list("flow", flat=True))


def test_a_place_is_had_from_the_start_to_the_end(outside: World) -> None:
    """The third one waits; once the first is done a look is all it needs."""
    first, second, third = begin(), begin(), begin()
    assert [answer.status for answer in (first, second, third)] == ["form", "form", "pending"]
    assert (third.title, third.pending and third.pending.text) == (
        "The booth",
        "It is not your turn yet. This goes on by itself as soon as others are done.",
    )
    assert look(third).status == "pending"
    assert send(first, name="Ann").status == "finished"
    shown = look(third)
    assert (shown.status, shown.page and shown.page.title) == ("form", "Your name")
    assert send(shown, name="Cem").status == "finished"
    assert places() == {0: third.flow_id, 1: second.flow_id}
    assert in_line() == []


def test_who_came_first_is_called_first(outside: World) -> None:
    """Whoever asks: a later one does not overtake, nor does one that comes just now."""
    answers = [begin() for _ in range(5)]
    send(answers[0], name="Ann")
    assert begin().status == "pending"
    assert [look(answer).status for answer in answers[3:]] == ["pending", "pending"]
    assert look(answers[2]).status == "form"
    send(answers[1], name="Bob")
    assert [look(answer).status for answer in (answers[4], answers[3])] == ["pending", "form"]


def test_what_was_typed_does_not_wait(outside: World) -> None:
    """Nobody would see it for so long: nothing starts, and whoever sent it keeps it."""
    begin(), begin()
    with pytest.raises(TooManyFlows) as refused:
        begin(name="Cem")
    assert (refused.value.status, refused.value.retry_after) == (429, 5)
    assert (Flow.objects.count(), FlowEvent.objects.filter(kind="started").count(), in_line()) == (2, 2, [])


def test_a_first_answer_takes_a_place(outside: World) -> None:
    """Where there is one; the flow that it ends gives it back."""
    assert [begin(name="Ann").status for _ in range(5)] == ["finished"] * 5


def test_nothing_waits_where_a_start_is_refused(outside: World) -> None:
    """A 429 that leaves nothing behind; afterwards there is a place."""
    first = begin(Door)
    assert begin(Door).status == "form"
    with pytest.raises(TooManyFlows):
        begin(Door)
    assert (Flow.objects.count(), FlowEvent.objects.filter(kind="started").count(), in_line()) == (2, 2, [])
    send(first, name="Ann")
    assert begin(Door).status == "form"


def test_each_workflow_has_places_of_its_own(outside: World) -> None:
    """One that derives from another is another."""
    assert [begin(cls).status for cls in (Booth, Booth, Door, Door)] == ["form"] * 4


def test_the_first_page_is_a_button_where_one_has_to_wait(outside: World) -> None:
    """What would be typed into a form there could not wait."""

    def first_page(workflow: Any) -> str:
        return rounds.first_page(workflow, caller=ANYBODY, params={}).status

    assert first_page(Booth) == "form"
    begin(), begin(), begin(Door), begin(Door)
    assert [first_page(Booth), first_page(Door)] == ["start", "form"]


def test_a_double_click_takes_one_place(outside: World) -> None:
    """And waits once."""
    key = rounds.first_page(Booth, caller=ANYBODY, params={}).start_key
    assert begin(start_key=key).flow_id == begin(start_key=key).flow_id
    assert begin().status == "form"
    key = rounds.first_page(Booth, caller=ANYBODY, params={}).start_key
    waiting = begin(start_key=key)
    assert (waiting.status, begin(start_key=key).flow_id) == ("pending", waiting.flow_id)
    assert in_line() == [waiting.flow_id]


def test_a_step_that_raises_takes_no_place(outside: World) -> None:
    """The transaction that took it is rolled back."""
    outside.errors["work"] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        Job.start()
    assert set(places().values()) == {None}


def test_who_waits_may_leave(outside: World) -> None:
    """By the button; the next one is called in their place."""
    first, _second, third, fourth = (begin() for _ in range(4))
    assert third.notice
    assert [action.id for action in third.notice.actions] == ["wf.cancel"]
    assert send(third, "wf.cancel").end is not None
    send(first, name="Ann")
    assert look(fourth).status == "form"
    assert (outside.calls, in_line()) == (["vote"], [])


def test_nobody_stands_behind_one_who_has_left(outside: World) -> None:
    """Whoever comes is told how it is now, with what was typed, too."""
    first, _second, third = (begin() for _ in range(3))
    assert send(third, "wf.cancel").end is not None
    send(first, name="Ann")
    assert begin(name="Cem").status == "finished"
    assert in_line() == []


def test_who_waits_answers_no_page(outside: World) -> None:
    """A post before its turn changes nothing."""
    begin(), begin()
    third = begin()
    assert send(third, name="Cem").status == "pending"
    assert Flow.objects.get(pk=third.flow_id).status == "pending"


def test_one_that_expires_frees_its_place(outside: World) -> None:
    """Before anybody has swept it away."""
    first, _second, third = (begin() for _ in range(3))
    Flow.objects.filter(pk=first.flow_id).update(expires_at=timezone.now())
    assert look(third).status == "form"


def test_one_that_expires_in_the_line_is_passed_over(outside: World) -> None:
    """And ended by the sweeper, as any other."""
    first, _second, third, fourth = (begin() for _ in range(4))
    Flow.objects.filter(pk=third.flow_id).update(expires_at=timezone.now() - timedelta(seconds=1))
    send(first, name="Ann")
    recover(Flow)
    assert Flow.objects.get(pk=third.flow_id).status == "expired"
    assert look(fourth).status == "form"
    assert outside.calls == ["vote"]


def test_what_is_being_undone_keeps_its_place(outside: World) -> None:
    """What could not be undone does not: people look after that, and that may take days."""
    others = fill(Door)
    others.update(status="compensating")
    assert _refusals() == 1
    others.update(status="compensation_failed")
    assert _refusals() == 0


def _refusals() -> int:
    try:
        begin(Door)
    except TooManyFlows:
        return 1
    return 0


def test_fewer_places_than_before(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has one of those that are gone keeps it, and counts."""
    first, second = begin(Door), begin(Door)
    monkeypatch.setattr(Door, "max_concurrency", 1)
    send(first, name="Ann")
    assert _refusals() == 1
    send(second, name="Bob")
    assert begin(Door).status == "form"
    assert _refusals() == 1


def test_more_places_than_before(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who wait get them."""
    waiting = [begin() for _ in range(4)][2:]
    monkeypatch.setattr(Booth, "max_concurrency", 4)
    assert [look(answer).status for answer in waiting] == ["form", "form"]


def test_the_sweeper_calls_up(outside: World) -> None:
    """Those whom nobody asks after: code that started them and went away."""
    for _ in range(2):
        Booth.start()
    handles = [Booth.start() for _ in range(3)]
    assert [handle.status for handle in handles] == ["pending"] * 3
    for flow in Flow.objects.filter(status="paused"):
        FlowHandle(Booth, pk=flow.pk).submit({"name": "Ann"})
    assert recover(Flow).run == 2
    assert [handle.status for handle in handles] == ["paused", "paused", "pending"]
    assert handles[0].submit({"name": "Cem"}).status == "finished"
    assert outside.calls == ["vote"] * 3


def test_a_run_waits_as_long_as_its_caller(outside: World) -> None:
    """After that it is pending, and the sweeper runs it once there is a place."""
    others = fill(Job)
    result = Job.run(timeout=timedelta(milliseconds=50))
    assert (result.status, result.steps, outside.calls) == ("pending", (), [])
    others.update(status="finished")
    recover(Flow)
    assert (Job.flows.of(Flow.objects.get(pk=result.id)).result().status, outside.calls) == ("finished", ["work"])


def test_a_run_is_refused(outside: World) -> None:
    """Nothing ran, and its key is free."""
    others = fill(Refused)
    with pytest.raises(TooManyFlows):
        Refused.run(key="k")
    others.update(status="finished")
    assert Refused.run(key="k").status == "finished"
    assert outside.calls == ["work"]


def test_a_key_stays_with_its_flow_where_no_other_one_begins(outside: World) -> None:
    """A flow that has failed tells its error until another one was started for it."""
    outside.errors["work"] = [OSError()]
    failed = Refused.run(key="k")
    assert failed.status == "failed"
    Turn.objects.all().delete()
    others = fill(Refused)
    with pytest.raises(TooManyFlows):
        Refused.run(key="k", rerun_failed=True)
    assert Refused.run(key="k") == failed
    others.update(status="finished")
    assert Refused.run(key="k", rerun_failed=True).status == "finished"


def test_a_key_that_waits(outside: World) -> None:
    """On the wire the same flow; in code one that runs."""
    begin(), begin()
    first, again = begin(key="a"), begin(key="a")
    assert (first.status, again.status, again.flow_id) == ("pending", "pending", first.flow_id)
    handle = Booth.start(key="b")
    with pytest.raises(FlowAlreadyRunning):
        Booth.start(key="b")
    assert handle.status == "pending"
    assert len(in_line()) == 2


def test_rights_are_asked_at_the_start(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those who have to wait, too."""
    begin(), begin()
    monkeypatch.setattr(Booth, "has_permission", lambda self, step: False)
    with pytest.raises(NotAllowed):
        begin()
    assert in_line() == []


def test_what_a_limit_costs(outside: World) -> None:
    """Who waits, which places there are, whose flows are over, a lock, and the place taken."""
    fill(Booth).delete()
    with CaptureQueriesContext(connection) as limited:
        begin()
    asked = [query["sql"] for query in limited if "wfapp_turn" in query["sql"] or "SELECT" in query["sql"][:6]]
    assert [sql.split()[0] for sql in asked] == ["SELECT"] * 4 + ["UPDATE"]


def test_nobody_is_called_where_nobody_waits(outside: World) -> None:
    """One look at the line."""
    begin()
    with CaptureQueriesContext(connection) as queries:
        assert call_up(Booth) == []
    assert len(queries) == 1


def test_the_user_who_waits_is_the_one_who_begins(outside: World) -> None:
    """Whoever calls the flow up."""
    ann = User.objects.create_user("ann")
    others, seen = fill(Job), []
    outside.hooks["work"] = lambda workflow: seen.append(workflow.user)
    Job.start(user=ann)
    others.update(status="finished")
    recover(Flow)
    assert seen == [ann]
