"""One step alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from tests.unit.testing.samples import Box, JoinContext, Joining
from tests.workflows import Hello, HelloBoth, HelloToken, NameForm
from wfapp import Ask, Context, Finish, Next, Workflow, step
from wfapp.models import Flow, FlowEvent
from wfapp.testing import isolated_registry, try_step

pytestmark = pytest.mark.django_db


class Odd(Workflow[JoinContext]):
    """Return each outcome, keep the context of a rejection, read the request."""

    name = "tests/odd"

    @step(form=NameForm)
    def first(self, form: NameForm) -> None:
        self.ctx.nickname = "kept"
        self.save_context()
        self.ctx.nickname = "dropped"
        form.add_error(None, "Never.")

    @step(form=NameForm)
    def second(self, form: NameForm) -> Ask:
        self.set_cookie("a", "b")
        return Ask("first", error="Once more.")

    @second.action(label="Skip")
    def skip(self) -> Next:
        return Next()

    @second.action(label="End")
    def stop(self) -> Finish:
        return Finish(data={"path": self.request.path})


def test_a_step_is_validated_and_called() -> None:
    """Its context, its mails and its result come back; there is no flow."""
    trial = try_step(Joining.details, data={"email": "ada@example.com"}, params={"plan": "gold"})
    assert (trial.rejected, trial.result, trial.ctx.plan) == (False, None, "plan gold")
    assert [(mail.to, mail.subject) for mail in trial.mails] == [(["ada@example.com"], "Your code")]
    assert trial.mails[0].code() == trial.ctx.code
    assert not Flow.objects.exists()
    assert not FlowEvent.objects.exists()


def test_a_form_rejects_and_a_step_does() -> None:
    """Either way the context is as it was."""
    assert try_step(Joining.details, data={"email": "x"}).errors == {"email": "Enter a valid email address."}
    trial = try_step(Joining.verify, data={"code": "1"}, ctx={"code": "2"})
    assert (trial.rejected, trial.result, trial.errors) == (True, None, {"code": "Wrong code."})
    assert trial.ctx.code == "2"


def test_what_save_context_kept_survives_a_rejection() -> None:
    assert try_step(Odd.first, data={"name": "x"}).ctx.nickname == "kept"


def test_no_other_step_runs() -> None:
    """What follows would end the flow, and needs an answer that is not there."""
    assert try_step(Joining.verify, data={"code": "2"}, ctx={"code": "2"}).result is None


def test_a_step_without_a_form_is_called() -> None:
    answers = {"details": {"topics": ["a"], "news": True, "since": date(2026, 1, 1)}}
    result = try_step(Joining.done, answers=answers).result
    assert isinstance(result, Finish)
    assert result.data["topics"] == ["a"]


def test_actions_are_tried_with_and_without_data() -> None:
    assert try_step(Joining.resend, ctx={"email": "ada@example.com"}).messages == ["Sent again."]
    assert try_step(Joining.note, data={"code": "1"}).messages == ["Saved ['code']."]
    assert try_step(Joining.note, data={"code": "1234567"}).rejected


def test_every_outcome_is_given_back() -> None:
    asked = try_step(Odd.second, data={"name": "x"})
    assert asked.result == Ask("first", error="Once more.")
    assert [cookie.name for cookie in asked.cookies] == ["a"]
    assert try_step(Odd.skip).result == Next()
    ended = try_step(Odd.stop, request=RequestFactory().get("/here/"))
    assert ended.result == Finish(data={"path": "/here/"})


def test_the_user_is_there_and_no_right_is_asked() -> None:
    result = try_step(Box.fill, data={"name": "x"}, user=User(username="ada")).result
    assert isinstance(result, Finish)
    assert result.data == {"by": "ada"}
    assert try_step(Box.fill, data={"name": "x"}).result is not None


def test_a_move_is_told() -> None:
    assert try_step(HelloBoth.ask, data={"name": "Ada"}).storage == "database"


def test_a_step_that_several_have_needs_a_class() -> None:
    """The one whose body has it comes first."""
    with isolated_registry():

        class Base(Workflow[Context]):
            only = step(form=NameForm)

        class One(Base):
            name = "tests/trial-one"

        class Two(Base):
            name = "tests/trial-two"

        with pytest.raises(AssertionError) as caught:
            try_step(Base.only, data={"name": "x"})
        assert str(caught.value) == "try_step: 'only' belongs to One, Two; say which is meant with workflow=…."
        assert not try_step(Base.only, data={"name": "x"}, workflow=Two).rejected
    assert try_step(Hello.verify, data={"code": "123456"}).ctx.calls == 1
    assert try_step(HelloToken.verify, data={"code": "123456"}, workflow=HelloToken).ctx.calls == 1
