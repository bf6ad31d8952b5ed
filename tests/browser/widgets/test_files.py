"""Files: chosen, kept, taken out."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from project.demo.papers import PapersForm
from tests.browser.widgets.boards import Board
from wfapp.uploads import KeptUpload, reference_url

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def file(name: str) -> Any:
    """Make a file to choose."""
    return {"name": name, "mimeType": "text/plain", "buffer": name.encode()}


def kept(name: str) -> KeptUpload:
    """Make a file that the flow has."""
    return KeptUpload(str(uuid.uuid4()), name, 5, "text/plain")


def listed(board: Board, path: str) -> Locator:
    """Find what stands above the input."""
    return board.field(path).locator(".wf-files li")


def test_chosen_files_are_sent(board: Board) -> None:
    """With their names; one more joins those of a list, and takes the place of a single one."""
    board.draw(PapersForm())
    assert board.problems() == {"letter": "Please select a file."}
    letter, pictures = board.page.get_by_label("A letter"), board.page.get_by_label("Pictures")
    letter.set_input_files(file("draft.txt"))
    letter.set_input_files(file("Süd, 1.txt"))
    pictures.set_input_files([file("a.png"), file("b.png")])
    pictures.set_input_files(file("c.png"))
    expect(listed(board, "letter")).to_have_text(["Süd, 1.txt "])
    expect(listed(board, "pictures")).to_have_text([f"{name} Remove {name}" for name in ("a.png", "b.png", "c.png")])
    expect(pictures).to_have_accessible_description(
        "Up to three, at most 1 MB each. a.png Remove a.png b.png Remove b.png c.png Remove c.png"
    )
    assert board.problems() == {}
    form = board.fill(PapersForm)
    assert (form.files["letter"].name, form.files["letter"].read()) == ("Süd, 1.txt", "Süd, 1.txt".encode())
    assert [picture.name for picture in form.files.getlist("pictures")] == ["a.png", "b.png", "c.png"]


def test_kept_files_are_sent_back_by_their_name(board: Board) -> None:
    """What stays is what the server gave; a file that is asked for may be replaced, but not taken out."""
    letter, pictures = kept("50% off; a,b.txt"), [kept("a.png"), kept("b.png")]
    board.draw(PapersForm(initial={"letter": letter, "pictures": pictures}))
    expect(listed(board, "letter")).to_have_text(["50% off; a,b.txt "])
    assert board.problems() == {}
    first, second = map(reference_url, pictures)
    assert board.submit() == {"letter": reference_url(letter), "pictures": [first, second]}
    board.page.get_by_role("button", name="Remove a.png").press("Enter")
    expect(board.page.get_by_label("Pictures")).to_be_focused()
    assert board.submit()["pictures"] == [second]
    board.page.get_by_role("button", name="Remove b.png").press("Enter")
    assert board.submit()["pictures"] == []
    expect(listed(board, "pictures")).to_have_count(0)


def test_one_file_is_taken_out(board: Board) -> None:
    """It goes as null, which says that there is to be none."""

    class LetterForm(PapersForm):
        """Ask for a letter where there is one."""

        letter = PapersForm.base_fields["letter"].__class__(required=False)

    board.draw(LetterForm(initial={"letter": kept("a.txt")}))
    board.page.get_by_role("button", name="Remove a.txt").click()
    assert board.submit() == {"letter": None}


def test_a_wrong_file_is_no_longer_wrong_when_it_is_changed(board: Board) -> None:
    """Both ways: by another one, and by taking it out."""
    board.draw(PapersForm())
    pictures = board.page.get_by_label("Pictures")
    for change in (
        lambda: pictures.set_input_files(file("b.png")),
        lambda: board.page.get_by_role("button", name="Remove b.png").click(),
    ):
        board.page.evaluate("board.showErrors({pictures: 'Too large.'})")
        expect(board.field("pictures").locator(".errorlist")).to_have_text("Too large.")
        change()
        expect(board.field("pictures").locator(".errorlist")).to_have_count(0)
