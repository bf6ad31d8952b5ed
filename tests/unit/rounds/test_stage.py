"""Who may play: what a flow is bound to, whom a step admits, and what a step sees of its flow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.utils import timezone

from tests.unit.states import state_of
from tests.workflows import Hello, NameForm, Wide
from wfapp import Context, Workflow, step
from wfapp.declaration.steps import Step
from wfapp.engine.cursor import Position
from wfapp.errors import InvalidToken, NotAllowed
from wfapp.rounds.answer import Caller
from wfapp.rounds.stage import Stage, admit, belongs_to, binding_of, may_answer, refuse_unexposed

ADA, BOB = User(pk=1, username="ada"), User(pk=2, username="bob")
NOBODY = Caller(door="rest")


def caller(user: Any = None, browser: str = "", **values: Any) -> Caller:
    """Give a caller of the endpoint."""
    return Caller(door="rest", user=user, browser=browser, **values)


# Binding


@pytest.mark.parametrize(
    ("starter", "bound", "foreign"),
    [
        (caller(ADA), [caller(ADA), caller(ADA, "x")], [NOBODY, caller(BOB), caller(None, "x"), caller(None, "1")]),
        (caller(ADA, "x"), [caller(ADA), caller(ADA, "y")], [caller(None, "x"), caller(BOB, "x"), NOBODY]),
        (caller(None, "x"), [caller(None, "x"), caller(ADA, "x")], [caller(None, "y"), caller(ADA), NOBODY]),
        (caller(AnonymousUser(), "x"), [caller(None, "x")], [NOBODY]),
        (NOBODY, [NOBODY, caller(ADA), caller(None, "x")], []),
    ],
    ids=["user", "user in a browser", "browser", "anonymous user", "token alone"],
)
def test_a_flow_belongs_to_who_started_it(starter: Caller, bound: list[Caller], foreign: list[Caller]) -> None:
    """To the user before the browser; to a browser also once somebody signs in there."""
    state = state_of(binding=binding_of(starter))
    assert [belongs_to(state.binding, each) for each in bound] == [True] * len(bound)
    assert [belongs_to(state.binding, each) for each in foreign] == [False] * len(foreign)


def test_a_browser_cannot_pass_for_a_user() -> None:
    """Its cookie holds what its owner likes."""
    assert binding_of(caller(ADA)) != binding_of(caller(None, "1"))
    assert not belongs_to(binding_of(caller(ADA)), caller(None, "user:1"))


def test_a_binding_tells_neither_user_nor_browser() -> None:
    """It is a hash that fits its column."""
    binding = binding_of(caller(None, "the-browsers-cookie"))
    assert (len(binding), "cookie" in binding, binding_of(NOBODY)) == (43, False, "")


@pytest.mark.parametrize(
    "values",
    [
        {"binding": binding_of(caller(ADA))},
        {"transport": "cookie"},
        {"expires": timezone.now() - timedelta(seconds=1)},
        {"version": 0},
    ],
    ids=["binding", "transport", "expired", "version"],
)
def test_a_flow_that_is_not_the_callers_or_not_of_today_is_invalid(values: dict[str, Any]) -> None:
    """Somebody else's, of another transport, expired, or of an older version."""
    admit(Hello, state_of(), NOBODY)
    with pytest.raises(InvalidToken):
        admit(Hello, state_of(**values), NOBODY)


def test_the_endpoint_opens_exposed_workflows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and Python callers need not be told."""
    monkeypatch.setattr(Hello, "exposed", False)
    with pytest.raises(NotAllowed) as refused:
        refuse_unexposed(Hello, NOBODY)
    assert refused.value.error_code == "not-exposed"
    with pytest.raises(NotAllowed):
        admit(Hello, state_of(), NOBODY)
    for door in ("page", "python"):
        refuse_unexposed(Hello, Caller(door=door))  # type: ignore[arg-type]


# Rights


class Open(Workflow[Context]):
    """Ask for a right on one step alone."""

    @step(form=NameForm)
    def free(self, form: NameForm) -> None:
        pass

    @step(form=NameForm, permission="wfapp.view_flow")
    def own(self, form: NameForm) -> None:
        pass


class SignedIn(Open):
    """Ask for somebody who is signed in."""

    login_required = True


class Permitted(Open):
    """Ask for two rights on every step that has none of its own."""

    permission_required = ("wfapp.cancel_flow", "wfapp.expire_flow")


class Moody(Open):
    """Decide by a hook."""

    def has_permission(self, step: Step[Any, Any]) -> bool:
        """Admit to one step."""
        return step.name == "free"


def allowed(workflow: type[Workflow[Any]], user: Any) -> list[str]:
    """Give the steps that a caller may answer."""
    return [name for name in ("free", "own") if may_answer(workflow(), workflow.get_step(name), caller(user))]


@pytest.mark.parametrize("user", [None, AnonymousUser()])
@pytest.mark.parametrize(("workflow", "steps"), [(Open, ["free"]), (SignedIn, []), (Permitted, []), (Moody, ["free"])])
def test_nobody_has_the_rights_of_nobody(workflow: type[Workflow[Any]], user: Any, steps: list[str]) -> None:
    """Where a step asks for a right, somebody must be signed in."""
    assert allowed(workflow, user) == steps


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("workflow", "permissions", "steps"),
    [
        (Open, [], ["free"]),
        (Open, ["view_flow"], ["free", "own"]),
        (SignedIn, [], ["free"]),
        (Permitted, ["cancel_flow"], []),
        (Permitted, ["cancel_flow", "expire_flow"], ["free"]),
        (Permitted, ["view_flow"], ["own"]),
        (Moody, ["view_flow"], ["free"]),
    ],
)
def test_a_user_has_the_rights_that_were_given(
    workflow: type[Workflow[Any]], permissions: list[str], steps: list[str]
) -> None:
    """A step's own right takes the place of the class's; the hook has the last word."""
    user = User.objects.create_user("sam")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="wfapp"))
    assert allowed(workflow, user) == steps


# What a step sees


def test_a_step_finds_its_flow_set_up() -> None:
    """Context, params, answers, user and flow are there; a context never shares its params with the state."""
    state = state_of(
        Wide,
        position=Position("big"),
        context=msgspec.Raw(b'{"number":500}'),
        params=msgspec.Raw(b'{"factor":5}'),
        answers={"count": {"count": 100}},
        created_by="1",
    )
    workflow = Stage(Wide, state, caller(ADA)).workflow
    assert (workflow.ctx.number, workflow.params.factor, workflow.ctx.input) == (500, 5, workflow.params)
    assert (workflow.answers["count"], workflow.user) == ({"count": 100}, ADA)
    assert (workflow.flow.id, workflow.flow.created_by, workflow.flow.ends_at) == (state.id, "1", state.dies)


def test_a_caller_without_a_user_is_anonymous() -> None:
    """So that a step may always ask ``is_authenticated``."""
    assert Stage(Hello, state_of(), NOBODY).workflow.user == AnonymousUser()


def test_each_round_has_an_instance_and_a_context_of_its_own() -> None:
    """What one round writes, the next one does not find."""
    state = state_of()
    first, second = Stage(Hello, state, NOBODY).workflow, Stage(Hello, state, NOBODY).workflow
    first.ctx.name = "Ada"
    assert second.ctx.name == ""


def test_a_step_that_a_deploy_removed_is_an_invalid_token() -> None:
    """The flow cannot go on."""
    assert Stage(Hello, state_of(position=Position("verify")), NOBODY).step().name == "verify"
    with pytest.raises(InvalidToken):
        Stage(Hello, state_of(position=Position("gone")), NOBODY).step()
