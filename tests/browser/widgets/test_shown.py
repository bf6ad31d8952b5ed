"""Fields that only show, parts of a field in a slot, and the same markup as Django's for all who can and cannot see."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from project.demo.display import NoteDownForm
from project.demo.forms import FieldsForm
from project.demo.papers import PapersForm
from project.demo.rows import GuestFormSet
from tests.browser.axe import JUDGED, RUN_AXE
from tests.browser.widgets.boards import Board, answer_for
from wfapp.forms import show

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = {"made_on": "12 May\nat noon", "number": "A-1", "uri": "otpauth://totp/x", "codes": ["b4k2", "q9x7"]}
ERRORS = {"char": "Too long.", "amount": "Too much.", "choice": "Pick one.", "boolean": "Read it."}

# The shape of each block: what stands in it, in order, with all that a style, a label or a screen reader hangs on.
SHAPES = """form => [...form.querySelectorAll(".wf-field")].map(block => {
  const named = ["class", "type", "id", "for", "role", "min", "max", "step", "maxlength", "rows", "cols", "placeholder",
    "autocomplete", "aria-describedby", "aria-invalid", "aria-label", "readonly", "required", "multiple", "spellcheck"];
  const text = element => element.childElementCount || element.matches("textarea") ? "" : element.textContent;
  const shape = element => [element.localName, element.value ?? "", text(element).trim().replace(/\\s+/g, " "),
    ...named.map(name => element.getAttribute(name) ?? "")].join("|");
  return [block, ...block.querySelectorAll("*")].map(shape).join("\\n");
})"""

OTHERWISE = {
    "A password": "it can be shown",
    "A short e-mail address": "the schema knows that it is an address, and how long it may be",
    "Amount and currency": "its parts are named as on the wire",
    "Day of birth": "its months come from the browser",
    "Day and time": "seconds may be typed",
    "Time": "seconds may be typed",
    "Day, then time": "a moment is one value on the wire",
    "Vegetarian": "its empty choice is empty",
}
"""The fields that differ from Django's, and why."""


def notes() -> Any:
    """Make a form with all that only shows."""
    form = NoteDownForm(label_suffix="")
    show(form, SHOWN)
    return form


def test_a_text_is_copied(board: Board) -> None:
    """By the button of the pages that the server draws."""
    board.draw(notes())
    board.field("codes").get_by_role("button", name="Copy").click()
    expect(board.field("codes").get_by_role("status")).to_have_text("Copied")
    assert board.page.evaluate("navigator.clipboard.readText()") == "b4k2\nq9x7"
    assert board.submit() == {"noted": False}


def test_a_code_is_drawn_and_told(board: Board) -> None:
    """As a drawing with a name, and as text for whoever cannot scan it."""
    board.draw(notes())
    expect(board.field("uri").get_by_role("img", name="QR code")).to_have_js_property("localName", "svg")
    board.page.get_by_text("Show as text").click()
    expect(board.field("uri").get_by_text("otpauth://totp/x")).to_be_visible()
    assert board.field("made_on").locator("p").inner_html() == "12 May<br>at noon"


def test_a_slot_arranges_the_parts_of_a_field(board: Board) -> None:
    """Label, control and errors stand where the site's template says; the field works as ever."""
    slot = '<div class="mine"><p data-part=errors></p><span data-part=control></span><b data-part=label></b></div>'
    board.open()
    board.page.evaluate(
        """async ([answer, slot]) => {
          const template = document.createElement("template");
          template.innerHTML = slot;
          await board.draw(answer, {"field:number": template, "field:noted": template});
        }""",
        [answer_for(notes()), slot],
    )
    box = board.page.get_by_label("I have noted them down")
    box.check()
    board.page.evaluate("board.showErrors({noted: 'Really?'})")
    expect(board.field("noted").locator(".mine > [data-part=errors]")).to_have_text("Really?")
    expect(box).to_have_accessible_description("Really?")
    assert board.submit() == {"noted": True}


def test_the_markup_is_djangos(board: Board) -> None:
    """Block by block, with errors: a site's style and its scripts need not know who has drawn a page."""
    board.draw(FieldsForm(label_suffix=""))
    board.page.evaluate("errors => board.showErrors(errors)", ERRORS)
    drawn = dict(zip(labels(board), board.page.locator("form").evaluate(SHAPES), strict=True))
    board.draw_on_the_server(FieldsForm(label_suffix=""))
    board.page.evaluate("errors => board.showErrors(errors)", ERRORS)
    server = dict(zip(labels(board), board.page.locator("form").evaluate(SHAPES), strict=True))
    assert list(drawn) == list(server)
    same = [label for label in drawn if label not in OTHERWISE]
    assert {label: drawn[label] for label in same} == {label: server[label] for label in same}


def labels(board: Board) -> list[str]:
    """List the labels of the fields, the first text of each block."""
    first = "all => all.map(one => one.querySelector('label, legend').textContent)"
    found: list[str] = board.page.locator(".wf-field").evaluate_all(first)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_everyone_can_use_the_fields(board: Board, axe: str, width: int, scheme: Any) -> None:
    """axe-core finds nothing to say, with errors and without; nothing is wider than the window."""
    board.excused = ("Applying inline style", "Couldn't load preload")  # axe tries both in vain
    board.page.set_viewport_size({"width": width, "height": 800})
    board.page.emulate_media(color_scheme=scheme)
    errors = {**ERRORS, "guests.0.__form": "No.", "guests.0.name": "No.", "letter": "Too large."}
    for form in (FieldsForm(), PapersForm(), GuestFormSet(initial=[{"name": "Ann"}, {}]), notes()):
        board.draw(form)
        board.page.evaluate("errors => board.showErrors(errors)", errors)
        board.page.evaluate(axe)
        assert board.page.evaluate(RUN_AXE, JUDGED) == []
        assert board.page.evaluate("document.documentElement.scrollWidth") == width
