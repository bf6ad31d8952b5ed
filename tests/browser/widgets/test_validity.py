"""What is wrong is said at the right time, once, and taken away; on fields that are drawn here and on Django's."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms import formset_factory
from playwright.sync_api import expect

from tests.browser.widgets.boards import Board
from tests.unit.forms.filling import form_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILL = "Please fill out this field."
PICK = "Please select one of these options."

VisitForm = form_of(
    name=forms.CharField(max_length=20, help_text="As in your passport"),
    email=forms.EmailField(),
    size=forms.ChoiceField(choices=[("s", "Small"), ("m", "Medium")], widget=forms.RadioSelect),
    days=forms.MultipleChoiceField(choices=[("1", "Monday"), ("2", "Tuesday")], widget=forms.CheckboxSelectMultiple),
    team=forms.ChoiceField(choices=[("", "Choose one"), ("a", "A")]),
    agreed=forms.BooleanField(),
)


@pytest.fixture(params=["drawn", "server"])
def visit(board: Board, request: pytest.FixtureRequest) -> Board:
    """Draw the form in either way."""
    return board.draw(VisitForm()) if request.param == "drawn" else board.draw_on_the_server(VisitForm())


def errors(board: Board) -> list[str]:
    """List the texts that are shown."""
    return board.page.locator(".errorlist").all_text_contents()


def test_all_is_said_at_once_when_the_page_is_sent(visit: Board) -> None:
    """In the words of the browser, each field for itself; Django asks for no box of several in HTML."""
    visit.page.evaluate("board.form.requestSubmit()")
    days = [PICK] if visit.body == "" else []
    assert errors(visit) == [
        FILL,
        FILL,
        PICK,
        *days,
        "Please select an item in the list.",
        "Please check this box if you want to proceed.",
    ]
    name = visit.page.get_by_label("Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(f"As in your passport {FILL}")
    expect(visit.page.get_by_role("group", name="Size")).to_have_accessible_description(PICK)
    assert visit.page.locator(".errorlist").first.get_attribute("id") == "id_name_error"


def test_nothing_is_said_before_something_was_typed(visit: Board) -> None:
    """Who only passes by has done nothing wrong."""
    for _ in range(3):
        visit.page.keyboard.press("Tab")
    assert errors(visit) == []


def test_a_field_is_judged_when_it_is_left_and_then_as_it_is_typed(visit: Board) -> None:
    """Not with the first letter; but once it is wrong, the text goes the moment that it is right."""
    email = visit.page.get_by_label("Email")
    email.press_sequentially("an")
    assert errors(visit) == []
    email.press("Tab")
    expect(visit.page.locator(".errorlist")).to_contain_text("Please include an '@' in the email address.")
    email.press("End")
    email.press_sequentially("n@")
    expect(visit.page.locator(".errorlist")).to_contain_text("Please enter a part following '@'.")
    email.press_sequentially("x.org")
    assert errors(visit) == []
    expect(email).not_to_have_attribute("aria-invalid", "true")
    assert visit.page.locator(".wf-field-invalid").count() == 0


def test_a_group_is_judged_as_one(board: Board) -> None:
    """From box to box nothing is left; the last tick taken away is told once the group is left."""
    board.draw(VisitForm())
    monday, tuesday = board.page.get_by_label("Monday"), board.page.get_by_label("Tuesday")
    monday.check()
    monday.uncheck()
    tuesday.focus()
    assert errors(board) == []
    board.page.get_by_label("Name").focus()
    expect(board.page.locator(".errorlist")).to_have_text(PICK)
    tuesday.check()
    assert errors(board) == []


def test_a_button_is_not_moved_away_while_it_is_pressed(board: Board) -> None:
    """The text of the field that is left by the press appears once the press is over."""
    board.draw(VisitForm())
    board.page.get_by_label("Email").press_sequentially("an")
    button = board.page.get_by_role("button", name="Continue")
    button.scroll_into_view_if_needed()
    box: Any = button.bounding_box()
    board.page.mouse.move(box["x"] + 5, box["y"] + 5)
    board.page.mouse.down()
    assert button.bounding_box() == box
    board.page.mouse.up()
    expect(board.page.locator(".errorlist")).to_have_count(6)


def test_errors_of_the_server_go_as_they_are_edited(visit: Board) -> None:
    """Each by itself; another answer replaces them all, and says nothing twice."""
    visit.page.evaluate("board.showErrors({name: 'Taken.', size: 'Sold out.', team: 'Full.', __form: 'No.'})")
    visit.page.evaluate("board.showErrors({name: 'Taken.', size: 'Sold out.', __form: 'No.'})")
    assert errors(visit) == ["Taken.", "Sold out."]
    name = visit.page.get_by_label("Name")
    name.fill("Ann")
    assert errors(visit) == ["Sold out."]
    expect(name).to_have_accessible_description("As in your passport")
    name.blur()
    visit.page.get_by_label("Medium").check()
    assert errors(visit) == []


def test_what_the_browser_found_outlives_what_the_server_takes_back(visit: Board) -> None:
    """An edit elsewhere is no reason for a wrong address to look right."""
    visit.page.evaluate("board.showErrors({name: 'Taken.'})")
    email = visit.page.get_by_label("Email")
    email.press_sequentially("an")
    email.blur()
    expect(visit.page.locator(".errorlist")).to_have_count(2)
    visit.page.evaluate("board.showErrors({})")
    [left] = errors(visit)
    assert left.startswith("Please include an '@'")


def test_errors_that_django_has_drawn_are_not_doubled(board: Board) -> None:
    """They are taken over, with their ids, and go when their field is edited."""
    board.draw_on_the_server(VisitForm({"name": "Ann", "email": "x", "size": "x"}))
    before = errors(board)
    board.page.evaluate("errors => board.showErrors(errors)", {"email": "Not this one.", "size": before[1]})
    assert errors(board) == ["Not this one.", before[1]]
    email = board.page.get_by_label("Email")
    expect(email).to_have_accessible_description("Not this one.")
    email.fill("ann@example.com")
    assert errors(board) == [before[1]]
    expect(email).to_have_accessible_description("")
    assert email.get_attribute("aria-describedby") is None


def test_rows_of_a_page_of_the_servers(board: Board) -> None:
    """A path of the wire finds the control by its name, and the row by its id; a row to be deleted is not judged."""
    formset_class: Any = formset_factory(form_of(email=forms.EmailField()), can_delete=True, extra=2)
    board.draw_on_the_server(formset_class(prefix="lines"))
    email = board.page.locator("[name=lines-1-email]")
    email.fill("x")
    [path] = board.problems()
    assert path == "lines.1.email"
    board.page.evaluate("board.showErrors({'lines.1.email': 'No.', 'lines.1.__form': 'Not at all.'})")
    expect(email).to_have_accessible_description("No.")
    expect(board.page.locator("#wf-lines-1")).to_have_accessible_description("Not at all.")
    board.page.locator("[name=lines-1-DELETE]").check()
    assert board.problems() == {}
