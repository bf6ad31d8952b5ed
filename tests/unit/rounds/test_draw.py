"""A page as it is drawn: progress, labels, actions, texts, and what makes it live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from tests.unit.states import state_of
from tests.workflows import NameForm
from wfapp import Context, Workflow, step
from wfapp.engine.cursor import Position
from wfapp.engine.state import Uses
from wfapp.errors import WrongOutcome
from wfapp.rounds.answer import Caller, Input, Page
from wfapp.rounds.draw import draw
from wfapp.rounds.stage import Stage


class SampleContext(Context):
    """Hold what texts and conditions read."""

    name: str = ""
    hidden: str = "hidden"
    paid: bool = False


class LiveForm(forms.Form):
    """Change with what is typed."""

    city = forms.CharField(required=False)
    street = forms.CharField(required=False)

    def prepare(self, passed: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        """Ask for a street once there is a city."""
        self.fields["street"].disabled = not data.get("city")


class Sample(Workflow[SampleContext]):
    """Ask on several pages."""

    title = "Sample"

    @step(form=NameForm, title="Your name", passes=["name"], description="Hello {{ ctx.name }}.", submit="Go")
    def ask(self, form: NameForm) -> None:
        pass

    @ask.action(label="Again, {{ ctx.name }}", cooldown=timedelta(seconds=30), limit=2)
    def again(self) -> None:
        pass

    @ask.action(label="Pay", when="paid")
    def pay(self) -> None:
        pass

    @step
    def silent(self) -> None:
        pass

    @step(form=NameForm, when="paid", passes=["name"], title="Payment of {{ ctx.name }}")
    def pay_by_card(self, form: NameForm) -> None:
        pass

    @step(form=LiveForm, title="greeting")
    def address(self, form: LiveForm) -> None:
        pass

    @step(form=NameForm, title="{{ data.name|default:'Nobody' }}")
    def typed(self, form: NameForm) -> None:
        pass

    @step(form=NameForm, title=lambda data, ctx: "Called")
    def called(self, form: NameForm) -> None:
        pass

    @step(form="pick", forms=[NameForm, LiveForm], title=gettext_lazy("Continue"))
    def either(self, form: forms.Form) -> None:
        pass

    def greeting(self) -> str:
        """Give a title."""
        return f"Where, {self.ctx.name}?"

    def pick(self) -> type[forms.Form]:
        """Pick a form."""
        return forms.Form if self.ctx.paid else LiveForm


def stage(position: str = "ask", context: bytes = b'{"name":"Ada"}', **values: Any) -> Stage:
    """Give a round that stands at a page."""
    state = state_of(Sample, position=Position(position), context=msgspec.Raw(context), **values)
    return Stage(Sample, state, Caller(door="python"))


def page(position: str = "ask", input: Input | None = None, **values: Any) -> Page:
    """Draw a page."""
    return draw(stage(position, **values), input=input)


def progress(**values: Any) -> list[tuple[str, str]]:
    """Give pages and their state."""
    return [(view.id, view.state) for view in page(**values).progress.steps]


PAID = b'{"name":"Ada","paid":true}'
REST = [(name, "open") for name in ("address", "typed", "called", "either")]


# Progress


def test_a_first_page_shows_those_that_follow() -> None:
    """Not a step without a page, and not one whose condition is false now."""
    assert progress() == [("ask", "current"), *REST]
    assert page().progress.current == 1


def test_a_condition_that_holds_now_shows_its_page() -> None:
    """It may still change."""
    assert progress(context=PAID) == [("ask", "current"), ("pay_by_card", "open"), *REST]


def test_a_page_that_was_answered_is_done_whatever_its_condition_is_now() -> None:
    """In the order in which they were answered."""
    found = progress(position="address", done=("pay_by_card", "ask"))
    assert found == [("pay_by_card", "done"), ("ask", "done"), ("address", "current"), *REST[1:]]
    assert page("address", done=("pay_by_card", "ask")).progress.current == 3


def test_a_page_that_is_shown_again_is_the_current_one() -> None:
    """It stands once, and later pages that were answered stay done."""
    found = progress(position="ask", done=("ask", "address"))
    assert found == [("address", "done"), ("ask", "current"), *REST[1:]]


def test_a_page_that_a_deploy_removed_is_left_out() -> None:
    """What was answered there is no longer a step."""
    assert progress(done=("gone",)) == [("ask", "current"), *REST]


def test_a_page_is_labelled_by_its_title_where_that_is_fixed() -> None:
    """Else by its name: a template, a callable or a method belongs to that page alone."""
    labels = {view.id: view.label for view in page(context=PAID).progress.steps}
    assert labels == {
        "ask": "Your name",
        "pay_by_card": "Pay by card",
        "address": "Address",
        "typed": "Typed",
        "called": "Called",
        "either": "Continue",
    }


def test_a_label_speaks_the_language_of_its_reader() -> None:
    """Though layouts are found once for each class."""
    with override("de"):
        assert page().progress.steps[-1].label == "Weiter"
    with override("en"):
        assert page().progress.steps[-1].label == "Continue"


# Texts


def test_texts_are_evaluated_from_what_is_passed() -> None:
    """And nothing else of the context is in the page."""
    drawn = page()
    assert (drawn.title, drawn.description, drawn.submit) == ("Your name", "Hello Ada.", "Go")
    assert drawn.passed == {"name": "Ada"}


@pytest.mark.parametrize(
    ("position", "title"),
    [("address", "Where, Ada?"), ("typed", "Nobody"), ("called", "Called"), ("pay_by_card", "Payment of Ada")],
)
def test_a_title_comes_from_a_method_a_template_or_a_callable(position: str, title: str) -> None:
    """Without a submit text the button says Continue."""
    drawn = page(position)
    assert (drawn.title, drawn.submit) == (title, "Continue")


def test_a_text_reads_what_is_typed() -> None:
    """As it stands in the form."""
    assert page("typed", Input(values={"name": "Bob"})).title == "Bob"


# Live pages


@pytest.mark.parametrize(
    ("position", "live"),
    [("ask", False), ("pay_by_card", False), ("address", True), ("typed", True), ("called", True), ("either", True)],
)
def test_a_page_is_live_where_typing_may_change_it(position: str, live: bool) -> None:
    """Its form has ``prepare``, or a text reads ``data``; of a callable nothing is known."""
    assert page(position).live is live


def test_a_live_page_keeps_its_form_as_it_was_before() -> None:
    """So that what ``prepare`` changed can be told from it."""
    drawn = page("address")
    assert (drawn.form.fields["street"].disabled, drawn.pristine.fields["street"].disabled) == (True, False)
    typed = page("address", Input(values={"city": "Rome"}))
    assert not typed.form.fields["street"].disabled


def test_a_page_without_prepare_has_one_form() -> None:
    """Built once."""
    drawn = page()
    assert drawn.form is drawn.pristine


def test_what_was_typed_is_drawn_without_validation() -> None:
    """A validation may count, or ask for a password; errors that are known already are shown."""
    drawn = draw(stage(), input=Input(values={"name": ""}), errors={"name": "No.", "__form": "Not so."})
    assert (drawn.form.errors, drawn.form.non_field_errors()) == (
        {"name": ["No."], "__all__": ["Not so."]},
        ["Not so."],
    )
    assert drawn.errors == {"name": "No.", "__form": "Not so."}
    assert page(input=Input(values={"name": ""})).form.errors == {}


def test_a_form_that_was_not_listed_is_a_mistake() -> None:
    """The error names what was picked, and what is legal."""
    with pytest.raises(WrongOutcome) as refused:
        page("either", context=PAID)
    assert str(refused.value) == (
        "Step 'either': pick picked <class 'django.forms.forms.Form'>; legal are NameForm, LiveForm."
    )


# Actions


def test_an_action_is_offered_where_its_condition_holds() -> None:
    """With its label evaluated."""
    assert [(action.id, action.label) for action in page().actions] == [("again", "Again, Ada")]
    assert [action.id for action in page(context=PAID).actions] == ["again", "pay"]


@pytest.mark.parametrize(
    ("uses", "ago", "remaining", "waits"),
    [(None, 0, 2, False), (1, 0, 1, True), (1, 29, 1, True), (1, 30, 1, False), (2, 60, 0, False), (3, 60, 0, False)],
)
def test_an_action_tells_when_and_how_often(uses: int | None, ago: int, remaining: int, waits: bool) -> None:
    """After a press it waits for its cooldown, and it ends with its limit."""
    last = timezone.now() - timedelta(seconds=ago)
    used = {} if uses is None else {"ask.again": Uses(uses, last)}
    [action] = page(uses=used).actions
    assert (action.remaining, action.available_at) == (remaining, last + timedelta(seconds=30) if waits else None)
    assert action.available is (remaining > 0 and not waits)


def test_an_action_without_a_limit_may_always_be_pressed() -> None:
    """However often it was."""
    action = page(context=PAID, uses={"ask.pay": Uses(1000, timezone.now())}).actions[1]
    assert (action.remaining, action.available_at, action.available) == (None, None, True)
