"""What was typed, put back into a form that was not validated."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.forms import formset_factory
from django.http import QueryDict

from wfapp.rounds.answer import Input
from wfapp.web.typed import keep_typed


class Everything(forms.Form):
    name = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)
    news = forms.BooleanField(initial=True)
    topics = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["a"])
    when = forms.SplitDateTimeField()
    extra = forms.JSONField()
    photo = forms.FileField()
    fixed = forms.CharField(initial="as it is", disabled=True)
    absent = forms.CharField(initial="before")

    def clean(self) -> None:
        raise AssertionError("this form must not be validated")


def posted(query: str) -> Input:
    return Input(values=QueryDict(query), json=False)


def kept(query: str, form: forms.BaseForm | None = None) -> forms.BaseForm:
    form = Everything() if form is None else form
    keep_typed(form, posted(query))
    return form


def test_text_is_kept_without_validation() -> None:
    """The page shows what was typed, and the form's own checks do not run."""
    form = kept("name=Ann")
    assert (form["name"].value(), form.is_bound) == ("Ann", False)
    assert 'value="Ann"' in str(form)


def test_password_is_not_sent_back() -> None:
    """A password input stays empty."""
    assert "hunter2" not in str(kept("password=hunter2"))


def test_sign_in_form_asks_no_password() -> None:
    """Django's sign-in form checks a password when it is validated: drawing it must not."""
    assert 'value="alice"' in str(kept("username=alice&password=x", AuthenticationForm()))


def test_box_that_was_unticked_stays_so() -> None:
    """A checkbox that is not sent was not ticked."""
    assert kept("name=Ann")["news"].value() is False


def test_choices_are_kept() -> None:
    """Several choices replace the initial ones."""
    assert kept("topics=b&topics=a")["topics"].value() == ["b", "a"]


def test_several_inputs_are_kept() -> None:
    """A date and a time are kept as they were typed, a wrong one too."""
    html = str(kept("when_0=2026-05-04&when_1=noon")["when"])
    assert 'value="2026-05-04"' in html
    assert 'value="noon"' in html


def test_json_is_kept_as_typed() -> None:
    """JSON is not encoded a second time."""
    assert kept('extra={"a": 1}')["extra"].value() == '{"a": 1}'
    assert kept("extra={wrong")["extra"].value() == "{wrong"


def test_disabled_field_keeps_its_own_value() -> None:
    """What is posted for a disabled field is nobody's to change."""
    assert kept("fixed=forged")["fixed"].value() == "as it is"


def test_field_that_was_not_sent_keeps_its_initial_value() -> None:
    """Nothing was typed into a field that did not come."""
    assert kept("name=Ann")["absent"].value() == "before"


def test_formset_is_left_alone() -> None:
    """The number of rows would have to be guessed: a formset is drawn anew."""
    lines = formset_factory(forms.Form, extra=1)()
    keep_typed(lines, posted("form-0-qty=1"))
    assert not lines.is_bound
