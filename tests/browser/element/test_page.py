"""What the page of the documentation on the element shows, in a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from playwright.sync_api import Page, expect

from tests.browser.element.conftest import Open
from tests.browser.walks import press
from tests.docs.markdown import ROOT, samples_of, scripts_of
from wfapp import Context, Finish, Workflow, step

pytestmark = pytest.mark.browser

DOC = ROOT / "docs/how-to/element.md"


class StayForm(forms.Form):
    """Stand where the form of the page does."""

    email = forms.EmailField(label="E-mail address")
    nights = forms.IntegerField(min_value=1)


StayForm.__module__ = "booking.workflows"


class BookContext(Context):
    email: str = ""


class Book(Workflow[BookContext]):
    """Do what the workflow of the page does."""

    name = "booking/book"
    exposed = True

    @step(form=StayForm, title="Your stay")
    def stay(self, form: StayForm) -> None:
        self.ctx.email = form.cleaned_data["email"]

    @step(form=forms.Form, title="Is this right?", passes=["email"])
    def confirm(self, form: forms.Form) -> Finish:
        return Finish(message="See you soon.", redirect="/booked/", after=5)


def slots() -> str:
    """Give the element of the page with its templates, as Django would draw it."""
    [sample] = [sample for sample in samples_of(DOC) if "templates/slots.html" in sample.text]
    drawn = re.sub(r"\{% (load wfapp|verbatim|endverbatim) %\}|\{# .* #\}", "", sample.text)
    return drawn.replace("{% url 'wfapp:endpoint' %}", "/wf/")


def test_its_slots_and_its_widget_do_what_it_says(serve: Open, page: Page, tmp_path: Path) -> None:
    """The parts of a field stand where the template wants them, and the stars are sent."""
    scripts: dict[str, Any] = scripts_of(DOC)
    page.route("**/stars.js", lambda route: route.fulfill(body=scripts["stars.js"], content_type="text/javascript"))
    shown = serve(f'{slots()}<script type="module" src="/element-test/stars.js"></script>')
    expect(shown.locator("wf-form")).to_contain_text("Rooms are free until noon, .")
    expect(shown.locator(".nights strong")).to_have_text("Nights")
    shown.get_by_label("E-mail address").fill("ada@example.com")
    shown.get_by_role("button", name="2", exact=True).click()
    press(shown, "Continue")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Is this right?")
    expect(shown.locator("wf-form")).to_contain_text("Rooms are free until noon, ada@example.com.")
    press(shown, "Continue")
    expect(shown.locator("wf-form")).to_contain_text("Thank you: See you soon.")
    assert scripts.keys() == {"stars.js"}
