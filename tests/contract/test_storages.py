"""One suite over every storage: what each of them promises, as far as its abilities go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.workflows import Hello, HelloContext, NameForm
from wfapp import Finish, Workflow, rounds, step
from wfapp.declaration.registry import registry
from wfapp.errors import InvalidToken, MissingAbility, Stale
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.base import ABILITIES, get_storage
from wfapp.storage.tokens import Token
from wfapp.testing import MemoryStorage, isolated_registry

pytestmark = [pytest.mark.django_db(transaction=True)]

ANYBODY = Caller(door="python")
STORAGES = ("database", "token", "memory")


@pytest.fixture(autouse=True)
def memory(settings: Any) -> Iterator[None]:
    """Register the storage in memory as a third party would."""
    settings.WFAPP = {**settings.WFAPP, "STORAGES": {"memory": "wfapp.testing.MemoryStorage"}}
    yield
    MemoryStorage.flows.clear()


@pytest.fixture(params=STORAGES)
def workflow(request: pytest.FixtureRequest) -> Iterator[type[Workflow[Any]]]:
    """Declare the hello workflow in one storage; without the action, whose limit a token cannot count."""
    with isolated_registry():
        yield type("Contract", (Hello,), {"name": "contract/hello", "storage": request.param, "resend": None})


def play(answer: Answer, caller: Caller = ANYBODY, **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(values=values))


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY) -> Answer:
    return rounds.start(workflow, caller=caller, params={})


def test_a_flow_goes_from_its_start_to_its_end(workflow: type[Workflow[Any]]) -> None:
    """Every storage carries context and position from round to round."""
    answer = play(play(begin(workflow), name="Ada"), code="123456")
    assert answer.status == "finished"
    assert answer.end is not None
    assert answer.end.data == {"name": "Ada"}


def test_each_round_raises_the_revision(workflow: type[Workflow[Any]]) -> None:
    """A rejected round raises it too; showing raises nothing."""
    first = begin(workflow)
    rejected = play(first, name="wrong")
    shown = rounds.show(rejected.token, caller=ANYBODY)  # type: ignore[arg-type]
    assert [answer.token.revision for answer in (first, rejected, shown) if answer.token] == [1, 2, 2]
    assert rejected.rejected


def test_the_same_input_again_gets_the_same_answer_and_runs_nothing(workflow: type[Workflow[Any]]) -> None:
    """A double click, a lost response or a network retry is no second round."""
    page = play(begin(workflow), name="Ada")
    first = play(page, code="1")
    again = play(page, code="1")
    assert first.page
    assert again.page
    assert again.page.errors == first.page.errors == {"code": "Wrong code."}
    assert again.token
    assert first.token
    assert again.token.revision == first.token.revision == 3
    assert play(again, code="123456").status == "finished"


def test_other_input_to_an_answered_page_is_stale(workflow: type[Workflow[Any]]) -> None:
    """The current page comes with the refusal, and goes on."""
    first = begin(workflow)
    play(first, name="Ada")
    with pytest.raises(Stale) as refused:
        play(first, name="Bob")
    current: Answer = refused.value.answer
    assert current.page is not None
    assert current.page.step == "verify"
    assert current.page.passed == {"name": "Ada"}
    assert play(current, code="123456").status == "finished"


def test_an_exception_leaves_the_flow_where_it_was(workflow: type[Workflow[Any]]) -> None:
    """The token still works after a step raised."""
    page = play(begin(workflow), name="Ada")
    with pytest.raises(RuntimeError, match="crashed on purpose"):
        play(page, code="crash")
    assert play(page, code="123456").status == "finished"


def test_the_last_answer_is_repeated_after_the_end(workflow: type[Workflow[Any]]) -> None:
    """By the token it was posted with, with the same input, and by the token it answered with."""
    page = play(begin(workflow), name="Ada")
    end = play(page, code="123456")
    assert play(page, code="123456").end == end.end
    assert rounds.show(end.token, caller=ANYBODY).end == end.end  # type: ignore[arg-type]


def test_an_ended_flow_runs_nothing_more(workflow: type[Workflow[Any]]) -> None:
    """Other input to the page before the end is an invalid token, and so is an older token."""
    first = begin(workflow)
    page = play(first, name="Ada")
    play(page, code="123456")
    for answer, values in ((page, {"code": "654321"}), (first, {"name": "Ada"})):
        with pytest.raises(InvalidToken):
            play(answer, **values)


def test_an_ended_flow_keeps_nothing_of_its_context(workflow: type[Workflow[Any]]) -> None:
    """The end wipes context, answers and history."""
    end = play(play(begin(workflow), name="Ada"), code="123456")
    assert end.token is not None
    state = get_storage(end.token.storage).peek(end.token)
    assert (bytes(state.context), state.answers, state.history, state.attempts) == (b"{}", {}, (), {})


def test_a_flow_belongs_to_who_started_it(workflow: type[Workflow[Any]]) -> None:
    """A user's flow is an invalid token for everybody else, for a look too."""
    owner = User.objects.create_user("owner")
    mine = Caller(door="python", user=owner)
    answer = begin(workflow, mine)
    for other in (
        ANYBODY,
        Caller(door="python", user=User.objects.create_user("other")),
        Caller(door="python", browser="b" * 43),
    ):
        with pytest.raises(InvalidToken):
            play(answer, other, name="Ada")
        with pytest.raises(InvalidToken):
            rounds.show(answer.token, caller=other)  # type: ignore[arg-type]
    assert play(answer, mine, name="Ada").status == "form"


def test_a_browsers_flow_belongs_to_that_browser(workflow: type[Workflow[Any]]) -> None:
    """The random cookie binds where nobody is signed in."""
    mine = Caller(door="python", browser="a" * 43)
    answer = begin(workflow, mine)
    with pytest.raises(InvalidToken):
        play(answer, ANYBODY, name="Ada")
    assert play(answer, mine, name="Ada").status == "form"


def test_a_token_of_a_cookie_is_invalid_in_a_body(workflow: type[Workflow[Any]]) -> None:
    """What a script may not read cannot be replayed by one."""
    answer = begin(workflow, Caller(door="python", transport="cookie"))
    with pytest.raises(InvalidToken):
        play(answer, name="Ada")


def test_an_expired_flow_is_an_invalid_token(workflow: type[Workflow[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """After its absolute life nothing runs, on a post or on a look."""
    answer = begin(workflow)
    later = timezone.now() + workflow.lifetime + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(InvalidToken):
        play(answer, name="Ada")
    with pytest.raises(InvalidToken):
        rounds.show(answer.token, caller=ANYBODY)  # type: ignore[arg-type]


def test_an_older_version_of_a_workflow_starts_again(
    workflow: type[Workflow[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raising ``version`` makes every flow in flight meet the new step."""
    answer = begin(workflow)
    monkeypatch.setattr(workflow, "version", 2)
    with pytest.raises(InvalidToken):
        play(answer, name="Ada")


def test_a_removed_step_is_an_invalid_token(workflow: type[Workflow[Any]]) -> None:
    """A flow that waits at a step that a deploy removed cannot go on."""
    page = play(begin(workflow), name="Ada")
    attributes = {"name": workflow.name, "storage": workflow.storage, "verify": None, "resend": None}
    registry._classes.pop(workflow.name)
    type("Contract", (Hello,), attributes)
    with pytest.raises(InvalidToken):
        play(page, code="123456")


@pytest.mark.parametrize("revision", [0, 2, 7])
def test_a_revision_that_never_was_is_refused(workflow: type[Workflow[Any]], revision: int) -> None:
    """A client cannot make up a revision: what is not the present one is stale or invalid, and runs nothing."""
    answer = begin(workflow)
    assert answer.token is not None
    with pytest.raises((Stale, InvalidToken)):
        rounds.play(answer.token.at(revision), caller=ANYBODY, input=Input(values={"name": "Ada"}))
    assert play(answer, name="Ada").status == "form"


def test_a_garbled_token_is_invalid(workflow: type[Workflow[Any]]) -> None:
    """Whatever is changed in a token, the answer is one and the same."""
    answer = begin(workflow)
    assert answer.token is not None
    secret = answer.token.secret
    flipped = secret[:-8] + ("A" if secret[-8] != "A" else "B") + secret[-7:]
    for token in (
        replace(answer.token, secret=flipped),
        Token("nothing", secret, 1),
        Token(answer.token.storage, "A" * 47, 1),
    ):
        with pytest.raises(InvalidToken) as refused:
            rounds.play(token, caller=ANYBODY, input=Input(values={"name": "Ada"}))
        assert refused.value.args == InvalidToken().args


def test_a_first_page_that_refuses_leaves_no_flow(workflow: type[Workflow[Any]]) -> None:
    """On a page a rejected first form starts nothing: the same start key works again."""
    page = Caller(door="page", browser="a" * 43, transport="cookie")
    first = rounds.first_page(workflow, caller=page, params={})
    refused = rounds.start(
        workflow, caller=page, params={}, input=Input(values={"name": "wrong"}), start_key=first.start_key
    )
    assert (refused.status, refused.rejected, refused.token, refused.start_key) == ("form", True, None, first.start_key)
    assert not workflow.flows.rows.exists()
    accepted = rounds.start(
        workflow, caller=page, params={}, input=Input(values={"name": "Ada"}), start_key=first.start_key
    )
    assert accepted.token is not None


def test_a_start_key_starts_one_flow(workflow: type[Workflow[Any]]) -> None:
    """A second click meets the flow that the first one started, and runs nothing."""
    page = Caller(door="page", browser="a" * 43, transport="cookie")
    key = rounds.first_page(workflow, caller=page, params={}).start_key
    first, second = (
        rounds.start(workflow, caller=page, params={}, input=Input(values={"name": "Ada"}), start_key=key)
        for _ in range(2)
    )
    assert first.flow_id == second.flow_id
    assert first.token
    assert second.token
    assert first.token.revision == second.token.revision == 1
    with pytest.raises(Stale):
        rounds.start(workflow, caller=page, params={}, input=Input(values={"name": "Bob"}), start_key=key)


def test_abilities_are_declared() -> None:
    """Each storage states every ability as a boolean."""
    for name in STORAGES:
        storage = get_storage(name)
        assert all(isinstance(getattr(storage, ability), bool) for ability in ABILITIES)


@pytest.mark.parametrize("name", STORAGES)
def test_a_secret_never_leaves_the_server(name: str) -> None:
    """A pause with a secret set is refused where the state goes to the client, and rolled back."""
    with isolated_registry():

        class Keeper(Workflow[HelloContext]):
            storage = name

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.secret = "s3cret"

            @step(form=NameForm)
            def again(self, form: NameForm) -> None:
                pass

        keeper = type("Named", (Keeper,), {"name": "contract/secret"})
        answer = begin(keeper)
        if get_storage(name).leaves_server:
            with pytest.raises(MissingAbility, match="with the secret secret set"):
                play(answer, name="Ada")
        else:
            assert play(answer, name="Ada").status == "form"


@pytest.mark.parametrize("name", STORAGES)
def test_sign_in_needs_single_use(name: str) -> None:
    """A storage that cannot promise once refuses to sign anybody in."""
    user = User.objects.create_user("ada")
    with isolated_registry():

        class Door(Workflow[HelloContext]):
            storage = name

            @step(form=NameForm)
            def ask(self, form: NameForm) -> Finish:
                return Finish(sign_in=user)

        answer = begin(type("Named", (Door,), {"name": "contract/sign-in"}))
        if get_storage(name).single_use:
            effects = play(answer, name="Ada").effects
            assert effects
            assert effects.sign_in
            assert effects.sign_in.user_id == str(user.pk)
        else:
            with pytest.raises(MissingAbility, match="cannot promise that this happens once"):
                play(answer, name="Ada")
