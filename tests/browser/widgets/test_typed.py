"""What helps to type: a password that can be seen, a code that is pasted, limits; and no harmful attribute."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from playwright.sync_api import Locator, expect

from project.accounts.forms import CodeForm
from tests.browser.widgets.boards import Board, answer_for
from tests.unit.forms.filling import form_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def paste(board: Board, control: Locator, text: str) -> None:
    """Paste as a person does."""
    board.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    control.press("Control+V")


def test_a_password_is_shown_and_hidden(board: Board) -> None:
    """By keyboard, too; what was typed and where the focus is stay."""
    board.draw(form_of(secret=forms.CharField(label="Password", widget=forms.PasswordInput))())
    control = board.page.get_by_label("Password", exact=True)
    control.fill("s3cret")
    control.press("Tab")
    toggle = board.field("secret").get_by_role("button")
    expect(toggle).to_be_focused()
    for name, kind in (("Hide Password", "text"), ("Show Password", "password")):
        board.page.keyboard.press("Enter")
        expect(toggle).to_have_accessible_name(name)
        expect(control).to_have_attribute("type", kind)
    expect(toggle).to_be_focused()
    assert board.submit() == {"secret": "s3cret"}


@pytest.mark.parametrize("text", ["123 456", " 123-456\n", "12\u201334\u201356", "123456"])
@pytest.mark.parametrize("server", [False, True], ids=["drawn", "server"])
def test_a_code_is_pasted_with_its_spaces_and_dashes(board: Board, text: str, *, server: bool) -> None:
    """It takes the place of what stood there; on a page of the server's, too."""
    (board.draw_on_the_server if server else board.draw)(CodeForm())
    control = board.page.get_by_role("textbox")
    control.fill("999")
    paste(board, control, text)
    expect(control).to_have_value("123456")
    expect(control).to_have_attribute("inputmode", "numeric")
    expect(control).to_have_attribute("autocomplete", "one-time-code")
    assert server or board.submit() == {"code": "123456"}


def test_another_field_takes_what_is_pasted_as_it_is(board: Board) -> None:
    """Spaces and dashes belong to a name."""
    board.draw(form_of(name=forms.CharField())())
    paste(board, board.page.get_by_role("textbox"), "Anna-Lena K")
    assert board.submit() == {"name": "Anna-Lena K"}


def test_attributes_come_along_but_none_that_runs_or_loads(board: Board) -> None:
    """They come from the site's own code; a browser page takes no chances all the same."""
    harmless = {"placeholder": "Ann", "autocapitalize": "words", "data-kind": "x", "spellcheck": "false", "lang": "de"}
    harmful = {
        "onfocus": "x()",
        "src": "/x",
        "href": "/x",
        "formaction": "/x",
        "data-hx-on": "x",
        "form": "y",
        "list": "z",
    }
    board.draw(form_of(name=forms.CharField(widget=forms.TextInput({**harmless, **harmful})))())
    names = board.page.get_by_role("textbox").evaluate("control => control.getAttributeNames().sort()")
    assert names == sorted([*harmless, "id", "name", "type", "required"])


def test_limits_of_the_schema_are_the_browsers(board: Board) -> None:
    """Length, range, step and pattern, as Django's own inputs have them."""
    form_class = form_of(
        slug=forms.SlugField(min_length=3, max_length=5),
        number=forms.IntegerField(min_value=0, max_value=20, step_size=5),
        float=forms.FloatField(),
    )
    board.draw(form_class())
    page = board.page
    entered = {"slug": "a b c", "number": "7", "float": "0.123"}
    for name, text in entered.items():
        page.locator(f"[name={name}]").fill(text)
    assert board.problems() == {
        "slug": "Please match the requested format.",
        "number": "Please enter a valid value. The two nearest valid values are 5 and 10.",
    }
    page.locator("[name=slug]").fill("a-b_c")
    page.locator("[name=number]").fill("25")
    assert board.problems() == {"number": "Value must be less than or equal to 20."}


def test_a_disabled_and_a_read_only_field(board: Board) -> None:
    """Nobody is asked for what nobody can type."""
    form_class = form_of(
        off=forms.CharField(disabled=True), fixed=forms.CharField(widget=forms.TextInput({"readonly": True}))
    )
    board.draw(form_class())
    expect(board.page.locator("[name=off]")).to_be_disabled()
    expect(board.page.locator("[name=fixed]")).not_to_be_editable()
    assert board.problems() == {}


WIDGETS = """
const draw = (name) => (field) => {
  const control = document.createElement("input");
  Object.assign(control, {id: field.id, type: "text", value: field.value ?? name});
  control.addEventListener("input", () => field.set(control.value.toUpperCase()));
  return control;
};
"""


@pytest.mark.parametrize(
    ("keys", "drawn"),
    [
        (["tests.SomeForm.x", "select", "string"], "tests.SomeForm.x"),
        (["select", "string"], "select"),
        (["string"], ""),
    ],
)
def test_a_site_draws_a_widget_of_its_own(board: Board, keys: list[str], drawn: str) -> None:
    """The most special key wins, and wfapp's own widget where its key is more special."""
    form_class = form_of(x=forms.ChoiceField(choices=[("a", "A")], label="Mine"))
    board.open()
    board.page.evaluate(f"keys => {{ {WIDGETS} for (const key of keys) board.widgets.set(key, draw(key)); }}", keys)
    answer: Any = answer_for(form_class())
    answer["inputRequired"]["payload"]["id"] = "tests.SomeForm"
    board.page.evaluate("answer => board.draw(answer)", answer)
    control = board.page.get_by_label("Mine")
    if not drawn:
        expect(control).to_have_role("combobox")
        return
    expect(control).to_have_value(drawn)
    control.fill("new")
    assert board.submit() == {"x": "NEW"}
