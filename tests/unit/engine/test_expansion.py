"""A workflow together with those that it includes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms

from wfapp import Break, Context, If, Include, While, Workflow, step
from wfapp.engine.expansion import Scoped, around, expansion_of, local_of, path_of
from wfapp.errors import DeclarationError
from wfapp.testing import isolated_registry


class Ctx(Context):
    on: bool = False


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget what a test declares."""
    with isolated_registry():
        yield


def declare(name: str, steps: Any = None, **body: Any) -> type[Workflow[Any]]:
    """Make a workflow with one page."""
    namespace = {"name": name, "context_class": Ctx, "page": step(form=forms.Form, when="on"), "steps": steps, **body}
    cls: type[Workflow[Any]] = type("Sample", (Workflow,), namespace)
    return cls


def test_a_workflow_without_includes_is_its_own_order() -> None:
    """Nothing is wrapped, so nothing costs more than before."""
    cls = declare(
        "expansion/plain", ["page", While("on", [If("on", ["other"]), Break("on")])], other=step(form=forms.Form)
    )
    assert expansion_of(cls).order is cls.structure.order
    assert expansion_of(cls).when("page") == "on"


def test_names_and_conditions_of_what_is_included() -> None:
    """Each step stands under its include, between two borders; each condition knows whose it is."""
    declare("expansion/inner", ["page", While("on", [Include("expansion/last")])])
    declare("expansion/last")
    expansion = expansion_of(declare("expansion/outer", [If("on", [Include("expansion/inner", name="in")]), "page"]))
    on = Scoped("in", "on")
    loop = While(on, ("in/last/<", "in/last/page", "in/last/>"))  # type: ignore[arg-type]
    assert expansion.order == (If("on", ("in/<", "in/page", loop, "in/>")), "page")
    assert [name for name, _scope, _step in expansion.steps()] == ["page", "in/page", "in/last/page"]
    assert [expansion.when(name) for name in ("page", "in/page", "in/<", "gone/page")] == ["on", on, None, None]
    assert expansion.step("in/last/page") is not expansion.step("in/page")


def test_mistakes_that_need_the_other_class() -> None:
    """An unknown one, and one that leads back."""
    outer = declare("expansion/outer", [Include("expansion/gone"), "page"])
    with pytest.raises(
        DeclarationError, match=r"^Sample: Include\('expansion/gone'\) names an unknown workflow; legal are"
    ):
        expansion_of(outer)
    declare("expansion/gone", [Include("expansion/outer"), "page"])
    with pytest.raises(DeclarationError) as caught:
        expansion_of(outer)
    path = "expansion/outer -> expansion/gone -> expansion/outer"
    assert str(caught.value) == f"Sample: Include('expansion/outer') leads back to itself: {path}; take one out."


def test_the_root_is_included_by_nothing() -> None:
    """To ask for its include is a mistake of ours."""
    with pytest.raises(ValueError, match=r"^The root of an expansion is included by nothing\.$"):
        expansion_of(declare("expansion/plain")).scopes[""].include_here  # noqa: B018


def test_parts_of_a_name() -> None:
    """The path is what stands in front of the last part."""
    assert [path_of("page"), path_of("a/b/page"), local_of("a/b/page"), local_of("page")] == ["", "a/b", "page", "page"]
    assert (around(""), around("a/b")) == ([""], ["", "a", "a/b"])
