"""A payload with its view laid over it: the same as the server's, whatever the two are."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wfapp import forms
from wfapp.client import merge

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
KEYS = st.sampled_from(["title", "type", "enum", "items", "ui:widget"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
OBJECTS = st.recursive(
    st.dictionaries(KEYS, SCALARS, max_size=3), lambda inner: st.dictionaries(KEYS, inner | SCALARS, max_size=3)
)
ENTRIES = st.none() | st.fixed_dictionaries({}, optional={"schema": OBJECTS, "ui": OBJECTS, "required": st.booleans()})


@st.composite
def payloads(draw: st.DrawFn) -> dict[str, Any]:
    """Make a payload; the server gives every field a schema and a place, and not every one a ui."""
    names = draw(st.lists(NAMES, unique=True))
    schema: dict[str, Any] = {"type": "object", "properties": {name: draw(OBJECTS) for name in names}}
    if names and draw(st.booleans()):
        schema["required"] = draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    ui = {name: draw(OBJECTS) for name in names if draw(st.booleans())}
    return {"id": "x.Form", "version": "1", "schema": schema, "ui": {"ui:order": names, **ui}}


@st.composite
def both(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a payload and a view of it; the order names what is left."""
    payload = draw(payloads())
    view: dict[str, Any] = {"fields": draw(st.dictionaries(NAMES, ENTRIES))} if draw(st.booleans()) else {}
    left = {*payload["ui"]["ui:order"], *view.get("fields", {})}
    left -= {name for name, entry in view.get("fields", {}).items() if entry is None}
    if draw(st.booleans()):
        view["order"] = draw(st.permutations(sorted(left)))
    return payload, view


@given(both())
def test_both_sides_merge_alike(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """To the order of the keys; and neither changes what it was given."""
    payload, view = pair
    before = deepcopy(pair)
    ours, theirs = merge(payload, view), forms.merge(payload, view)
    assert ours == theirs
    assert list(ours["schema"]["properties"]) == list(theirs["schema"]["properties"])
    assert pair == before
