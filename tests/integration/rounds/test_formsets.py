"""A step whose form is a formset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory

from tests.integration.rounds.helpers import begin, play
from tests.workflows import NameForm
from wfapp import Context, Finish, Workflow, step
from wfapp.errors import MalformedRequest
from wfapp.rounds.answer import Answer
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


class CartContext(Context):
    limit: int = 5
    saved: str = ""
    calls: int = 0


class LineForm(forms.Form):
    name = forms.CharField(max_length=20)
    qty = forms.IntegerField(min_value=1, initial=1)
    secret = forms.CharField(required=False, widget=forms.PasswordInput)


class BaseLines(forms.BaseFormSet):  # type: ignore[type-arg]
    @classmethod
    def get_default_prefix(cls) -> str:
        return "lines"

    def clean(self) -> None:
        if any(row.get("name") == "bomb" for row in (form.cleaned_data for form in self.forms if form.is_valid())):
            raise ValidationError("No bombs.")


Lines: Any = formset_factory(LineForm, BaseLines, can_delete=True, extra=2)


@pytest.fixture
def cart() -> Iterator[type[Workflow[Any]]]:
    """Declare a page of rows, one that reads them, and the end."""
    with isolated_registry():

        class Cart(Workflow[CartContext]):
            name = "tests/cart"

            cart: Any = step(form=Lines)

            @step(form=NameForm, passes=["saved"])
            def confirm(self, form: NameForm) -> Finish:
                return Finish(data={"lines": [dict(line) for line in self.answers["cart"]["lines"]]})

            @confirm.action(label="Again")
            def again(self) -> None:
                self.message("Again.")

        yield Cart


def errors(answer: Answer) -> Mapping[str, str]:
    assert answer.page is not None
    return answer.page.errors


def test_rows_are_validated_and_kept(cart: type[Workflow[Any]]) -> None:
    """Later steps read them as a list; deleted and blank rows, marks and passwords are in no answer."""
    rows = [
        {"name": "pen", "qty": 2, "secret": "hunter2"},
        {"name": "nib", "qty": 0, "DELETE": True},
        {},
        {"name": "ink", "qty": 1},
    ]
    end = play(play(begin(cart), lines=rows), name="Ada").end
    assert end is not None
    assert end.data == {"lines": [{"name": "pen", "qty": 2}, {"name": "ink", "qty": 1}]}


def test_errors_name_row_and_field(cart: type[Workflow[Any]]) -> None:
    """Rows are counted from 0; what was typed stays."""
    answer = play(begin(cart), lines=[{"name": "pen", "qty": 2}, {"name": "nib", "qty": 0}])
    assert errors(answer) == {"lines.1.qty": "Ensure this value is greater than or equal to 1."}
    assert errors(play(answer, lines=[{"name": "bomb", "qty": 1}])) == {"__form": "No bombs."}


def test_unknown_keys_are_reported_by_path(cart: type[Workflow[Any]]) -> None:
    """Those of a row with the row's path."""
    answer = play(begin(cart), lines=[{"name": "pen", "qty": 1, "colour": "red"}], other=1)
    assert errors(answer) == {"__form": "Unknown fields: lines.0.colour, other."}


def test_a_rejection_given_again_has_its_errors(cart: type[Workflow[Any]]) -> None:
    """The page is drawn from what is stored: errors by path, over what was sent."""
    first = begin(cart)
    values = {"lines": [{"name": "pen", "qty": 1}, {"qty": 3}]}
    once, again = play(first, **values), play(first, **values)
    assert once.page is not None
    assert again.page is not None
    assert once.token == again.token
    assert errors(once) == errors(again) == {"lines.1.name": "This field is required."}
    assert again.page.form.forms[1].errors == {"name": ["This field is required."]}  # type: ignore[union-attr]


def test_going_back_fills_the_rows_in(cart: type[Workflow[Any]]) -> None:
    """Without passwords; as many blank rows are offered as ever."""
    answer = play(begin(cart), lines=[{"name": name, "qty": 2, "secret": "x"} for name in ("pen", "ink", "nib")])
    page = play(answer, action="wf.back").page
    assert page is not None
    formset: Any = page.form
    assert [row.initial for row in formset.forms[:3]] == [{"name": name, "qty": 2} for name in ("pen", "ink", "nib")]
    assert [len(formset.forms), formset.initial_form_count()] == [5, 0]


def said(path: str, text: str = "No.") -> dict[str, str]:
    """Give the errors of a step that refuses what is at a path."""
    with isolated_registry():

        class Refusing(Workflow[CartContext]):
            name = "tests/refusing"

            @step(form=Lines)
            def cart(self, form: Any) -> None:
                raise ValidationError({path: text} if path else text)

        rows = [{"name": "pen", "qty": 1}, {"name": "nib", "qty": 1}, {"name": "ink", "qty": 1, "DELETE": True}]
        return dict(errors(play(begin(Refusing), lines=rows)))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("1.qty", "lines.1.qty"),
        ("1.__form", "lines.1.__form"),
        ("1.__all__", "lines.1.__form"),
        ("1.colour", "lines.1.__form"),
        ("1", "__form"),
        ("9.qty", "__form"),
        ("2.qty", "__form"),
        ("__form", "__form"),
        ("__all__", "__form"),
        ("", "__form"),
    ],
)
def test_a_step_refuses_a_row_without_naming_the_prefix(path: str, expected: str) -> None:
    """What it cannot mean, and a row that is deleted anyway, stands over the whole: it is never lost."""
    assert said(path) == {expected: "No."}


def test_a_step_gets_the_formset_and_may_add_errors_to_its_rows() -> None:
    """As to any form."""
    with isolated_registry():

        class Adding(Workflow[CartContext]):
            name = "tests/adding"

            @step(form=Lines, attempts=2)
            def cart(self, form: Any) -> None:
                assert [row["name"] for row in form.cleaned_data] == ["pen"]
                form.forms[0].add_error("qty", "Sold out.")

        answer = play(begin(Adding), lines=[{"name": "pen", "qty": 1}])
        assert errors(answer) == {"lines.0.qty": "Sold out."}
        assert play(answer, lines=[{"name": "pen", "qty": 1}]).status == "aborted"


def test_an_action_with_data_takes_unfinished_rows() -> None:
    """Only what came is validated, and no check over all rows."""
    drafts: list[Any] = []
    with isolated_registry():

        class Draft(Workflow[CartContext]):
            name = "tests/draft"

            @step(form=formset_factory(LineForm, BaseLines, min_num=2, validate_min=True, can_order=True))
            def cart(self, form: Any) -> None: ...

            @cart.action(label="Save draft")
            def save(self, form: Any) -> None:
                drafts.append((form.cleaned_data, len(form.ordered_forms)))

        answer = play(begin(Draft), action="save", lines=[{"name": "bomb"}, {}, {"qty": 3}])
        assert errors(answer) == {}
        bomb, nothing, three = {"name": "bomb", "ORDER": None}, {"ORDER": None}, {"qty": 3, "ORDER": None}
        assert drafts == [([bomb, nothing, three], 2)]
        answer = play(answer, action="save", lines=[{"name": "pen"}, {"qty": 0}])
        assert errors(answer) == {"lines.1.qty": "Ensure this value is greater than or equal to 1."}
        assert len(drafts) == 1
        answer = play(answer, lines=[{"name": "pen", "qty": 1}])
        assert errors(answer) == {"__form": "Please submit at least 2 forms."}


def test_prepare_of_a_formset_and_of_its_rows() -> None:
    """Both see the passed keys and what was typed; a row added while it was typed is prepared too."""

    class Row(forms.Form):
        qty = forms.IntegerField()

        def prepare(self, passed: Mapping[str, Any], data: Mapping[str, Any]) -> None:
            self.fields["qty"].label = f"Quantity, at most {passed['limit']}"
            if data["qty"] == "7":
                self.fields["why"] = forms.CharField()

    class Rows(BaseLines):
        def prepare(self, passed: Mapping[str, Any], data: Mapping[str, Any]) -> None:
            self.error_messages["too_few_forms"] = f"Too few of {len(data['lines'])}."

    with isolated_registry():

        class Prepared(Workflow[CartContext]):
            name = "tests/prepared"

            @step(form=formset_factory(Row, Rows, min_num=2, validate_min=True), passes=["limit"])
            def cart(self, form: Any) -> None: ...

        answer = begin(Prepared)
        assert answer.page is not None
        assert answer.page.live
        assert errors(play(answer, lines=[{"qty": 7, "why": "Because."}])) == {"__form": "Too few of 1."}
        answer = begin(Prepared)
        refused = play(answer, lines=[{"qty": 7}, {"qty": 1, "why": "Because."}])
        assert errors(refused) == {
            "lines.0.why": "This field is required.",
            "__form": "Unknown fields: lines.1.why.",
        }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lines": {"0": {}}}, "lines: expected a list."),
        ({"lines": "pen"}, "lines: expected a list."),
        ({"lines": [None]}, "lines.0: expected an object."),
        ({"lines": [{}, [{}]]}, "lines.1: expected an object."),
        ({"lines": [{}] * 100_000}, "lines: more than 2000 rows."),
        ({"lines": [{"qty": {}}]}, "lines.0.qty: expected a number."),
        ({"lines": [{}, {"qty": 10**400}]}, "lines.1.qty: this value cannot be used."),
        ({"lines": [{"name": "\x00"}]}, "lines.0.name: this value cannot be used."),
        ({"lines": [{"DELETE": "yes"}]}, "lines.0.DELETE: expected true or false."),
    ],
)
def test_a_hostile_shape_is_malformed(cart: type[Workflow[Any]], values: dict[str, Any], message: str) -> None:
    """It names row and field and consumes nothing."""
    answer = begin(cart)
    with pytest.raises(MalformedRequest) as caught:
        play(answer, **values)
    assert str(caught.value) == message
    assert play(answer, lines=[]).page.step == "confirm"  # type: ignore[union-attr]


def test_a_row_may_hold_a_file() -> None:
    """It stays over errors, and is among the answers of its row."""

    class Paper(forms.Form):
        title = forms.CharField(max_length=5)
        scan = forms.FileField()

    with isolated_registry():

        class Papers(Workflow[CartContext]):
            name = "tests/papers"

            papers: Any = step(form=formset_factory(Paper, BaseLines))

            @step(form=NameForm)
            def confirm(self, form: NameForm) -> Finish:
                [line] = self.answers["papers"]["lines"]
                return Finish(data={"title": line["title"], "scan": line["scan"].read().decode()})

        answer = play(begin(Papers), lines=[{"title": "too long", "scan": "data:text/plain;name=a.txt,hello"}])
        assert list(errors(answer)) == ["lines.0.title"]
        answer = play(answer, lines=[{"title": "short"}])
        assert play(answer, name="Ada").end.data == {"title": "short", "scan": "hello"}  # type: ignore[union-attr]
