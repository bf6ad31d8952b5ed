"""The entries of the error summary."""

from __future__ import annotations

from django import forms
from django.forms import formset_factory

from wfapp.web.problems import Problem, problems_of


class Everything(forms.Form):
    name = forms.CharField(label="Full name")
    plan = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(choices=[("x", "X")], widget=forms.CheckboxSelectMultiple)
    empty = forms.ChoiceField(choices=[], widget=forms.RadioSelect)
    when = forms.SplitDateTimeField()
    token = forms.CharField(widget=forms.HiddenInput)
    bare = forms.CharField(label="")


class Line(forms.Form):
    qty = forms.IntegerField(label="Quantity")


def only(form: forms.BaseForm, path: str) -> Problem:
    (problem,) = problems_of(form, {path: "Wrong."})
    return problem


def test_field_is_named_and_linked() -> None:
    """An entry says which field it is about and leads to its input."""
    problem = only(Everything(), "name")
    assert (str(problem), problem.field_id) == ("Full name: Wrong.", "id_name")


def test_group_leads_to_its_first_button() -> None:
    """A group of radio buttons or checkboxes has no input of its own name."""
    assert only(Everything(), "plan").field_id == "id_plan_0"
    assert only(Everything(), "topics").field_id == "id_topics_0"


def test_empty_group_leads_nowhere() -> None:
    """Without choices there is nothing to go to."""
    assert only(Everything(), "empty").field_id == ""


def test_several_inputs_lead_to_the_first() -> None:
    """A date and a time are two inputs: the link goes to the date."""
    assert only(Everything(), "when").field_id == "id_when_0"


def test_hidden_field_is_not_linked() -> None:
    """Nobody can go to a hidden input, or knows its label."""
    assert only(Everything(), "token") == Problem(text="Wrong.")


def test_whole_form_is_not_linked() -> None:
    """An error of no field stands for itself."""
    assert str(only(Everything(), "__form")) == "Wrong."


def test_label_may_be_empty() -> None:
    """A field without a label is linked by the error's own text."""
    problem = only(Everything(), "bare")
    assert (str(problem), problem.field_id) == ("Wrong.", "id_bare")


def test_prefix_is_part_of_the_id() -> None:
    """Errors are named by field, inputs by prefix and field."""
    assert only(Everything(prefix="me"), "name").field_id == "id_me-name"


def test_rows_are_counted_from_one() -> None:
    """People count entries from one, paths from zero."""
    lines = formset_factory(Line, extra=2)(prefix="lines")
    problem = only(lines, "lines.1.qty")
    assert (str(problem), problem.field_id) == ("Entry 2, Quantity: Wrong.", "id_lines-1-qty")


def test_row_as_a_whole_is_named() -> None:
    """An error of a whole row says which one."""
    assert str(only(formset_factory(Line, extra=2)(prefix="lines"), "lines.0.__form")) == "Entry 1: Wrong."


def test_row_that_does_not_exist_is_not_named() -> None:
    """An error of the formset itself, or of a row that is not drawn, stands for itself."""
    lines = formset_factory(Line, extra=2)(prefix="lines")
    assert [str(only(lines, path)) for path in ("__form", "lines.7.qty")] == ["Wrong.", "Wrong."]
