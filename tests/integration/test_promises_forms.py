"""What pages promise about what was typed: drafts, errors of actions, dynamic fields, hostile posts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from tests.workflows import NameForm
from wfapp import Context, Finish, Workflow, rounds, step
from wfapp.errors import MalformedRequest, Stale
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

REST = Caller(door="python")
PAGE = Caller(door="page", browser="b" * 43, transport="cookie")


class AddressForm(forms.Form):
    """Hold what a draft may lack."""

    street = forms.CharField(max_length=5)
    city = forms.CharField()
    moved = forms.SplitDateTimeField()
    agreed = forms.BooleanField()


class DynamicForm(forms.Form):
    """Ask for a note with some kinds, and for no place with others."""

    kind = forms.CharField()
    place = forms.CharField(required=False)
    wf_note = forms.CharField(required=False)
    extra = forms.JSONField(required=False)

    def prepare(self, passed: Any, data: Any) -> None:
        """Add and delete fields."""
        if data.get("kind") == "long":
            self.fields["size"] = forms.IntegerField(step_size=2)
        if data.get("kind") == "nowhere":
            del self.fields["place"]


def declare() -> type[Workflow[Any]]:
    class Draft(Workflow[Context]):
        name = "promises/draft"
        title = "Draft"

        first = step(form=NameForm)

        @step(form=AddressForm)
        def address(self, form: AddressForm) -> None:
            pass

        @address.action(label="Save")
        def save_draft(self, form: AddressForm) -> None:
            self.message(", ".join(sorted(form.cleaned_data)))

        @address.action(label="Send")
        def send(self) -> None:
            raise ValidationError({"city": "No post goes there."})

    return Draft


def declare_dynamic() -> type[Workflow[Any]]:
    class Dynamic(Workflow[Context]):
        name = "promises/dynamic"

        @step(form=DynamicForm)
        def kind(self, form: DynamicForm) -> Finish:
            return Finish(data=form.cleaned_data)

    return Dynamic


def at_page(workflow: type[Workflow[Any]], caller: Caller, **values: Any) -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values=values) if values else None)


def posted(action: str, text: str) -> Input:
    return Input(action=action, values=QueryDict(text), json=False)


def press(answer: Answer, caller: Caller, input: Input) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=input)


def test_a_rejected_draft_is_drawn_with_all_its_fields() -> None:
    """What was not typed yet is still there to be typed."""
    with isolated_registry():
        answer = at_page(declare(), PAGE, name="Ada")
        answer = press(answer, PAGE, posted("save_draft", "street=much+too+long&city=Ulm"))
        assert answer.rejected
        assert answer.page is not None
        assert list(answer.page.form.fields) == ["street", "city", "moved", "agreed"]
        assert list(answer.page.errors) == ["street"]
        assert answer.page.form["city"].value() == "Ulm"


def test_a_pages_draft_needs_neither_a_box_ticked_nor_a_time_filled_in() -> None:
    """A browser posts empty parts of a time, and nothing for an empty box: neither is present."""
    with isolated_registry():
        answer = at_page(declare(), PAGE, name="Ada")
        answer = press(answer, PAGE, posted("save_draft", "street=Elm&city=&moved_0=&moved_1="))
        assert [message.text for message in answer.messages] == ["street"]


@pytest.mark.parametrize("caller", [REST, PAGE], ids=["rest", "page"])
def test_an_action_that_looks_at_no_data_shows_its_own_error_alone(caller: Caller) -> None:
    """The fields were not validated, so nothing is said of them."""
    with isolated_registry():
        answer = at_page(declare(), caller, name="Ada")
        input = posted("send", "city=Ulm") if caller is PAGE else Input(action="send", values={"city": "Ulm"})
        answer = press(answer, caller, input)
        assert answer.rejected
        assert answer.page is not None
        assert dict(answer.page.errors) == {"city": "No post goes there."}
        assert answer.page.form["city"].value() == "Ulm"


def test_a_field_that_prepare_adds_takes_a_json_value() -> None:
    """It is drawn for a client, so the client can answer it."""
    with isolated_registry():
        answer = at_page(declare_dynamic(), REST, kind="long", size=4)
        assert answer.end is not None
        assert answer.end.data["size"] == 4


@pytest.mark.parametrize("caller", [REST, PAGE], ids=["rest", "page"])
def test_a_field_that_prepare_adds_is_guarded(caller: Caller) -> None:
    """A number beyond every float is the client's mistake there, too."""
    with isolated_registry():
        workflow = declare_dynamic()
        values = {"kind": "long", "size": "1e999"}
        query = QueryDict(mutable=True)
        query.update(values)
        json = caller is REST
        input = Input(values=values if json else query, json=json)
        with pytest.raises(MalformedRequest):
            rounds.start(workflow, caller=caller, params={}, input=input)


def test_a_value_for_a_field_that_prepare_deleted_is_reported() -> None:
    """It would be lost in silence: whoever typed it before the field was taken out hears of it."""
    with isolated_registry():
        answer = at_page(declare_dynamic(), REST, kind="nowhere", place="Ulm")
        assert answer.page is not None
        assert dict(answer.page.errors) == {"__form": "Unknown fields: place."}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_value_for_a_field_that_prepare_deleted_is_none(nothing: Any) -> None:
    """A form renderer keeps the keys of what it drew before."""
    with isolated_registry():
        answer = at_page(declare_dynamic(), REST, kind="nowhere", place=nothing)
        assert answer.end is not None
        assert "place" not in answer.end.data


TOO_DEEP = posted("", "extra=" + "[" * 100_000)


def test_a_first_page_is_drawn_with_nothing_that_a_field_cannot_hold() -> None:
    """JSON nested too deep raises in Django's own field when the page is drawn again."""
    with isolated_registry(), pytest.raises(MalformedRequest):
        rounds.first_page(declare_dynamic(), caller=PAGE, params={}, typed=TOO_DEEP)


def test_a_page_that_was_open_too_long_is_drawn_with_nothing_that_a_field_cannot_hold() -> None:
    """It is drawn with what was typed, as well."""
    with isolated_registry(), pytest.raises(MalformedRequest):
        rounds.start(declare_dynamic(), caller=PAGE, params={}, input=TOO_DEEP, start_key="A" * 100)


def test_a_refresh_draws_nothing_that_a_field_cannot_hold() -> None:
    """Nor does a refresh validate it."""
    with isolated_registry():
        answer = rounds.start(declare_dynamic(), caller=PAGE, params={})
        with pytest.raises(MalformedRequest):
            press(answer, PAGE, replace(TOO_DEEP, action="wf.refresh"))


def test_a_field_called_as_the_pages_own_are_counts_as_input() -> None:
    """Two posts that differ in it are two inputs."""
    with isolated_registry():
        answer = rounds.start(declare_dynamic(), caller=PAGE, params={})
        first = press(answer, PAGE, posted("", "kind=&wf_note=one"))
        assert first.rejected
        with pytest.raises(Stale):
            press(answer, PAGE, posted("", "kind=&wf_note=two"))
