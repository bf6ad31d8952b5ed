"""What a round promises in the database: limits, attempts, rights, keys, and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.workflows import CodeForm, Guarded, Hello, HelloBoth, HelloContext, HelloToken, NameForm, SignIn, Wide
from wfapp import Abort, Workflow, rounds, step
from wfapp.errors import InvalidToken, KeyReused, LimitExceeded, MalformedRequest, NoKey, NotAllowed
from wfapp.models import Flow, FlowEvent
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="python")


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY, **values: Any) -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values=values) if values else None)


def play(answer: Answer, caller: Caller = ANYBODY, action: str = "", **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(action=action, values=values or None))


def statements(queries: CaptureQueriesContext) -> list[str]:
    """Keep what is not the transaction's own."""
    own = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in queries if not query["sql"].startswith(own)]


def test_a_database_round_takes_three_statements() -> None:
    """Claim, store, one INSERT of events; the start inserts the row instead of claiming it."""
    with CaptureQueriesContext(connection) as start:
        answer = begin(Hello)
    with CaptureQueriesContext(connection) as rejected:
        answer = play(answer, name="wrong")
    with CaptureQueriesContext(connection) as accepted:
        answer = play(answer, name="Ada")
    with CaptureQueriesContext(connection) as action:
        answer = play(answer, action="resend")
    with CaptureQueriesContext(connection) as end:
        play(answer, code="123456")
    assert [len(statements(queries)) for queries in (start, rejected, accepted, action, end)] == [3, 3, 3, 3, 3]


def test_a_look_and_a_repetition_take_one_statement() -> None:
    """Showing a page reads its row; repeating an answer claims it and writes nothing."""
    first = begin(Hello)
    page = play(first, name="Ada")
    with CaptureQueriesContext(connection) as shown:
        rounds.show(page.token, caller=ANYBODY)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as repeated:
        play(first, name="Ada")
    with CaptureQueriesContext(connection) as refreshed:
        play(page, action="wf.refresh", code="1")
    assert [len(statements(queries)) for queries in (shown, repeated, refreshed)] == [1, 1, 1]


def test_a_token_round_takes_no_statement() -> None:
    """Nothing is stored for a flow that lives in its token."""
    with CaptureQueriesContext(connection) as queries:
        play(play(begin(HelloToken), name="Ada"), code="123456")
    assert statements(queries) == []


def test_a_move_takes_two_statements() -> None:
    """The row and its events are inserted; there is nothing to claim."""
    answer = begin(HelloBoth)
    with CaptureQueriesContext(connection) as queries:
        moved = play(answer, name="Ada")
    assert len(statements(queries)) == 2
    assert moved.token is not None
    assert moved.token.storage == "database"
    assert Flow.objects.get().id == answer.flow_id == moved.flow_id


def test_a_second_click_on_a_move_meets_the_row(settings: Any) -> None:
    """Even where the cache forgets, the row is inserted once and the first answer is given again."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    answer = begin(HelloBoth)
    first, second = play(answer, name="Ada"), play(answer, name="Ada")
    assert first.token == second.token
    assert Flow.objects.count() == 1
    assert play(second, code="123456").status == "finished"


def test_a_raising_step_undoes_its_writes_and_a_rejection_keeps_them() -> None:
    """An exception is rolled back; a refusal is no error."""
    with isolated_registry():

        class Writer(Workflow[HelloContext]):
            name = "tests/writer"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                User.objects.create_user(form.cleaned_data["name"])
                self.ctx.name = "changed"
                if form.cleaned_data["name"] == "crash":
                    raise RuntimeError("crashed on purpose")
                form.add_error("name", "Refused.")

        answer = begin(Writer)
        with pytest.raises(RuntimeError):
            play(answer, name="crash")
        assert not User.objects.exists()
        refused = play(answer, name="kept")
        assert refused.page is not None
        assert refused.page.errors == {"name": "Refused."}
        assert list(User.objects.values_list("username", flat=True)) == ["kept"]


def test_a_rejection_drops_the_context_unless_it_is_saved() -> None:
    """``save_context`` keeps what was written up to there."""
    with isolated_registry():

        class Saver(Workflow[HelloContext]):
            name = "tests/saver"

            @step(form=NameForm, passes=["name", "calls"])
            def ask(self, form: NameForm) -> None:
                self.ctx.calls += 1
                if form.cleaned_data["name"] == "save":
                    self.save_context()
                self.ctx.name = "dropped"
                form.add_error(None, "No.")

        dropped = play(begin(Saver), name="drop")
        saved = play(dropped, name="save")
        assert dropped.page is not None
        assert saved.page is not None
        assert dropped.page.passed == {"name": "", "calls": 0}
        assert saved.page.passed == {"name": "", "calls": 1}


def test_attempts_end_the_flow_when_they_are_spent() -> None:
    """The fifth wrong code is the last one that is looked at."""
    answer = play(begin(Guarded), name="Ada")
    for _ in range(4):
        answer = play(answer, code="1")
        assert answer.rejected
    answer = play(answer, code="1")
    assert answer.status == "aborted"
    assert answer.end is not None
    assert answer.end.reason == "too-many-attempts"


def test_attempts_survive_an_exception() -> None:
    """A step that raises has used one of them, though everything else is rolled back and the token still works."""
    answer = play(begin(Guarded), name="Ada")
    for _ in range(5):
        with pytest.raises(RuntimeError):
            play(answer, code="crash")
    assert play(answer, code="123456").status == "aborted"


def test_the_exhausted_hook_decides_what_happens() -> None:
    """Its outcome takes the place of the abort."""
    with isolated_registry():

        class Softer(Guarded):
            name = "tests/softer"

            @Guarded.verify.exhausted
            def spent(self) -> Abort:
                return Abort("locked", "Come tomorrow.")

            @step(attempts=1)
            def verify(self, form: CodeForm) -> None:
                super().verify(form)

        answer = play(play(begin(Softer), name="Ada"), code="1")
        assert answer.end is not None
        assert answer.end.reason == "locked"


def test_a_limit_counts_over_all_flows_until_its_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three refusals of one key in a minute; then 429 with the time to wait, for the right answer too."""
    for _ in range(3):
        assert begin(Wide, count=13).rejected
    with pytest.raises(LimitExceeded) as refused:
        begin(Wide, count=13)
    assert refused.value.retry_after in range(55, 61)
    assert not begin(Wide, count=14).rejected
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert begin(Wide, count=13).rejected


def test_an_accepted_submission_gives_its_count_back() -> None:
    """Whoever signs in rightly never meets the limit."""
    for _ in range(5):
        assert not begin(Wide, count=1).rejected


def test_a_repeated_submission_counts_once() -> None:
    """A double click runs nothing, so it counts nothing."""
    answer = begin(Wide)
    for _ in range(5):
        assert play(answer, count=13).rejected
    assert begin(Wide, count=13).rejected


def test_an_action_waits_for_its_cooldown_and_ends_with_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press that comes too soon or too often is refused with words, and the page stays."""
    answer = play(play(begin(Hello), name="Ada"), action="resend")
    assert answer.messages[0].text == "Sent."
    soon = play(answer, action="resend")
    assert soon.page is not None
    assert soon.page.errors == {"__form": "Please wait a moment before you try this again."}
    now = timezone.now()
    for minute in (1, 2):
        monkeypatch.setattr(timezone, "now", lambda minute=minute: now + timedelta(minutes=minute))
        soon = play(soon, action="resend")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=3))
    spent = play(soon, action="resend")
    assert spent.page is not None
    assert spent.page.errors == {"__form": "This is no longer possible: it was used as often as allowed."}
    assert spent.page.actions[0].remaining == 0


def test_an_undeclared_action_is_refused() -> None:
    """Its id is not repeated, and nothing runs."""
    answer = play(play(begin(Hello), name="Ada"), action="nothing")
    assert answer.page is not None
    assert answer.page.errors == {"__form": "This is not possible here."}


def test_ask_goes_back_with_the_context_of_then() -> None:
    """The page that was passed gets the next answer."""
    answer = play(begin(Wide, count=500), name="again")
    assert answer.page is not None
    assert (answer.page.step, answer.page.errors) == ("count", {"__form": "Once more, please."})
    assert answer.page.progress.current == 1
    assert play(answer, count=5).page.step == "small"  # type: ignore[union-attr]


def test_answers_of_a_step_without_a_method_are_kept() -> None:
    """Later steps read them by step and field."""
    assert play(begin(Wide, count=1), name="abort").end.reason == "unwanted"  # type: ignore[union-attr]
    assert play(begin(Wide, count=1), name="other").end.data == {"number": 1}  # type: ignore[union-attr]


def test_params_are_converted_and_checked() -> None:
    """Before anything runs; what does not fit is a malformed request."""
    answer = rounds.start(Wide, caller=ANYBODY, params={"factor": "3"}, input=Input(values={"count": 5}))
    assert play(answer, name="x").end.data == {"number": 15}  # type: ignore[union-attr]
    for params in ({"factor": "three"}, {"other": 1}, {"factor": None}):
        with pytest.raises(MalformedRequest):
            rounds.start(Wide, caller=ANYBODY, params=params)


def test_sign_in_is_repeated_only_to_a_bound_caller() -> None:
    """A code that is replayed with the token alone signs in once."""
    User.objects.create_user("ada")
    bound = Caller(door="python", browser="a" * 43)
    for caller, again in ((ANYBODY, False), (bound, True)):
        answer = begin(SignIn, caller)
        first, second = play(answer, caller, name="ada"), play(answer, caller, name="ada")
        assert first.effects is not None
        assert first.effects.sign_in is not None
        assert (second.status, second.effects is not None) == ("finished", again)


def test_a_rest_caller_needs_an_exposed_workflow_on_start_and_on_resume() -> None:
    """What was started elsewhere is not opened through the endpoint either."""
    rest = Caller(door="rest")
    with pytest.raises(NotAllowed) as refused:
        begin(HelloBothHidden, rest)
    assert refused.value.error_code == "not-exposed"
    answer = begin(HelloBothHidden)
    with pytest.raises(NotAllowed):
        play(answer, rest, name="Ada")
    with pytest.raises(NotAllowed):
        rounds.show(answer.token, caller=rest)  # type: ignore[arg-type]


class HelloBothHidden(HelloBoth):
    name = "tests/hidden"
    exposed = False


class Reviewed(Workflow[HelloContext]):
    """Let anybody ask and staff decide."""

    name = "tests/reviewed"

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        self.ctx.name = form.cleaned_data["name"]

    @step(form=CodeForm, permission="wfapp.view_flow")
    def decide(self, form: CodeForm) -> None:
        pass


class Inner(Reviewed):
    name = "tests/inner"
    login_required = True


def test_who_lacks_the_right_of_the_current_step_waits() -> None:
    """The bound person sees that somebody else must act; with the right they may."""
    user = User.objects.create_user("ada")
    answer = play(begin(Reviewed, Caller(door="python", user=user)), Caller(door="python", user=user), name="Ada")
    assert (answer.status, answer.page) == ("waiting", None)
    assert Flow.objects.get().status == "waiting"
    assert play(answer, Caller(door="python", user=user), code="123456").status == "waiting"
    user.user_permissions.add(Permission.objects.get(codename="view_flow"))
    able = Caller(door="python", user=User.objects.get(pk=user.pk))
    assert play(answer, able, code="123456").status == "finished"


def test_a_start_without_the_right_is_refused() -> None:
    """The class's default holds for its first step: nothing is stored."""
    with pytest.raises(NotAllowed) as refused:
        begin(Inner)
    assert refused.value.error_code == "permission"
    assert not Flow.objects.exists()
    with pytest.raises(NotAllowed):
        rounds.first_page(Inner, caller=ANYBODY, params={})


def test_a_key_comes_back_to_its_flow_under_a_new_handle() -> None:
    """Same key and input: the same flow; the older handle opens nothing any more."""
    key = "k" * 22

    def start(**values: Any) -> Answer:
        return rounds.start(Hello, caller=ANYBODY, params={}, input=Input(values=values), idempotency_key=key)

    first, second = start(name="Ada"), start(name="Ada")
    assert first.flow_id == second.flow_id
    assert first.token != second.token
    with pytest.raises(InvalidToken):
        play(first, code="123456")
    with pytest.raises(KeyReused):
        start(name="Bob")
    end = play(second, code="123456")
    assert start(name="Ada").end == end.end
    assert Flow.objects.count() == 1


def test_a_key_that_could_be_guessed_is_refused() -> None:
    """A key that alone stands for its caller needs 22 characters; where no row remembers it, none helps."""
    with pytest.raises(MalformedRequest, match="at least 22 random characters"):
        rounds.start(Hello, caller=ANYBODY, params={}, idempotency_key="short")
    with pytest.raises(NoKey):
        rounds.start(HelloToken, caller=ANYBODY, params={}, idempotency_key="k" * 22)


def test_a_workflow_that_continues_comes_back_to_the_users_open_flow() -> None:
    """From any device: the first handle is dead, the page is the same."""
    with isolated_registry():

        class Ongoing(Hello):
            name = "tests/ongoing"
            continues = "user"

        user = User.objects.create_user("ada")
        caller = Caller(door="python", user=user)
        page = play(begin(Ongoing, caller), caller, name="Ada")
        again = begin(Ongoing, caller)
        assert again.flow_id == page.flow_id
        assert again.page is not None
        assert again.page.step == "verify"
        with pytest.raises(InvalidToken):
            play(page, caller, code="123456")
        assert rounds.first_page(Ongoing, caller=caller, params={}).status == "start"


def test_staff_cancel_a_flow_and_its_token_says_so() -> None:
    """Context and answers are wiped, the last token learns how it ended."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    assert rounds.end_by_staff(Flow, page.flow_id, status="cancelled")
    assert not rounds.end_by_staff(Flow, page.flow_id, status="expired")
    row = Flow.objects.get()
    assert (bytes(row.state), row.status) == (b"", "cancelled")
    end = play(page, code="123456").end
    assert end is not None
    assert (end.status, end.reason) == ("aborted", "cancelled")


def test_an_expired_flow_answers_nothing() -> None:
    """Staff expire a flow: whatever its token asks, it is gone."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    assert rounds.end_by_staff(Flow, page.flow_id, status="expired")
    with pytest.raises(InvalidToken):
        play(page, code="123456")


def test_the_timeline_tells_what_happened() -> None:
    """Kinds and steps, never values."""
    answer = play(begin(Hello), name="wrong")
    play(play(play(answer, name="Ada"), action="resend"), code="123456")
    assert list(FlowEvent.objects.order_by("id").values_list("kind", "step", "revision")) == [
        ("started", "", 1),
        ("paused", "ask", 1),
        ("rejected", "ask", 2),
        ("submitted", "ask", 3),
        ("paused", "verify", 3),
        ("action", "resend", 4),
        ("submitted", "verify", 5),
        ("step_done", "done", 5),
        ("finished", "", 5),
    ]


def test_a_flow_that_todays_code_cannot_carry_on_fails_with_the_next_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look answers 410 and changes nothing; the post answers 410 too, and the row says failed."""
    page = play(begin(Hello), name="Ada")
    steps = {name: found for name, found in Hello.structure.steps.items() if name != "verify"}
    monkeypatch.setattr(Hello, "structure", replace(Hello.structure, steps=steps, order=("ask", "done")))
    with pytest.raises(InvalidToken):
        rounds.show(page.token, caller=ANYBODY)  # type: ignore[arg-type]
    assert Flow.objects.get().status == "paused"
    with pytest.raises(InvalidToken):
        play(page, code="123456")
    row = Flow.objects.get()
    assert (row.status, bytes(row.state)) == ("failed", b"")
    assert FlowEvent.objects.filter(kind="failed", step="verify").count() == 1


def test_a_page_may_start_with_an_action() -> None:
    """A button on the first page starts the flow and is pressed."""
    with isolated_registry():

        class Helpful(Workflow[HelloContext]):
            name = "tests/helpful"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                pass

            @ask.action(label="Help")
            def help_me(self) -> None:
                self.message("Type your name.")

        answer = rounds.start(Helpful, caller=ANYBODY, params={}, input=Input(action="help_me"))
        assert (answer.status, answer.stayed, answer.messages[0].text) == ("form", True, "Type your name.")
        with pytest.raises(MalformedRequest):
            rounds.start(Helpful, caller=ANYBODY, params={}, input=Input(action="wf.refresh"))


def test_staff_end_what_nobody_can_read(settings: Any) -> None:
    """A flow whose key is gone, or whose workflow was removed, is ended all the same; its tokens answer nothing."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    Flow.objects.update(state=b"unreadable", workflow="tests/removed")
    assert rounds.end_by_staff(Flow, page.flow_id, status="cancelled")
    assert Flow.objects.get().status == "cancelled"
    with pytest.raises(InvalidToken):
        play(page, code="123456")
