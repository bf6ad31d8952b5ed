"""Who may start, go on, or come back to a flow."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from tests.integration.rounds.helpers import ANYBODY, begin, play
from tests.workflows import CodeForm, Hello, HelloBoth, HelloContext, HelloToken, NameForm, SignIn
from wfapp import Workflow, rounds, step
from wfapp.errors import InvalidToken, KeyReused, MalformedRequest, NoKey, NotAllowed
from wfapp.models import Flow
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


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
        # A client's key comes back to its own flow, and a new one to the user's.
        keyed = [rounds.start(Ongoing, caller=caller, params={}, idempotency_key=key) for key in ("k" * 22, "l" * 22)]
        assert [answer.flow_id for answer in keyed] == [page.flow_id] * 2
