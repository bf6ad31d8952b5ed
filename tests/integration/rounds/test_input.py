"""What a round does with its input: rejections, attempts, limits, actions, answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.integration.rounds.helpers import ANYBODY, begin, play
from tests.workflows import Hello, HelloContext, NameForm, Wide
from wfapp import Workflow, rounds, step
from wfapp.errors import MalformedRequest
from wfapp.models import Flow
from wfapp.rounds.answer import Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_rejected_step_moves_its_flow_nowhere() -> None:
    """The move belongs to what the step changed, and is dropped with it."""
    with isolated_registry():

        class Hasty(Workflow[HelloContext]):
            name = "tests/hasty"
            storage = ("token", "database")

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.store_in("database")
                if form.cleaned_data["name"] == "wrong":
                    form.add_error("name", "No.")

            @step(form=NameForm)
            def again(self, form: NameForm) -> None:
                pass

        refused = play(begin(Hasty), name="wrong")
        assert refused.token is not None
        assert (refused.rejected, refused.token.storage, Flow.objects.count()) == (True, "token", 0)
        moved = play(refused, name="right")
        assert moved.token is not None
        assert (moved.token.storage, Flow.objects.count()) == ("database", 1)
