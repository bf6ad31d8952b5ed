"""What stands in rows comes back: as JSON, typed again, and kept; and whatever is sent, a formset survives it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.forms.everything import SAMPLES, VALID
from tests.unit.forms.filling import filled
from tests.unit.forms.rows import COLOURS, Everything, Groups, Lines
from tests.unit.forms.test_hostile import JSON, TEXT
from wfapp.errors import MalformedRequest
from wfapp.forms import fill, form_errors, guard, initial_values, refill, typed, unknown_keys, unvalidated

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "qty": st.integers(1, 10**6),
            "colours": st.lists(st.sampled_from([key for key, _label in COLOURS]), unique=True),
            "gift": st.booleans(),
        }
    ),
    max_size=4,
)


@given(rows=ROWS)
def test_rows_come_back(rows: list[dict[str, Any]]) -> None:
    """Filled in, read as JSON, filled in again, and from kept answers: always the same cleaned data."""
    formset = filled(Lines, {"p": rows})
    assert formset.is_valid(), formset.errors
    cleaned = [{**row, "secret": ""} for row in rows]
    assert formset.cleaned_data == cleaned
    again = filled(Lines, initial_values(formset))
    assert again.is_valid()
    assert again.cleaned_data == cleaned
    kept = refill(Lines(prefix="p"), {"p": cleaned})
    back = filled(Lines, initial_values(kept))
    assert back.is_valid()
    assert back.cleaned_data == cleaned


@pytest.mark.django_db
def test_every_field_comes_back_in_a_row() -> None:
    """In rows as in a form."""
    values = {"p": [VALID, VALID]}
    formset = filled(Everything, values)
    assert form_errors(formset) == {}
    [first, second] = initial_values(formset)["p"]  # type: ignore[misc]
    again = filled(Everything, {"p": [{**VALID, **first}, {**VALID, **second}]})
    assert form_errors(again) == {}
    for row in again.cleaned_data:
        assert {name: row[name] for name in SAMPLES} == {name: cleaned for name, (_sent, cleaned) in SAMPLES.items()}


HARD = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=40)
ROW = st.dictionaries(st.sampled_from(["name", "qty", "id", "DELETE", "colours", "x"]) | TEXT, JSON, max_size=5)
KINDS = st.sampled_from([Lines, Groups])
COUNT = st.sampled_from(["0", "1", "3", "-1", "30", "x", "", "9" * 20, "9" * 5000])


def survives(formset: Any, values: Any = None) -> None:
    """Do with a formset all that a round does."""
    try:
        guard(formset) if values is None else fill(QueryDict(mutable=True), formset, values)
        "".join(unknown_keys(formset, values or {})).encode()
    except MalformedRequest as error:
        str(error).encode()
        return
    formset.is_valid()
    formset.has_changed()
    json.dumps([form_errors(formset), initial_values(formset)], allow_nan=False)
    typed(formset)
    unvalidated(formset, form_errors(formset))
    str(formset)


@pytest.mark.django_db
@HARD
@given(kind=KINDS, rows=JSON | st.lists(ROW | JSON, max_size=4), other=ROW)
def test_json_rows(kind: type[forms.BaseFormSet[Any]], rows: Any, other: dict[str, Any]) -> None:
    """No JSON value makes a formset raise."""
    survives(kind({}, prefix="p"), {**other, "p": rows})


@pytest.mark.slow
@pytest.mark.django_db
@HARD
@example(kind=Lines, total="1000", initial="0", cells={})
@given(kind=KINDS, total=COUNT, initial=COUNT, cells=st.dictionaries(st.integers(0, 3), ROW, max_size=3))
def test_posted_rows(kind: type[forms.BaseFormSet[Any]], total: str, initial: str, cells: dict[int, Any]) -> None:
    """Nothing that a browser can post makes a guarded formset raise."""
    data = {f"p-{index}-{name}": [str(value)[:500]] for index, row in cells.items() for name, value in row.items()}
    posted = MultiValueDict({**data, "p-TOTAL_FORMS": [total], "p-INITIAL_FORMS": [initial]})
    survives(kind(posted, prefix="p"))
