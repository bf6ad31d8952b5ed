"""Many requests at once, on a real database: one of them plays, the others get its answer or are told to wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from tests.workflows import CodeForm, Guarded, Hello, HelloBoth, HelloContext, NameForm, SignIn
from wfapp import Finish, Limit, Workflow, rounds, step
from wfapp.errors import Fault
from wfapp.models import Flow, FlowEvent
from wfapp.rounds import limits
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

ANYBODY = Caller(door="python")


def at_once(count: int, call: Callable[[int], Any]) -> list[Any]:
    """Call ``count`` times from as many threads, all released together; a Fault is a result too."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return call(number)
        except Fault as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def play(answer: Answer, **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=ANYBODY, input=Input(values=values))


def begin(workflow: type[Workflow[Any]], **values: Any) -> Answer:
    return rounds.start(workflow, caller=ANYBODY, params={}, input=Input(values=values) if values else None)


def many() -> int:
    """A hundred where rows are locked; SQLite locks its whole file, and twenty threads show the same."""
    return 20 if connection.vendor == "sqlite" else 100


def test_parallel_posts_of_one_token_run_the_step_once() -> None:
    """All answers are that one answer, or say that it is busy."""
    with isolated_registry():

        class Counted(Workflow[HelloContext]):
            name = "tests/counted"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                User.objects.create_user(f"run-{User.objects.count()}")

            @step(form=CodeForm)
            def verify(self, form: CodeForm) -> None:
                pass

        first = begin(Counted)
        results = at_once(many(), lambda number: play(first, name="Ada"))
    assert User.objects.count() == 1
    answers = [result for result in results if isinstance(result, Answer)]
    faults = {result.error_code for result in results if isinstance(result, Fault)}
    assert faults <= {"busy"}
    assert answers
    assert {(answer.token, answer.page.step if answer.page else "") for answer in answers} == {
        (first.token.at(2) if first.token else None, "verify")
    }


@pytest.mark.parametrize("workflow", [Hello, HelloBoth])
def test_parallel_clicks_on_a_first_page_start_one_flow(workflow: type[Workflow[Any]]) -> None:
    """The start key derives the row: the second insert, or the second move, meets the first."""
    page = Caller(door="page", browser="a" * 43, transport="cookie")
    key = rounds.first_page(workflow, caller=page, params={}).start_key
    input = Input(values={"name": "Ada"})
    results = at_once(20, lambda number: rounds.start(workflow, caller=page, params={}, input=input, start_key=key))
    assert Flow.objects.count() == 1
    assert {result.flow_id for result in results if isinstance(result, Answer)} == {Flow.objects.get().id}
    assert {result.error_code for result in results if isinstance(result, Fault)} <= {"busy"}
    assert FlowEvent.objects.filter(kind="started").count() == 1


def test_parallel_moves_to_the_database_insert_one_row() -> None:
    """A flow that leaves its token is moved once."""
    answer = begin(HelloBoth)
    results = at_once(20, lambda number: play(answer, name="Ada"))
    assert Flow.objects.count() == 1
    tokens = {result.token for result in results if isinstance(result, Answer)}
    assert len(tokens) == 1
    assert {result.error_code for result in results if isinstance(result, Fault)} <= {"busy"}


def test_parallel_moves_that_read_before_they_write_all_succeed() -> None:
    """SQLite lets no transaction that only reads so far wait for its turn to write: it must begin as a writer."""
    with isolated_registry():

        class Known(Workflow[HelloContext]):
            name = "tests/known"
            storage = ("token", "database")

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.calls = User.objects.count()
                self.store_in("database")

            @step(form=CodeForm)
            def verify(self, form: CodeForm) -> None:
                pass

        results = at_once(20, lambda number: begin(Known, name="Ada"))
    assert {result.status for result in results} == {"form"}
    assert Flow.objects.count() == 20


def test_parallel_wrong_codes_stay_within_the_attempts() -> None:
    """Of fifty different wrong codes five are looked at, and the right one is refused afterwards."""
    page = play(begin(Guarded), name="Ada")

    def guess(number: int) -> Answer:
        token = page.token
        for _ in range(8):
            assert token is not None
            try:
                return rounds.play(token, caller=ANYBODY, input=Input(values={"code": f"{number:06}"}))
            except Fault as fault:
                if fault.error_code != "stale":
                    raise
                token = fault.answer.token  # type: ignore[attr-defined]
        raise AssertionError("stale too often")

    results = at_once(50 if connection.vendor != "sqlite" else 12, guess)
    assert FlowEvent.objects.filter(kind="rejected").count() <= 5
    assert Flow.objects.get().status == "aborted"
    assert Counter(result.status for result in results if isinstance(result, Answer))["finished"] == 0
    with pytest.raises(Fault):
        play(page, code="123456")


def test_flows_in_parallel_share_one_limit() -> None:
    """Fifty flows on one account: at most ten wrong codes are evaluated."""
    evaluated: list[str] = []
    with isolated_registry():

        class Account(Workflow[HelloContext]):
            name = "tests/account"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.name = form.cleaned_data["name"]

            @step(form=CodeForm, limit=Limit("account-code", key="name", rate="10/15m"))
            def verify(self, form: CodeForm) -> None:
                evaluated.append(form.cleaned_data["code"])
                form.add_error("code", "Wrong code.")

        pages = [begin(Account, name="ada") for _ in range(50)]
        results = at_once(50, lambda number: play(pages[number], code=f"{number:06}"))
    assert 1 <= len(evaluated) <= 10
    refused = [result for result in results if isinstance(result, Fault)]
    assert {fault.error_code for fault in refused} <= {"limit", "busy"}
    if connection.vendor != "sqlite":
        assert len(evaluated) == 10


def test_a_counter_that_another_request_made_meanwhile_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two first submissions at once none is over the limit: the one that found no counter looks again."""
    count_known = limits._count_known
    with isolated_registry():

        class Limited(Workflow[HelloContext]):
            name = "tests/limited"

            @step(form=NameForm, limit=Limit("name", key="name", rate="2/15m"))
            def ask(self, form: NameForm) -> None:
                form.add_error("name", "Wrong name.")

        def look(charge: limits.Charge, now: datetime) -> bool:
            monkeypatch.setattr(limits, "_count_known", count_known)
            known = count_known(charge, now)
            assert begin(Limited, name="ada").rejected
            return known

        monkeypatch.setattr(limits, "_count_known", look)
        assert begin(Limited, name="ada").rejected


def test_one_code_replayed_by_fifty_clients_signs_in_one() -> None:
    """Without a binding only the round itself hands out the sign-in; its repetitions do not."""
    User.objects.create_user("ada")
    first = begin(SignIn)
    results = at_once(50 if connection.vendor != "sqlite" else 12, lambda number: play(first, name="ada"))
    answers = [result for result in results if isinstance(result, Answer)]
    assert {answer.status for answer in answers} == {"finished"}
    assert sum(answer.effects is not None for answer in answers) == 1


def test_a_flow_that_is_held_is_busy_and_lost_to_nobody() -> None:
    """A post that comes while a step runs long waits two seconds, then says busy with a time to come again."""
    entered, leave = threading.Event(), threading.Event()
    with isolated_registry():

        class Slow(Workflow[HelloContext]):
            name = "tests/slow"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> Finish:
                entered.set()
                leave.wait(30)
                return Finish(data={"name": form.cleaned_data["name"]})

        first = begin(Slow)

        def work() -> None:
            try:
                play(first, name="Ada")
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        assert entered.wait(10)
        try:
            with pytest.raises(Fault) as refused:
                play(first, name="Ada")
        finally:
            leave.set()
            thread.join()
        assert (refused.value.status, refused.value.error_code, refused.value.retry_after) == (409, "busy", 1)
        end = play(first, name="Ada").end
        assert end is not None
        assert end.data == {"name": "Ada"}
