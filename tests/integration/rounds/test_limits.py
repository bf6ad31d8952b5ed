"""Attempts of one flow, and limits over all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.utils import timezone

from tests.integration.rounds.helpers import begin, play
from tests.workflows import CodeForm, Guarded, Wide
from wfapp import Abort, Context, Limit, Workflow, step
from wfapp.errors import LimitExceeded
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


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


class MailContext(Context):
    """Hold what one page typed for the next."""

    email: str = ""


class MailForm(forms.Form):
    """Ask where a mail goes."""

    email = forms.CharField()


def test_a_limit_may_count_what_was_accepted() -> None:
    """A mail costs something each time; a button that sends one more shares the counter, in every spelling."""
    with isolated_registry():

        class Mailing(Workflow[MailContext]):
            name = "tests/mailing"

            @step(form=MailForm, limit=Limit("mail", key="email", rate="3/h", counts_accepted=True))
            def address(self, form: MailForm) -> None:
                self.ctx.email = form.cleaned_data["email"]

            @step(form=forms.Form)
            def verify(self, form: forms.Form) -> None:
                pass

            @verify.action(label="Again", limit=Limit("mail", key="email", rate="3/h"))
            def again(self) -> None:
                pass

        answer = begin(Mailing, email="Ada@example.com")
        assert not play(answer, action="again").rejected
        assert not begin(Mailing, email="ada@EXAMPLE.com").rejected
        with pytest.raises(LimitExceeded):
            begin(Mailing, email="ada@example.com")
        assert not begin(Mailing, email="bob@example.com").rejected


def test_a_repeated_submission_counts_once() -> None:
    """A double click runs nothing, so it counts nothing."""
    answer = begin(Wide)
    for _ in range(5):
        assert play(answer, count=13).rejected
    assert begin(Wide, count=13).rejected
