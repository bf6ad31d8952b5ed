"""Formsets as data: rows stand under the prefix, in the schema, in values and in error paths."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.http import QueryDict

from tests.unit.forms.everything import VALID
from tests.unit.forms.filling import filled
from tests.unit.forms.rows import Everything, Groups, LineForm, Lines, Permissions, lines_of
from tests.unit.forms.test_schemas import complaints
from wfapp.errors import MalformedRequest
from wfapp.forms import (
    add_error,
    compile_payload,
    describe,
    fill,
    form_errors,
    guard,
    has_dynamic_choices,
    has_prepare,
    initial_values,
    merge,
    prepare,
    refill,
    typed,
    unknown_keys,
    unvalidated,
    view_fields,
    view_order,
)

PEN = {"name": "pen", "qty": 2, "colours": ["r"], "gift": True}


def rows_of(formset: Any) -> Any:
    """Give the schema of the rows."""
    return describe(formset).schema["properties"][formset.prefix]


def test_the_schema_of_rows() -> None:
    """A list of objects under the prefix, each described as a form."""
    described = describe(lines_of())
    assert described.schema["properties"].keys() == {"lines"}
    rows = described.schema["properties"]["lines"]
    assert {key: rows[key] for key in ("type", "title", "maxItems")} == {
        "type": "array",
        "title": "Lines",
        "maxItems": 2000,
    }
    assert rows["items"]["required"] == ["name", "qty"]
    assert rows["items"]["properties"]["qty"] == {"type": "integer", "title": "Qty", "minimum": 1}
    assert described.ui["ui:order"] == ["lines"]
    assert described.ui["lines"]["items"]["secret"] == {"ui:widget": "password"}


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ({"min_num": 1}, {"maxItems": 2000}),
        ({"min_num": 1, "validate_min": True}, {"minItems": 1, "maxItems": 2000}),
        ({"max_num": 3, "validate_max": True}, {"maxItems": 3}),
        ({"max_num": 3, "absolute_max": 5}, {"maxItems": 5}),
        ({"max_num": 3, "validate_max": True, "can_delete": True}, {"maxItems": 1003}),
    ],
)
def test_the_schema_says_what_the_server_enforces(options: dict[str, Any], limits: dict[str, int]) -> None:
    """Not more: a row to be deleted is one to be sent."""
    rows = rows_of(lines_of(**options))
    assert {key: rows[key] for key in ("minItems", "maxItems") if key in rows} == limits


def test_marks_are_fields_of_a_row() -> None:
    """They are asked for as Django does."""
    assert {"ORDER", "DELETE"} <= rows_of(lines_of(can_delete=True, can_order=True))["items"]["properties"].keys()


@pytest.mark.django_db
def test_the_schema_of_a_model_formset() -> None:
    """It carries a hidden key that new rows have not; only rows from before can be deleted here."""
    Group.objects.create(name="ant")
    described = describe(Groups(prefix="groups"))
    rows = described.schema["properties"]["groups"]
    assert rows["title"] == "Groups"
    assert rows["items"]["required"] == ["name"]
    assert set(rows["items"]["properties"]) == {"name", "id", "DELETE"}
    assert described.ui["groups"]["items"]["id"] == {"ui:widget": "hidden"}
    assert described.ui["groups"]["ui:options"] == {"orderable": False}


@pytest.mark.django_db
def test_the_key_of_the_parent_stays_on_the_server() -> None:
    """In no schema, no value and no data of ``prepare``."""
    parent = ContentType.objects.create(app_label="zoo", model="cage")
    parent.permission_set.create(name="Open", codename="open")
    formset = Permissions(instance=parent)
    assert set(rows_of(formset)["items"]["properties"]) == {"name", "codename", "id", "DELETE"}
    [row] = initial_values(formset)["permission_set"]  # type: ignore[misc]
    assert set(row) == {"name", "codename", "id", "DELETE"}
    assert unknown_keys(formset, {"permission_set": [{"content_type": 1}]}) == ["permission_set.0.content_type"]


def test_payloads_are_named_by_the_form_of_the_rows() -> None:
    """A factory of Django's makes the class."""
    assert compile_payload(lines_of()).id == "tests.LineFormSet"
    assert compile_payload(Groups(queryset=Group.objects.none())).id == "auth.GroupFormSet"


def test_the_schema_compiles_and_says_what_the_formset_says() -> None:
    """Ajv, strict, in both drafts; react-jsonschema-form draws what it knows."""
    schema = describe(lines_of(min_num=1, validate_min=True, can_order=True, can_delete=True)).schema
    row = {"name": "pen", "qty": 1}
    cases = [
        {
            "schema": schema,
            "valid": [{"lines": [row]}, {"lines": [{**row, "DELETE": True, "ORDER": 2}, row]}],
            "invalid": [{}, {"lines": []}, {"lines": [{}]}, {"lines": row}, {"lines": [{**row, "qty": 0}]}],
        },
        {"schema": describe(Everything()).schema, "valid": [{"form": [VALID, VALID]}]},
    ]
    assert complaints(cases) == [[], []]


def test_initial_rows() -> None:
    """What is given, and as many as must be: the blank ones that a page offers beside are none."""
    assert initial_values(lines_of(extra=3)) == {"lines": []}
    blank = {"qty": 1, "gift": False}
    assert initial_values(lines_of(min_num=2, extra=2)) == {"lines": [blank, blank]}
    formset = lines_of(extra=3, initial=[{"name": "pen", "secret": "x"}])
    assert initial_values(formset) == {"lines": [{"name": "pen", "qty": 1, "gift": False}]}


@pytest.mark.django_db
def test_initial_rows_of_a_model() -> None:
    """Those of the queryset, by key; and those that are given beside."""
    ant = Group.objects.create(name="ant")
    formset = Groups(prefix="groups", initial=[{"name": "bee"}])
    assert initial_values(formset) == {
        "groups": [{"name": "ant", "id": str(ant.pk), "DELETE": False}, {"name": "bee"}],
    }


def test_rows_are_filled_and_cleaned() -> None:
    """Blank ones count for nothing, filled ones count even with what a new row starts with."""
    formset = filled(Lines, {"p": [PEN, {}, {"qty": 1, "name": None}]})
    assert [row.empty_permitted for row in formset.forms] == [False, True, False]
    assert form_errors(formset) == {"p.2.name": "This field is required."}
    only_defaults = filled(formset_factory(forms.Form), {"p": [{}]})
    assert only_defaults.is_valid()
    assert only_defaults.cleaned_data == [{}]


def test_a_row_of_initial_values_counts() -> None:
    """Django ignores it on a page, where nobody may have looked at it; a client sent it."""
    formset = filled(formset_factory(form_of_qty()), {"p": [{"qty": 1}]})
    assert formset.is_valid()
    assert formset.cleaned_data == [{"qty": 1}]
    assert formset.has_changed()


def form_of_qty() -> Any:
    return type("QtyForm", (forms.Form,), {"qty": forms.IntegerField(initial=1)})


def test_filling_again_replaces_the_rows() -> None:
    """Also where their number differs."""
    formset = filled(Lines, {"p": [PEN, PEN]})
    fill(formset.data, formset, {"p": [PEN]})
    assert formset.is_valid()
    assert len(formset.forms) == 1


def test_typed_rows() -> None:
    """Without passwords; what the rows start with where the formset is not bound."""
    formset = filled(Lines, {"p": [{**PEN, "secret": "x"}]})
    assert typed(formset) == {"p": [{"name": "pen", "qty": "2", "colours": ["r"], "gift": True}]}
    assert typed(lines_of(extra=1)) == {"lines": [{"name": None, "qty": 1, "colours": None, "gift": None}]}


def test_unknown_keys_of_rows() -> None:
    """By path; those that hold nothing apart where asked."""
    formset = filled(Lines, {"p": [{}, {}]})
    values = {"p": [{"a" * 99: 1}, {"b": ""}], "c": None}
    assert unknown_keys(formset, values) == ["c", "p.0." + "a" * 64, "p.1.b"]
    assert unknown_keys(formset, values, filled=True) == ["p.0." + "a" * 64]


class Limited(LineForm):
    """Say how many there are."""

    def prepare(self, passed: Any, data: Any) -> None:
        """Change labels."""
        self.fields["qty"].label = f"Of {passed['limit']}"
        del self.fields["gift"]


def test_what_prepare_changes_is_in_the_view() -> None:
    """One entry for the rows, which merge lays over."""
    formset = formset_factory(Limited)(prefix="lines")
    assert has_prepare(formset)
    before = describe(formset_factory(Limited)(prefix="lines"))
    prepare(formset, {"limit": 3})
    fields = view_fields(before, formset)
    assert fields["lines"]["schema"]["items"]["properties"] == {"qty": {"title": "Of 3"}, "gift": None}  # type: ignore[index]
    merged = merge({"schema": before.schema, "ui": before.ui}, {"fields": fields})
    assert merged["schema"] == describe(formset).schema
    assert merged["ui"] == describe(formset).ui
    assert view_order(before, formset) is None
    assert formset.forms[0].fields["qty"].label == "Of 3"


def test_choices_of_a_row_may_be_dynamic() -> None:
    """They are evaluated once, for all rows."""

    class Pick(forms.Form):
        pick = forms.ChoiceField(choices=lambda: [("a", "A")])

    assert has_dynamic_choices(formset_factory(Pick)())
    assert not has_dynamic_choices(lines_of())
    assert not has_prepare(lines_of())


def test_known_errors_are_shown_without_validation() -> None:
    """Those of the whole, of a row and of its fields."""
    formset = filled(Lines, {"p": [PEN, {}]})
    errors = {"__form": "Whole.", "p.0.__form": "Row.", "p.1.name": "Field."}
    unvalidated(formset, errors)
    assert form_errors(formset) == errors
    assert list(formset.non_form_errors()) == ["Whole."]
    assert list(formset.forms[0].non_field_errors()) == ["Row."]


def test_an_error_is_added_to_a_row() -> None:
    """The index is that of the row, without the prefix."""
    formset = filled(Lines, {"p": [PEN]})
    add_error(formset, ValidationError({"0.qty": "Field.", "0.__form": "Row.", "3.qty": "Whole."}))
    assert form_errors(formset) == {"__form": "Whole.", "p.0.qty": "Field.", "p.0.__form": "Row."}
    assert not formset.is_valid()


def posted(text: str) -> Any:
    return Lines(QueryDict(text), prefix="lines")


@pytest.mark.parametrize(
    "text",
    [
        "lines-TOTAL_FORMS=2001&lines-INITIAL_FORMS=0",
        "lines-TOTAL_FORMS=-1&lines-INITIAL_FORMS=0",
        "lines-TOTAL_FORMS=1&lines-INITIAL_FORMS=-1",
        "lines-TOTAL_FORMS=1&lines-INITIAL_FORMS=0&lines-0-qty=" + "1" * 5000,
    ],
)
def test_a_hostile_post_is_malformed(text: str) -> None:
    """Neither thousands of rows are drawn, nor less than none."""
    with pytest.raises(MalformedRequest):
        guard(posted(text))


@pytest.mark.parametrize("text", ["", "lines-TOTAL_FORMS=x", "lines-TOTAL_FORMS=" + "9" * 5000])
def test_a_post_without_a_management_form_has_no_rows(text: str) -> None:
    """Django says what is missing."""
    formset = posted(text)
    guard(formset)
    assert list(form_errors(formset)) == ["__form"]


def test_refilled_rows_may_be_emptied_again() -> None:
    """They are new ones, beside as many blank ones as ever; nobody's password is filled in."""
    formset = refill(lines_of(extra=2), {"lines": [{**PEN, "secret": "x"}, PEN]})
    assert initial_values(formset) == {"lines": [PEN, PEN]}
    assert [len(formset.forms), formset.initial_form_count(), len(formset.extra_forms)] == [4, 0, 4]
    fewer = refill(lines_of(initial=[{"name": "a"}, {"name": "b"}], extra=0), {"lines": [PEN]})
    assert initial_values(fewer) == {"lines": [PEN]}
    assert [len(fewer.forms), fewer.initial_form_count()] == [1, 1]


@pytest.mark.django_db
def test_refilled_rows_keep_their_objects() -> None:
    """By key; a row whose object is gone is left out, one that is new stays new."""
    ant, bee = Group.objects.create(name="ant"), Group.objects.create(name="bee")
    rows = [{"id": bee.pk, "name": "elk"}, {"id": bee.pk + 99, "name": "gone"}, {"name": "new"}]
    formset = refill(Groups(prefix="groups"), {"groups": rows})
    assert initial_values(formset) == {
        "groups": [
            {"name": "ant", "id": str(ant.pk), "DELETE": False},
            {"name": "elk", "id": str(bee.pk), "DELETE": False},
            {"name": "new"},
        ]
    }
    assert len(formset.forms) == 4
