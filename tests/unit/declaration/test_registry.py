"""Workflows by their names."""

from __future__ import annotations

from typing import Any

import pytest

from wfapp import Workflow, step
from wfapp.declaration.registry import Registry, registry
from wfapp.errors import DeclarationError, UnknownWorkflow


def declare(workflow_name: str, qualname: str = "Sample") -> type[Workflow[Any]]:
    """Declare a workflow of this name, in a class of that one."""

    class Sample(Workflow[Any]):
        __qualname__ = qualname
        name = workflow_name

        @step
        def end(self) -> None: ...

    return Sample


def test_a_class_with_a_name_is_found_by_it() -> None:
    """It is registered when it is made."""
    sample = declare("tests/sample")
    assert registry.get("tests/sample") is sample
    assert "tests/sample" in registry.names()
    assert sample in list(registry)


def test_an_unknown_name() -> None:
    """It comes from a client, so it is a 404."""
    with pytest.raises(UnknownWorkflow):
        registry.get("tests/nobody")


def test_a_class_without_a_name_is_abstract() -> None:
    """Its subclasses are found by theirs."""
    before = registry.names()

    class Abstract(Workflow[Any]):
        @step
        def end(self) -> None: ...

    assert registry.names() == before

    class Concrete(Abstract):
        name = "tests/concrete"

    assert registry.get("tests/concrete") is Concrete


def test_a_name_is_not_inherited() -> None:
    """Or a subclass would play under the name of its base, whose flows are resumed by the base's steps."""
    sample = declare("tests/sample")

    class Sub(sample):
        pass

    assert Sub.name == ""
    assert registry.get("tests/sample") is sample


def test_a_name_belongs_to_one_class() -> None:
    """The second one is refused, with where the first one stands."""
    declare("tests/sample", "First")
    with pytest.raises(DeclarationError) as caught:
        declare("tests/sample", "Second")
    assert str(caught.value) == (
        f"{__name__}.Second: the name 'tests/sample' belongs to {__name__}.First; give each workflow a name of its own."
    )


def test_a_class_made_anew_replaces_itself() -> None:
    """A module that is loaded again defines the same class."""
    first, second = declare("tests/sample"), declare("tests/sample")
    assert registry.get("tests/sample") is second is not first


def test_the_order_is_alphabetical() -> None:
    """It does not depend on which app is loaded first."""
    own = Registry()
    for name in ("b", "c", "a"):
        own.add(declare(f"tests/{name}", name))
    assert own.names() == [workflow.name for workflow in own] == ["tests/a", "tests/b", "tests/c"]


def test_isolated_forgets_what_was_declared_inside() -> None:
    """And only that."""
    declare("tests/kept")
    with registry.isolated():
        declare("tests/forgotten")
        assert "tests/forgotten" in registry.names()
    assert "tests/forgotten" not in registry.names()
    assert "tests/kept" in registry.names()
