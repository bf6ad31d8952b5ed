"""What a person enters in each widget is what the server reads, and what stands there already comes back as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from playwright.sync_api import Locator

from tests.browser.widgets.boards import Board
from tests.unit.forms.everything import SAMPLES, VALID, EverythingForm
from tests.unit.forms.filling import filled, form_of
from wfapp.forms import initial_values

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HIDDEN = {"hidden", "split_hidden", "multiple_hidden"}
CLEANED = {name: cleaned for name, (_sent, cleaned) in SAMPLES.items()}


def texts(value: Any) -> list[str]:
    """Write a value, or several, as HTML does."""
    items = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def pick(block: Locator, value: Any) -> None:
    """Tick a box, or some of several, or press a radio button."""
    if isinstance(value, bool) and block.get_by_role("checkbox").count() == 1:
        block.get_by_role("checkbox").set_checked(value)
        return
    for item in texts(value):
        block.locator(f"[value='{item}']").check()


def enter(board: Board, path: str, value: Any) -> None:
    """Enter a value as a person does, whatever the widget is."""
    block = board.field(path)
    control = block.locator("input:not([type=hidden]), select, textarea").first
    kind = control.evaluate("control => control.type")
    if isinstance(value, dict):
        for key, part in value.items():
            block.locator(f"[name='{path}-{key}']").fill(str(part))
    elif kind in {"checkbox", "radio"}:
        pick(block, value)
    elif kind.startswith("select"):
        control.select_option(texts(value))
    else:
        control.fill(value[:19] if kind == "datetime-local" else str(value))


def test_every_field(board: Board) -> None:
    """All fields of Django's with all their widgets, filled in by hand."""
    board.draw(EverythingForm(initial={name: CLEANED[name] for name in HIDDEN}))
    for name, (sent, _cleaned) in SAMPLES.items():
        if name not in HIDDEN:
            enter(board, name, sent)
    assert board.problems() == {}
    form = board.fill(EverythingForm)
    assert form.errors == {}
    assert {name: form.cleaned_data[name] for name in SAMPLES} == CLEANED


def test_what_stands_there_is_shown_and_comes_back(board: Board) -> None:
    """A page drawn again, untouched: nothing is lost, no number rounded, no offset dropped."""
    typed = filled(EverythingForm, VALID)
    board.draw(typed)
    assert board.submit() == initial_values(typed)
    assert board.page.locator("[name=datetime]").input_value() == VALID["datetime"][:19]
    assert board.page.locator("[name=time]").input_value() == VALID["time"]
    assert board.page.locator("[name=boolean_select]").input_value() == "true"
    assert board.field("checkboxes").get_by_label("Vinyl").is_checked()
    assert board.problems() == {"password": "Please fill out this field."}


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("7", 7),
        ("19.90", "19.90"),
        ("0.5", 0.5),
        ("9007199254740993", "9007199254740993"),
        ("1e3", "1e3"),
        ("-0", "-0"),
    ],
)
def test_digits_of_a_number_are_kept(board: Board, text: str, sent: object) -> None:
    """A number goes as a number only where JavaScript would write the very same digits."""
    board.draw(form_of(x=forms.FloatField())())
    board.page.locator("[name=x]").fill(text)
    assert board.submit() == {"x": sent}


@pytest.mark.parametrize(
    ("field", "typed", "empty"),
    [
        (forms.IntegerField(required=False), "1", ""),
        (forms.CharField(required=False), "a", ""),
        (forms.DateField(required=False), "2026-10-25", ""),
        (forms.ChoiceField(choices=[("", "None"), ("a", "A")], required=False), "a", ""),
        (forms.NullBooleanField(required=False), True, None),
        (forms.MultipleChoiceField(choices=[("a", "A")], required=False), ["a"], []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_emptied_field_is_sent_empty(board: Board, field: forms.Field, typed: Any, empty: Any) -> None:
    """Not left out, for that would mean that nobody typed yet; and in a form that the server takes."""
    form_class = form_of(x=field)
    board.draw(form_class())
    enter(board, "x", typed)
    control = board.page.locator("[name=x]").first
    if control.evaluate("control => control.multiple"):
        control.select_option([])
    elif control.evaluate("control => control.matches('select')"):
        control.select_option("")
    else:
        control.fill("")
    assert board.submit() == {"x": empty}
    assert board.fill(form_class).errors == {}


def test_a_first_choice_that_is_shown_is_sent(board: Board) -> None:
    """As a page of the server's posts it; the same with a colour and with a slider."""
    form_class = form_of(
        size=forms.ChoiceField(choices=[("s", "Small"), ("m", "Medium")]),
        year=forms.IntegerField(widget=forms.Select(choices=[(2025, "2025")])),
        colour=forms.CharField(widget=forms.TextInput({"type": "color"})),
        volume=forms.IntegerField(min_value=0, max_value=10, widget=forms.NumberInput({"type": "range"})),
    )
    board.draw(form_class())
    assert board.submit() == {"size": "s", "year": 2025, "colour": "#000000", "volume": 5}


def test_a_choice_that_is_gone_is_not_sent(board: Board) -> None:
    """Nobody sees it any more: the empty choice is shown instead, and sent."""
    field = forms.ChoiceField(choices=[("", "None"), ("a", "A")], required=False)
    board.draw(form_of(x=field)(initial={"x": "gone"}))
    assert (board.page.get_by_role("combobox").input_value(), board.submit()) == ("", {"x": ""})


def test_a_date_of_three_selects_is_one_input(board: Board) -> None:
    """The browser's own for a date; the server takes it apart for its selects."""
    form_class = form_of(born=forms.DateField(widget=forms.SelectDateWidget(years=range(1990, 2000))))
    board.draw(form_class())
    control = board.page.get_by_label("Born")
    assert control.get_attribute("type") == "date"
    control.fill("1999-05-01")
    form = board.fill(form_class)
    assert (form.errors, form.cleaned_data) == ({}, {"born": date(1999, 5, 1)})
    board.draw(form)
    assert (control.input_value(), board.submit()) == ("1999-05-01", {"born": "1999-05-01"})


def test_a_moment_is_taken_where_it_was_given(board: Board) -> None:
    """What is typed has no offset: the server takes it in the active time zone, in which it gave the value."""
    form_class = form_of(at=forms.DateTimeField())
    board.draw(filled(form_class, {"at": "2026-07-01T12:00:00.123456+02:00"}))
    control = board.page.locator("[name=at]")
    shown = control.input_value()
    control.fill("2026-07-02T08:15")
    assert board.submit() == {"at": "2026-07-02T08:15"}
    assert (shown[-4:], board.fill(form_class).errors) == (".123", {})
