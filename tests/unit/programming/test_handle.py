"""A flow in the hands of code."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User

from tests.workflows import Hello, HelloBoth, HelloToken, NameForm, SignIn
from wfapp import Context, Finish, Workflow, rounds, step
from wfapp.errors import Busy, InvalidToken, NotAllowed, Stale, WrongStep
from wfapp.models import Flow, Status
from wfapp.rounds.answer import Caller, Input
from wfapp.storage.database import DatabaseStorage

pytestmark = pytest.mark.django_db

GIVEN = {"name": "Ada"}
BROWSER = Caller(door="page", browser="b" * 43, transport="cookie")


class Reviewed(Workflow[Context]):
    """Have somebody else answer the second page."""

    name = "tests/reviewed-by-code"

    @step(form=NameForm)
    def apply(self, form: NameForm) -> None:
        self.message("Thank you.")

    @step(form=NameForm, permission="auth.view_user")
    def review(self, form: NameForm) -> Finish:
        return Finish(data={"by": str(self.user), "verdict": form.cleaned_data["name"]})


class ForMembers(Hello):
    name = "tests/members-by-code"
    exposed = False
    login_required = True


@pytest.fixture
def clerk() -> User:
    user = User.objects.create_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    return user


def test_a_start_gives_a_handle() -> None:
    """It has the answer, the row and the status."""
    flow = Hello.start(data=GIVEN)
    assert flow.answer.page is not None
    assert (flow.answer.status, flow.answer.page.step, flow.status) == ("form", "verify", Status.PAUSED)
    assert flow.row == Flow.objects.get(pk=flow.id)


def test_each_call_keeps_its_answer() -> None:
    """A rejection, an action and the end are answers alike."""
    flow = Hello.start(data=GIVEN)
    assert flow.submit({"code": "1"}) is flow.answer
    assert flow.answer.rejected
    assert [message.text for message in flow.action("resend").messages] == ["Sent."]
    assert flow.submit({"code": "123456"}).end is not None
    assert (flow.answer.status, flow.status) == ("finished", Status.FINISHED)


def test_the_token_of_a_start_stays_and_follows_the_revision() -> None:
    """It can be handed to a client at any time."""
    flow = Hello.start()
    assert flow.answer.token is not None
    secret = flow.answer.token.secret
    flow.submit(GIVEN)
    assert (flow.answer.token.secret, flow.answer.token.revision) == (secret, 2)
    shown = rounds.show(flow.answer.token, caller=Caller(door="python"))
    assert shown.page is not None
    assert shown.page.step == "verify"


@pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth])
def test_every_storage_is_played_alike(workflow: type[Workflow[Any]]) -> None:
    """A flow without a row is played by the token that its handle holds."""
    flow = workflow.start()
    flow.submit(GIVEN, step="ask")
    assert flow.submit({"code": "123456"}, step="verify").status == "finished"
    assert flow.status == Status.FINISHED
    with pytest.raises(InvalidToken):
        flow.submit({"code": "123456"})


def test_a_flow_in_a_token_has_a_row_once_it_moved() -> None:
    """And is found by it from then on."""
    flow = HelloBoth.start()
    assert flow.row is None
    assert flow.status == Status.PAUSED
    flow.submit(GIVEN)
    assert HelloBoth.flows.get(pk=flow.id).row == flow.row


@pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth])
def test_another_step_is_refused(workflow: type[Workflow[Any]]) -> None:
    """The error names both steps, and nothing ran."""
    flow = workflow.start(data=GIVEN)
    with pytest.raises(WrongStep) as caught:
        flow.submit(GIVEN, step="ask")
    assert str(caught.value) == f"Step 'ask' was to be answered, and the flow {flow.id} stands at 'verify'."
    assert flow.look().revision == 1


def test_a_step_of_a_flow_that_is_over_is_refused() -> None:
    flow = SignIn.start()
    flow.cancel()
    with pytest.raises(WrongStep, match=r"and the flow .{36} has ended\.$"):
        flow.submit(GIVEN, step="ask")


def test_a_right_is_asked_of_whoever_plays(clerk: User) -> None:
    """Whoever lacks it changes nothing; the flow found by its row is played by nobody unless ``by`` says who."""
    applicant = User.objects.create_user("applicant")
    flow = Reviewed.start(user=applicant, data=GIVEN)
    assert (flow.answer.status, flow.status) == ("waiting", Status.WAITING)
    assert flow.submit(GIVEN).status == "waiting"
    found = Reviewed.flows.get(pk=flow.id)
    assert found.submit(GIVEN, step="review").status == "waiting"
    end = found.submit({"name": "yes"}, by=clerk, step="review").end
    assert end is not None
    assert end.data == {"by": "clerk", "verdict": "yes"}


def test_a_right_is_asked_at_the_start() -> None:
    """``exposed`` is not: that is for clients."""
    for user in (None, AnonymousUser()):
        with pytest.raises(NotAllowed):
            ForMembers.start(user=user, data=GIVEN)
    assert ForMembers.start(user=User.objects.create_user("ada"), data=GIVEN).answer.status == "form"


def started_on_a_page(workflow: type[Workflow[Any]]) -> Any:
    return rounds.start(workflow, caller=BROWSER, params={}, input=Input(values=GIVEN))


def test_a_flow_of_a_browser_is_played_and_stays_with_it(clerk: User) -> None:
    """Neither its binding nor its transport is asked, and its cookie opens the next page."""
    answer = started_on_a_page(Hello)
    row = Flow.objects.get(pk=answer.flow_id)
    played = Hello.flows.get(pk=answer.flow_id).submit({"code": "wrong"}, by=clerk)
    assert (played.rejected, played.token) == (True, None)
    row.refresh_from_db()
    assert rounds.show(answer.token.at(None), caller=BROWSER).revision == row.revision
    with pytest.raises(Stale) as stale:
        rounds.play(answer.token, caller=BROWSER, input=Input(values={"code": "123456"}))
    end = rounds.play(stale.value.answer.token, caller=BROWSER, input=Input(values={"code": "123456"}))
    assert end.status == "finished"


def test_the_person_who_waits_learns_of_the_end(clerk: User) -> None:
    """The token that they hold is one round behind, or several, and shows the end; an older one does not."""
    first = rounds.start(Reviewed, caller=BROWSER, params={})
    waiting = rounds.play(first.token, caller=BROWSER, input=Input(values=GIVEN))  # type: ignore[arg-type]
    assert waiting.token is not None
    flow = Reviewed.flows.get(pk=waiting.flow_id)
    assert flow.submit({"name": ""}, by=clerk).rejected
    assert flow.submit({"name": "yes"}, by=clerk).status == "finished"
    assert rounds.show(waiting.token, caller=BROWSER).status == "finished"
    with pytest.raises(InvalidToken):
        rounds.show(waiting.token.at(1), caller=BROWSER)
    with pytest.raises(InvalidToken):
        rounds.play(waiting.token, caller=BROWSER, input=Input(values=GIVEN))


def test_what_a_visitor_would_get_is_told_and_not_done() -> None:
    """A sign-in stands on the answer."""
    user = User.objects.create_user("ada")
    effects = SignIn.start(data={"name": "ada"}).answer.effects
    assert effects is not None
    assert effects.sign_in is not None
    assert effects.sign_in.user_id == str(user.pk)
    assert user.last_login is None


@pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth])
def test_cancel_ends_a_flow(workflow: type[Workflow[Any]]) -> None:
    """Its answer is that of a cancelled flow, and nothing runs any more."""
    flow = workflow.start()
    copy = flow.answer.token
    end = flow.cancel().end
    assert end is not None
    assert (end.status, end.reason) == ("aborted", "cancelled")
    with pytest.raises(InvalidToken):
        flow.submit(GIVEN)
    assert copy is not None
    with pytest.raises(InvalidToken):
        rounds.play(copy.at(0), caller=Caller(door="python"), input=Input(values=GIVEN))
    assert flow.cancel().end == end


def test_cancel_follows_a_flow_that_somebody_else_moved_to_a_row() -> None:
    """The handle holds a token of before."""
    flow = HelloBoth.start()
    assert flow.answer.token is not None
    rounds.play(flow.answer.token, caller=Caller(door="python"), input=Input(values=GIVEN))
    flow.cancel()
    assert flow.status == Status.CANCELLED


def test_cancel_says_who_and_how_a_flow_ended_before(clerk: User) -> None:
    flow = Hello.start(data=GIVEN)
    flow.cancel(by=clerk)
    assert flow.row is not None
    assert flow.row.updated_by == clerk
    done = Hello.start(data=GIVEN)
    done.submit({"code": "123456"})
    assert done.cancel().status == "finished"


def test_cancel_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow whose round is on stays as it is."""
    flow = Hello.start(data=GIVEN)

    def busy(*args: Any, **kwargs: Any) -> Any:
        raise Busy

    monkeypatch.setattr(DatabaseStorage, "end", busy)
    with pytest.raises(Busy):
        flow.cancel()
    assert flow.status == Status.PAUSED


def test_the_same_key_comes_back_and_leaves_the_handle_alone() -> None:
    """A start by code takes no token away."""
    key = uuid.uuid4().hex
    first = Hello.start(data=GIVEN, key=key)
    again = Hello.start(data=GIVEN, key=key)
    assert (again.id, again.answer.token) == (first.id, None)
    assert first.answer.token is not None
    assert rounds.show(first.answer.token, caller=Caller(door="python")).revision == 1


def test_a_handle_tells_nothing_secret() -> None:
    flow = Hello.start()
    assert repr(flow) == f"<FlowHandle of tests/hello {flow.id}>"


def test_flows_are_found_narrowed_and_iterated() -> None:
    """Each comes as a handle; ``rows`` is the QuerySet behind."""
    first, second = Hello.start(data=GIVEN), Hello.start()
    HelloBoth.start(data=GIVEN)
    first.cancel()
    assert {flow.id for flow in Hello.flows.all()} == {first.id, second.id}
    assert [flow.id for flow in Hello.flows.open()] == [second.id]
    assert [flow.answer.status for flow in Hello.flows.filter(step="ask").open()] == ["form"]
    assert Hello.flows.rows.ended().get().pk == first.id
    assert repr(Hello.flows) == "<Flows of tests/hello>"
    with pytest.raises(Flow.DoesNotExist):
        Hello.flows.get(pk=uuid.uuid4())
