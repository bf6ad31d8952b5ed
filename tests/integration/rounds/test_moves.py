"""Going back, changing an answer from the page that lists them, and cancelling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from tests.integration.rounds.helpers import begin, play
from wfapp import Ask, Context, If, While, Workflow, step
from wfapp.models import Flow
from wfapp.rounds.answer import Answer, Page
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


class NameForm(forms.Form):
    name = forms.CharField()


class DeliveryForm(forms.Form):
    way = forms.ChoiceField(choices=[("post", "By post"), ("shop", "From the shop")])
    secret = forms.CharField(required=False, widget=forms.PasswordInput)


class AddressForm(forms.Form):
    street = forms.CharField()


class CardForm(forms.Form):
    number = forms.CharField()


class TermsForm(forms.Form):
    accept = forms.BooleanField()


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    with isolated_registry():
        yield


def order(**options: Any) -> type[Workflow[Any]]:
    class OrderContext(Context):
        way: str = ""
        paid: int = 0

    class Order(Workflow[OrderContext]):
        name = "test/order"
        cancellable = True
        steps = ["name_", "delivery", "note_way", If("by_post", ["address"]), "card", "confirm"]
        name_ = step(form=NameForm, title="Your name")
        delivery = step(form=DeliveryForm, revisit=True)
        address = step(form=AddressForm)
        confirm = step(form=TermsForm, answers=True)

        @step
        def note_way(self) -> None:
            self.ctx.way = self.answers["delivery"]["way"]

        def by_post(self) -> bool:
            return self.ctx.way == "post"

        @step(form=CardForm, **options)
        def card(self, form: CardForm) -> Ask | None:
            if form.cleaned_data["number"] == "declined":
                raise ValidationError("Declined.")
            if form.cleaned_data["number"] == "expired":
                return Ask("delivery", error="Choose again.")
            self.ctx.paid += 1
            return None

    return Order


def page_of(answer: Answer) -> Page:
    assert answer.page is not None, answer.status
    return answer.page


def moves(answer: Answer) -> list[str]:
    return [action.id for action in page_of(answer).actions]


def initial(answer: Answer) -> dict[str, Any]:
    form: Any = page_of(answer).form
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def at_card(workflow: type[Workflow[Any]], way: str = "shop") -> Answer:
    answer = play(play(begin(workflow), name="Ada"), way=way)
    return play(answer, street="Elm") if way == "post" else answer


def test_back_fills_in_what_was_answered() -> None:
    """The page before was a step without a method: its answers stand there, and nothing is rejected."""
    answer = play(play(begin(order()), name="Ada"), action="wf.back")
    assert (page_of(answer).step, initial(answer), answer.rejected) == ("name_", {"name": "Ada"}, False)
    assert page_of(answer).progress.current == 1


def test_the_first_page_has_nothing_behind_it() -> None:
    """Only the other move is offered, and going back all the same is an error of the form."""
    answer = begin(order())
    assert moves(answer) == ["wf.cancel"]
    answer = play(answer, action="wf.back")
    assert answer.rejected
    assert page_of(answer).errors == {"__form": "This is not possible here."}


def test_back_asks_the_page_where_something_ran_since() -> None:
    """``note_way`` ran after ``delivery``, which may be revisited; nothing may go back over the card's method."""
    answer = at_card(order())
    assert moves(answer) == ["wf.back", "wf.cancel"]
    answer = play(answer, number="1")
    assert page_of(answer).step == "confirm"
    assert moves(answer) == ["wf.cancel"]


def test_back_puts_the_context_back() -> None:
    """What a later step wrote is gone, and so is its answer."""
    answer = play(at_card(order(), way="post"), action="wf.back")
    assert page_of(answer).step == "address"
    answer = play(answer, action="wf.back")
    assert page_of(answer).step == "delivery"
    answer = play(answer, way="shop")
    assert page_of(answer).step == "card"
    assert page_of(answer).progress.steps[2].id == "card"


def test_back_never_fills_in_a_password() -> None:
    """It was not kept."""
    answer = play(begin(order()), name="Ada")
    answer = play(play(answer, way="shop", secret="hush"), action="wf.back")
    assert initial(answer) == {"way": "shop", "secret": None}


def test_ask_fills_in_as_well() -> None:
    """A declined card asks for the delivery again."""
    answer = play(at_card(order(), way="post"), number="expired")
    assert page_of(answer).errors == {"__form": "Choose again."}
    assert (page_of(answer).step, initial(answer)["way"]) == ("delivery", "post")
    answer = play(answer, way="post")
    assert (page_of(answer).step, initial(answer)) == ("address", {"street": "Elm"})


def test_check_your_answers_lists_them_in_words() -> None:
    """Labels, the words of a choice, and a change for what may be changed: not over the card's method."""
    answer = play(at_card(order(revisit=True), way="post"), number="1")
    listed = page_of(answer).answers
    assert [(view.label, view.rows, view.change) for view in listed] == [
        ("Your name", (("Name", "Ada"),), ""),
        ("Delivery", (("Way", "By post"),), "wf.change.delivery"),
        ("Address", (("Street", "Elm"),), ""),
        ("Card", (("Number", "1"),), "wf.change.card"),
    ]


class Plain(Workflow[Context]):
    """Stand for what has no methods at all."""

    steps = ["name_", "delivery", If("by_post", ["address"]), "confirm"]
    name_ = step(form=NameForm)
    delivery = step(form=DeliveryForm)
    address = step(form=AddressForm)
    confirm = step(form=TermsForm, answers=True)

    def by_post(self) -> bool:
        return bool(self.answers["delivery"]["way"] == "post")


def plain() -> type[Workflow[Any]]:
    class Checked(Plain):
        name = "test/checked"

    return Checked


def at_confirm(workflow: type[Workflow[Any]], way: str = "shop") -> Answer:
    answer = at_card(workflow, way)
    assert page_of(answer).step == "confirm"
    return answer


def test_a_change_comes_straight_back() -> None:
    """The pages in between hold as they were answered."""
    answer = play(at_confirm(plain(), way="post"), action="wf.change.name_")
    assert (page_of(answer).step, initial(answer)) == ("name_", {"name": "Ada"})
    answer = play(answer, name="Grace")
    assert page_of(answer).step == "confirm"
    assert [view.rows for view in page_of(answer).answers] == [
        (("Name", "Grace"),),
        (("Way", "By post"),),
        (("Street", "Elm"),),
    ]
    assert [step.id for step in page_of(answer).progress.steps] == ["name_", "delivery", "address", "confirm"]


def test_a_change_first_passes_what_it_made_necessary() -> None:
    """By post an address is needed, that nobody was asked for."""
    answer = play(play(at_confirm(plain()), action="wf.change.delivery"), way="post")
    assert page_of(answer).step == "address"
    answer = play(answer, street="Elm")
    assert page_of(answer).step == "confirm"


def test_a_change_leaves_out_what_is_no_longer_necessary() -> None:
    """Its answer is no longer listed, nor read by a step."""
    answer = play(play(at_confirm(plain(), way="post"), action="wf.change.delivery"), way="shop")
    assert [view.step for view in page_of(answer).answers] == ["name_", "delivery"]


def test_only_the_page_that_lists_them_changes_answers() -> None:
    """The id is one of that page's actions, and of no other's."""
    answer = play(play(play(begin(plain()), name="Ada"), way="post"), action="wf.change.name_")
    assert page_of(answer).errors == {"__form": "This is not possible here."}


@pytest.mark.parametrize("name", ["", "nowhere", "confirm", "by_post", "__class__"])
def test_a_change_of_nothing_is_an_error(name: str) -> None:
    """Whatever a client writes behind the dot."""
    answer = play(at_confirm(plain()), action=f"wf.change.{name}")
    assert page_of(answer).errors == {"__form": "This is not possible here."}


def test_back_within_a_loop_fills_in_each_turn() -> None:
    """The second line has an answer of its own, and going back finds each at its turn."""

    class Lines(Workflow[Context]):
        name = "test/lines"
        steps = [While("more", ["line"]), "confirm"]
        line = step(form=NameForm)
        confirm = step(form=TermsForm)

        def more(self) -> bool:
            return "line" not in self.answers or self.answers["line"]["name"] != "last"

    answer = play(play(begin(Lines), name="first"), name="second")
    assert initial(answer) == {"name": None}
    answer = play(answer, action="wf.back")
    assert initial(answer) == {"name": "second"}
    answer = play(answer, action="wf.back")
    assert initial(answer) == {"name": "first"}
    answer = play(answer, name="again")
    assert initial(answer) == {"name": "second"}


def test_cancel_ends_the_flow_as_cancelled() -> None:
    """The row says so, the client learns the reason, and nothing goes on."""
    answer = play(play(begin(order()), name="Ada"), action="wf.cancel")
    assert answer.end is not None
    assert (answer.status, answer.end.reason) == ("aborted", "cancelled")
    row = Flow.objects.get()
    assert (row.status, bytes(row.state)) == ("cancelled", b"")


def test_cancel_is_refused_where_the_workflow_does_not_allow_it() -> None:
    """It is an error of the form, and the flow stays."""
    answer = play(begin(plain()), action="wf.cancel")
    assert answer.rejected
    assert page_of(answer).errors == {"__form": "This is not possible here."}


def test_a_token_flow_knows_no_way_back() -> None:
    """Its storage keeps no history: the move is not offered."""

    class Light(Plain):
        name = "test/light"
        storage = "token"

    answer = play(begin(Light), name="Ada")
    assert moves(answer) == []
    assert play(answer, action="wf.back").rejected
