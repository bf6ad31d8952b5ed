"""A workflow inside of another one, through whole rounds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django import forms

from tests.integration.rounds.helpers import ANYBODY, begin, play
from tests.integration.rounds.included import (
    Order,
    OrderContext,
    Verify,
    VerifyContext,
    at_code,
    at_sure,
    page,
    state,
)
from tests.workflows import NameForm
from wfapp import Ask, Context, Finish, Include, step
from wfapp.errors import InvalidToken, MissingAbility, NotAllowed, NotStorable, RoundError, WrongOutcome
from wfapp.models import Flow, FlowEvent
from wfapp.rounds.stage import Stage
from wfapp.web import WorkflowView

pytestmark = pytest.mark.django_db(transaction=True)


# What it takes and gives


def test_a_sub_flow_takes_and_gives() -> None:
    """Its pages come between those around it, and what it gives is there behind it."""
    code = page(at_code())
    assert (code.step, code.workflow, code.title) == ("check/code", Verify.name, "Code for ada@example.org")
    assert (code.passed, list(code.answers)) == ({"email": "ada@example.org"}, [])
    end = play(at_sure(), name="yes").end
    assert end is not None
    assert end.data == {"verified": True, "at": "", "answers": []}


def test_a_finish_ends_the_sub_flow_alone() -> None:
    """Its data is there to be given, its message stands on what comes next."""
    answer = play(at_code("again"), code="early")
    assert page(answer).step == "repeat"
    assert [(message.level, message.text) for message in answer.messages] == [("success", "Early")]
    assert Stage(Order, state(answer), ANYBODY).workflow.ctx.at == "early"


def test_a_button_may_end_the_sub_flow() -> None:
    """A press counts under the step's whole name."""
    pressed = play(at_code("again"), action="skip")
    assert (pressed.stayed, list(state(pressed).uses)) == (True, ["check/code.skip"])
    assert page(pressed).actions[0].remaining == 1


def test_an_abort_ends_the_whole_flow() -> None:
    """With its reason."""
    end = play(at_code(), code="abort").end
    assert end is not None
    assert (end.status, end.reason) == ("aborted", "fraud")


def test_a_sub_flow_signs_nobody_in() -> None:
    """The error says where to do that, and the flow stays where it was."""
    answer = at_code()
    with pytest.raises(WrongOutcome) as caught:
        play(answer, code="sign in")
    assert str(caught.value) == (
        "'tests/verify-email' returned Finish(sign_in=...) inside of another workflow; give the user's key back with "
        "gives, and sign in where the outer flow ends."
    )
    assert page(play(answer, code="123")).step == "check/why"


def test_a_context_shares_nothing_with_the_one_around_it(declare: Any) -> None:
    """A list that was taken is another list."""

    class ListContext(Context):
        names: list[str] = []
        given: list[str] = []

    inner = declare(ListContext, add=step(_add), stop=step(form=forms.Form))
    outer = declare(
        ListContext,
        steps=["add", Include(inner.name, takes={"names": "names"}, gives={"given": "names"}), "show"],
        add=step(_add),
        show=step(lambda self: Finish(data={"names": self.ctx.names, "given": self.ctx.given})),
    )
    end = play(begin(outer)).end
    assert end is not None
    assert end.data == {"names": ["added"], "given": ["added", "added"]}


def _add(self: Any) -> None:
    self.ctx.names.append("added")


def test_a_value_that_does_not_fit_is_an_error(declare: Any) -> None:
    """Which names the include and the key, and no value."""
    inner = declare(VerifyContext, page=step(form=forms.Form))
    takes = {"email": lambda ctx: 7}
    outer = declare(OrderContext, steps=[Include(inner.name, takes=takes)])
    with pytest.raises(NotStorable, match=r'^Include\(.*\): the key "email" of VerifyContext is declared as str, and'):
        begin(outer)
    wrong = declare(OrderContext, steps=[Include(Verify.name, params={"length": lambda ctx: "long"})])
    with pytest.raises(WrongOutcome, match=r"These params do not fit; of a wrong type: length; legal: length\."):
        begin(wrong)


# What belongs to it


def test_what_is_kept_is_kept_under_the_whole_name() -> None:
    """Answers, attempts, what is done, and where the flow stands in its row and its events."""
    answer = at_sure()
    kept = state(answer)
    assert (list(kept.answers), kept.attempts, list(kept.scopes)) == (["check/why"], {"check/code": 1}, ["check"])
    assert kept.done == ("ask", "check/code", "check/why")
    assert [view.label for view in page(answer).progress.steps] == ["Ask", "Code", "Why?", "Sure"]
    assert list(page(answer).answers) == []
    assert Flow.objects.get().step == "check/sure"
    assert set(FlowEvent.objects.values_list("step", flat=True)) >= {"ask", "check/send", "check/code", "check/sure"}


def test_its_attempts_are_its_own() -> None:
    """Spent ones end the whole flow."""
    answer = at_code()
    for code in ("1", "2"):
        answer = play(answer, code=code)
        assert page(answer).errors == {"code": "Wrong code."}
    end = play(answer, code="3").end
    assert end is not None
    assert end.reason == "too-many-attempts"


def test_each_turn_of_a_loop_begins_a_new_sub_flow() -> None:
    """Its context and answers are empty; attempts are the flow's, or a loop would hand out new ones."""
    answer = play(at_sure("again"), name="yes")
    assert (page(answer).step, state(answer).scopes) == ("repeat", {})
    turned = play(answer, name="once more")
    kept = state(turned)
    assert (str(kept.position), kept.answers, kept.attempts) == ("check/code#1", {}, {"check/code": 1})
    assert Stage(Order, kept, ANYBODY).here.ctx.tries == 0


def test_save_context_keeps_the_context_of_the_sub_flow() -> None:
    """And leaves the one around it alone."""
    answer = play(at_code(), code="keep")
    assert page(answer).errors == {"__form": "Kept."}
    stage = Stage(Order, state(answer), ANYBODY)
    assert (stage.here.ctx.tries, stage.workflow.ctx.mail) == (1, "ada@example.org")


# Back


def test_ask_means_a_page_of_the_sub_flow() -> None:
    """The context is put back to what it was there."""
    answer = play(at_sure(), name="no")
    assert (page(answer).step, page(answer).errors) == ("check/code", {"__form": "Once more."})
    assert Stage(Order, state(answer), ANYBODY).here.ctx.tries == 0


def test_back_over_the_border_puts_everything_back() -> None:
    """To a page in front of the sub-flow it is closed; it begins anew from there."""
    answer = play(play(at_sure("again"), name="yes"), name="ask")
    assert (page(answer).step, state(answer).scopes, state(answer).answers) == ("ask", {}, {})
    assert page(play(answer, name="eve@example.org")).title == "Code for eve@example.org"


def test_a_sub_flow_cannot_ask_for_a_page_around_it(declare: Any) -> None:
    """It knows its own pages alone."""
    inner = declare(VerifyContext, page=step(form=forms.Form)(_ask_outer))
    outer = declare(OrderContext, steps=["outer", Include(inner.name, name="sub")], outer=step(form=forms.Form))
    answer = play(begin(outer))
    with pytest.raises(RoundError, match=r"^Ask\('sub/outer'\): this flow has not passed that page; legal are"):
        play(answer)


def _ask_outer(self: Any, form: forms.Form) -> Ask:
    return Ask("outer")


# Rights, storages and deploys


@pytest.mark.parametrize("where", ["inner", "outer"])
def test_the_rights_of_both_classes_hold(where: str, declare: Any) -> None:
    """What the included class says nothing about is said by the one around it."""
    options = {"login_required": True}
    inner = declare(VerifyContext, page=step(form=forms.Form), **(options if where == "inner" else {}))
    outer = declare(OrderContext, steps=[Include(inner.name)], **(options if where == "outer" else {}))
    with pytest.raises(NotAllowed):
        begin(outer)


def test_it_lives_in_the_storage_of_the_flow(declare: Any) -> None:
    """Its own list is for when it stands alone; a token hands out no secret of it, and counts no attempts."""
    inner = declare(VerifyContext, move=step(_move), page=step(form=forms.Form))
    both = declare(OrderContext, steps=["page", Include(inner.name)], page=_PAGE, storage=("token", "database"))
    assert state(play(begin(both))).scopes
    assert Flow.objects.count() == 1
    token = declare(OrderContext, steps=["page", Include(_secret(declare).name)], page=_PAGE, storage="token")
    answer = begin(token)
    with pytest.raises(MissingAbility, match=r"would pause with the secret .*/code set"):
        play(answer)


_PAGE: Any = step(form=forms.Form)


def _move(self: Any) -> None:
    self.store_in("database")


def _secret(declare: Any) -> Any:
    def fill(self: Any) -> None:
        self.ctx.code = "secret"

    return declare(VerifyContext, fill=step(fill), page=step(form=forms.Form))


def test_a_deploy_that_changes_what_is_included_ends_the_flows_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those inside of a newer version, of another workflow, or at a step that is gone."""
    kept = state(at_code())
    assert Stage(Order, kept, ANYBODY).step().name == "code"
    replace, scope = msgspec.structs.replace, kept.scopes["check"]
    for broken in (
        replace(kept, scopes={"check": replace(scope, workflow="tests/other")}),
        replace(kept, scopes={"check": replace(scope, version=0)}),
        replace(kept, scopes={"gone": scope}),
        replace(kept, scopes={}),
        replace(kept, position=replace(kept.position, step="check/gone")),
    ):
        with pytest.raises(InvalidToken):
            Stage(Order, broken, ANYBODY).step()


def test_its_context_is_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a flow's own is."""
    kept = state(at_code())
    monkeypatch.setattr(VerifyContext, "version", 2)
    upgraded = classmethod(lambda cls, version, data: {**data, "email": f"from {version}"})
    monkeypatch.setattr(VerifyContext, "upgrade", upgraded)
    assert Stage(Order, kept, ANYBODY).here.ctx.email == "from 1"


# Pages


def test_its_page_is_drawn_as_where_it_stands_alone() -> None:
    """Its own templates go before those of the workflow around it."""
    view = WorkflowView(workflow=Order)
    view.answer = at_code()
    assert view.get_template_names() == [
        "wfapp/tests/verify-email/code.html",
        "wfapp/tests/verify-email.html",
        "wfapp/tests/order.html",
        "wfapp/page.html",
    ]
    view.answer = begin(Order)
    assert view.get_template_names() == ["wfapp/tests/order/ask.html", "wfapp/tests/order.html", "wfapp/page.html"]


# Check your answers


def test_an_answer_is_changed_over_the_border(declare: Any) -> None:
    """The list holds the sub-flow's answers too, and a change comes straight back through it."""
    inner = declare(VerifyContext, city=step(form=NameForm))
    outer = declare(
        OrderContext,
        steps=["who", Include(inner.name, name="home"), "confirm"],
        who=step(form=NameForm),
        confirm=step(form=forms.Form, answers=True),
    )
    listed = play(play(begin(outer), name="Ada"), name="Rome")
    assert [(view.step, view.change) for view in page(listed).answers] == [
        ("who", "wf.change.who"),
        ("home/city", "wf.change.home/city"),
    ]
    changed = play(play(listed, action="wf.change.who"), name="Eve")
    assert (page(changed).step, list(state(changed).answers)) == ("confirm", ["who", "home/city"])
    inside = play(changed, action="wf.change.home/city")
    assert (page(inside).step, list(state(inside).scopes)) == ("home/city", ["home"])
    back = play(inside, name="Paris")
    assert (page(back).step, state(back).scopes) == ("confirm", {})
    assert state(back).answers == {"who": {"name": "Eve"}, "home/city": {"name": "Paris"}}
