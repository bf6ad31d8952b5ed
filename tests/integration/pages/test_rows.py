"""Formsets on pages: rows are kept over errors, and one more comes without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.forms import formset_factory, modelformset_factory
from django.urls import path

from tests.integration.pages.visitor import Visitor
from wfapp import Context, Finish, Workflow, step
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class LineForm(forms.Form):
    name = forms.CharField(max_length=20)
    qty = forms.IntegerField(min_value=1, initial=1)
    gift = forms.BooleanField(required=False, initial=True)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "bomb":
            raise forms.ValidationError("Not for sale.")


Lines: Any = formset_factory(LineForm, max_num=3, can_delete=True)
Groups: Any = modelformset_factory(Group, fields=["name"], extra=0)


class Cart(Workflow[Context]):
    """Ask for lines, then for a confirmation."""

    name = "pages/cart"

    @step(form=Lines, title="{{ data.lines|length }} lines")
    def cart(self, form: Any) -> None: ...

    @cart.form_kwargs
    def cart_kwargs(self) -> dict[str, Any]:
        return {"prefix": "lines"}

    @cart.action(label="Save")
    def save(self, form: Any) -> None:
        self.message(f"Saved {sum(bool(row.get('name')) for row in form.cleaned_data)}.")

    @step(form=forms.Form)
    def confirm(self, form: forms.Form) -> Finish:
        return Finish(message="Done")


class Edit(Workflow[Context]):
    """Change groups."""

    name = "pages/groups"

    @step(form=Groups)
    def edit(self, form: Any) -> Finish:
        form.save()
        return Finish(message=f"Saved {len(form.changed_objects)}.")


urlpatterns = [
    path("cart/", WorkflowView.as_view(workflow=Cart)),
    path("groups/", WorkflowView.as_view(workflow=Edit)),
]


PEN = {"lines-0-name": "pen", "lines-0-qty": "2"}
ADD = {"wf_add": "lines"}


def test_one_more_row_keeps_what_was_typed(visitor: Visitor) -> None:
    """The new one starts with what a new row starts with; nothing is validated, no flow starts."""
    more = visitor.submit(visitor.open("/cart/"), **PEN | ADD | {"lines-0-qty": "many"})
    assert (more.status, more.heading, more.problems) == (200, "2 lines", [])
    assert [more.fields[f"lines-{row}-{name}"] for row in (0, 1) for name in ("name", "qty")] == [
        "pen",
        "many",
        "",
        "1",
    ]
    assert '<input type="checkbox" name="lines-1-gift" id="id_lines-1-gift" checked>' in more.text
    assert more.fields["lines-TOTAL_FORMS"] == "2"
    assert "wf=" not in more.action


def test_no_row_is_offered_beyond_the_most(visitor: Visitor) -> None:
    """The button leads to the new row, and goes with the last one."""
    sheet = visitor.open("/cart/")
    assert 'formaction="/cart/#wf-lines-1"' in sheet.text
    sheet = visitor.submit(visitor.submit(sheet, **ADD), **ADD)
    assert sheet.fields["lines-TOTAL_FORMS"] == "3"
    assert "wf_add" not in sheet.text


def test_a_row_that_stays_blank_is_left_out(visitor: Visitor) -> None:
    """It was asked for and not needed: its box is ticked and its number is there."""
    sheet = visitor.submit(visitor.open("/cart/"), **PEN | ADD)
    assert visitor.submit(sheet, **{"lines-1-gift": "on"}).heading == "Confirm"


def test_rows_are_kept_over_errors(visitor: Visitor) -> None:
    """The summary leads to the field, or to the row."""
    sheet = visitor.submit(visitor.open("/cart/"), **PEN | ADD)
    refused = visitor.submit(sheet, **PEN | {"lines-0-qty": "0", "lines-1-name": "bomb"})
    assert refused.status == 422
    assert refused.problems == [
        "Entry 1, Qty: Ensure this value is greater than or equal to 1.",
        "Entry 2: Not for sale.",
    ]
    assert '<a href="#id_lines-0-qty">' in refused.text
    assert '<a href="#wf-lines-1">' in refused.text
    assert (
        '<fieldset class="wf-row" id="wf-lines-1" tabindex="-1" aria-describedby="wf-lines-1-errors">' in refused.text
    )
    assert [refused.fields["lines-0-name"], refused.fields["lines-1-name"]] == ["pen", "bomb"]


def test_a_row_that_is_deleted_is_not_validated(visitor: Visitor) -> None:
    """Its box says so."""
    sheet = visitor.open("/cart/")
    assert visitor.submit(sheet, **PEN | {"lines-0-qty": "0", "lines-0-DELETE": "on"}).heading == "Confirm"


def test_a_draft_is_saved_with_unfinished_rows(visitor: Visitor) -> None:
    """And one more row comes on a page of a flow, too."""
    saved = visitor.submit(visitor.open("/cart/"), "save", **PEN | {"lines-0-qty": ""})
    assert saved.messages == ["Saved 1."]
    more = visitor.submit(saved, **ADD)
    assert (more.fields["lines-0-name"], more.fields["lines-TOTAL_FORMS"]) == ("pen", "2")
    assert more.fields["wf_revision"] == saved.fields["wf_revision"]


def test_a_lost_management_form_is_drawn_anew(visitor: Visitor) -> None:
    """The page can be answered again."""
    sheet = visitor.open("/cart/")
    for name in [name for name in sheet.fields if name.startswith("lines-")]:
        del sheet.fields[name]
    refused = visitor.submit(sheet)
    assert (refused.status, refused.fields["lines-TOTAL_FORMS"]) == (422, "0")
    assert refused.problems[0].startswith("ManagementForm data is missing")
    assert visitor.submit(visitor.submit(refused, **ADD), **PEN).heading == "Confirm"


@pytest.mark.parametrize("total", ["2000", "9" * 30, "-3"])
def test_a_count_that_no_page_has_is_malformed(visitor: Visitor, total: str) -> None:
    """No thousands of rows are drawn."""
    response = visitor.send(visitor.open("/cart/"), **{"lines-TOTAL_FORMS": total})
    assert response.status_code == 400


def test_objects_are_changed_by_their_hidden_key(visitor: Visitor) -> None:
    """And by no other one."""
    ant, bee = Group.objects.create(name="ant"), Group.objects.create(name="bee")
    sheet = visitor.open("/groups/")
    assert (sheet.fields["form-0-id"], sheet.fields["form-1-name"]) == (str(ant.pk), "bee")
    twice = visitor.submit(sheet, **{"form-1-id": str(ant.pk), "form-1-name": "elk"})
    wrong = "Entry 2: Select a valid choice. That choice is not one of the available choices."
    assert twice.problems == [wrong]
    end = visitor.submit(sheet, **{"form-1-name": "elk"})
    assert "Saved 1." in end.text
    bee.refresh_from_db()
    assert bee.name == "elk"
