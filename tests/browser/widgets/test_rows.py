"""Rows of a formset: add one, take one out, and what the server reads then."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.forms import formset_factory, modelformset_factory
from playwright.sync_api import expect

from project.demo.rows import GuestFormSet
from tests.browser.widgets.boards import Board

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Guests: Any = formset_factory(GuestFormSet.form, max_num=3, validate_max=True)
Groups: Any = modelformset_factory(Group, fields=["name"], can_delete=True, extra=0)


def legends(board: Board) -> list[str]:
    return board.page.locator(".wf-row > legend").all_text_contents()


def test_rows_are_added_and_filled_in(board: Board) -> None:
    """By keyboard alone: the focus goes into the new row; the last one that fits has no button behind it."""
    board.draw(Guests(prefix="p"))
    assert legends(board) == ["Entry 1"]
    keyboard = board.page.keyboard
    board.page.get_by_label("Name").focus()
    keyboard.type("Ann")
    add = board.page.get_by_role("button", name="Add another")
    for name in ("Bob", "Cy"):
        add.focus()
        keyboard.press("Enter")
        expect(board.page.get_by_label("Name").last).to_be_focused()
        keyboard.type(name)
    expect(add).to_be_hidden()
    formset = board.fill(Guests, prefix="p")
    assert formset.is_valid(), formset.errors
    assert formset.cleaned_data == [{"name": name, "food": "all"} for name in ("Ann", "Bob", "Cy")]


def test_a_row_is_taken_out(board: Board) -> None:
    """The rows behind it move up with what was typed; the focus stays where the row was."""
    initial = [{"name": name, "food": "vegan"} for name in ("Ann", "Bob", "Cy")]
    board.draw(GuestFormSet(initial=initial))
    remove = board.page.get_by_role("button", name="Remove")
    assert remove.all_text_contents() == ["Remove Entry 1", "Remove Entry 2", "Remove Entry 3"]
    remove.nth(1).click()
    expect(board.page.locator("#wf-guests-1")).to_be_focused()
    formset = board.fill(GuestFormSet, initial=initial)
    assert formset.is_valid(), formset.errors
    assert [row["name"] for row in formset.cleaned_data] == ["Ann", "Cy"]
    assert board.page.get_by_label("Name").last.input_value() == "Cy"
    remove.last.click()
    expect(board.page.locator("#wf-guests-0")).to_be_focused()
    expect(remove).to_have_count(0)  # one row there must be


def test_a_row_that_nobody_touched_is_blank(board: Board) -> None:
    """The choice that it shows from the start is told with the first edit, and not before."""
    board.draw(Guests(prefix="p"))
    board.page.get_by_role("button", name="Add another").click()
    assert board.submit() == {"p": [{}, {}]}
    assert board.fill(Guests, prefix="p").is_valid()
    board.page.get_by_label("Name").last.fill("Bob")
    assert board.submit() == {"p": [{}, {"food": "all", "name": "Bob"}]}
    assert board.problems() == {}


def test_an_object_is_deleted_by_its_box(board: Board) -> None:
    """A model's row keeps its key and its box to delete it; a new one may just be taken out."""
    kept, gone = Group.objects.create(name="Kept"), Group.objects.create(name="Gone")
    groups = Group.objects.order_by("pk")
    board.draw(Groups(queryset=groups, prefix="g"))
    remove = board.page.get_by_role("button", name="Remove")
    expect(remove).to_have_count(0)
    board.page.get_by_label("Delete").last.check()
    board.page.get_by_role("button", name="Add another").click()
    board.page.get_by_label("Name").last.fill("New")
    expect(remove).to_have_text("Remove Entry 3")
    formset = board.fill(Groups, prefix="g", queryset=groups)
    assert formset.is_valid(), formset.errors
    formset.save()
    assert list(groups.values_list("name", flat=True)) == ["Kept", "New"]
    assert not Group.objects.filter(pk=gone.pk).exists()
    assert Group.objects.get(name="Kept") == kept


def test_errors_of_rows(board: Board) -> None:
    """Of a field and of the row as a whole; an edit takes away that field's alone."""
    errors = {"guests.1.name": "Not her.", "guests.1.__form": "These do not go together.", "guests.0.food": "Sold out."}
    board.draw(GuestFormSet(initial=[{"name": "Ann"}, {"name": "Bob"}]))
    board.page.evaluate("errors => board.showErrors(errors)", errors)
    row = board.page.locator("#wf-guests-1")
    expect(row).to_have_accessible_description("These do not go together.")
    expect(row.get_by_label("Name")).to_have_accessible_description("Not her.")
    row.get_by_label("Name").fill("Cy")
    assert board.page.locator(".errorlist").all_text_contents() == ["Sold out.", "These do not go together."]


class PlaceForm(forms.Form):
    """Ask for a place with a paper."""

    town = forms.CharField()
    paper = forms.FileField(required=False)


def test_a_file_in_a_row_moves_with_it(board: Board) -> None:
    """What was chosen is no text that could be typed again."""
    formset_class: Any = formset_factory(PlaceForm, extra=0)
    board.draw(formset_class(prefix="p", initial=[{"town": "Bern"}, {"town": "Rom"}]))
    file: Any = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hi"}
    board.page.get_by_label("Paper").last.set_input_files(file)
    board.page.get_by_role("button", name="Remove Entry 1").click()
    expect(board.page.locator(".wf-files li")).to_contain_text("a.txt")
    formset = board.fill(formset_class, prefix="p")
    assert formset.is_valid(), formset.errors
    assert (formset.cleaned_data[0]["town"], formset.cleaned_data[0]["paper"].read()) == ("Rom", b"hi")
