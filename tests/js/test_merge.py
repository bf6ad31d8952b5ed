"""``merge`` of the scripts makes of a payload and a view what ``wfapp.forms.merge`` makes of them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django import forms
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.forms.everything import EverythingForm
from wfapp.forms import compile_payload, merge, view_fields, view_order

HERE = Path(__file__).parent
NAMES = st.one_of(
    st.sampled_from(["a", "b", "c", "__proto__", "constructor", "toString", "length", "ui:order", "7", "10"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4),
).filter(lambda name: not name.startswith("ui:"))
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 9), st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=3)
ENTRIES = st.one_of(
    st.none(),
    st.fixed_dictionaries({}, optional={"schema": OBJECTS, "ui": OBJECTS, "required": st.booleans()}),
)
Pair = tuple[dict[str, Any], dict[str, Any]]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Make a payload, and a view that may go with it."""
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    required = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    schema = {"type": "object", "properties": {name: draw(OBJECTS) for name in names}}
    schema |= {"required": required} if required else {}
    ui = {"ui:order": names, **{name: draw(OBJECTS) for name in names if draw(st.booleans())}}
    fields = draw(st.dictionaries(st.one_of(NAMES, st.sampled_from(names)) if names else NAMES, ENTRIES, max_size=4))
    view: dict[str, Any] = {"fields": fields}
    left = [name for name in dict.fromkeys([*names, *fields]) if fields.get(name, {}) is not None]
    # As the server does: a client of JavaScript's would else put new fields first whose names are numbers.
    if draw(st.booleans()) or any(name.isdecimal() for name in fields if name not in names):
        view["order"] = draw(st.permutations(left))
    return {"id": "any.Form", "version": draw(st.text("0123456789abcdef")), "schema": schema, "ui": ui}, view


def made_up() -> list[Pair]:
    found: list[Pair] = []

    @settings(max_examples=300)
    @given(pair=pairs())
    def collect(pair: Pair) -> None:
        found.append(pair)

    collect()
    return found


def recorded() -> list[Pair]:
    rounds = [entry for file in (HERE / "recorded").glob("*.json") for entry in json.loads(file.read_text("utf-8"))]
    pages = [entry["answer"]["inputRequired"] for entry in rounds if "inputRequired" in entry["answer"]]
    return [(page["payload"], page["view"]) for page in pages]


def everything() -> Pair:
    form = EverythingForm()
    payload = compile_payload(form)
    form.fields["new"] = forms.CharField()
    del form.fields[next(iter(form.fields))]
    form.order_fields(["new"])
    return asdict(payload), {"fields": view_fields(payload, form), "order": view_order(payload, form)}


@pytest.mark.slow
@pytest.mark.django_db
def test_merge_is_the_same_in_both_languages(node: str) -> None:
    """The demo's pages, a form with every field, and pairs that nobody would think of."""
    cases = [*recorded(), everything(), *made_up()]
    command = [node, str(HERE / "merge.mjs")]
    run = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=120)
    for (payload, view), found in zip(cases, json.loads(run.stdout), strict=True):
        expected = json.loads(json.dumps(merge(payload, view)))
        assert found == expected, (payload, view)
        assert found["ui"]["ui:order"] == expected["ui"]["ui:order"]
