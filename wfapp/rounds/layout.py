"""What the pages of a workflow have in common in every round, found once for each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise

from wfapp.declaration.steps import Step
from wfapp.declaration.validation import is_method
from wfapp.declaration.workflow import Workflow

__all__ = ["Layout", "layout_of"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Hold what drawing asks of a class again and again."""

    labels: Mapping[str, str | Promise]
    """The label of each step; without one its title as its author wrote it, empty where something gives it."""

    methods: frozenset[str]
    """The author's own methods: a text may be the name of one."""


def layout_of(cls: type[Workflow[Any]]) -> Layout:
    """Give the layout of a workflow's class."""
    return _found(cls)  # type: ignore[arg-type]  # mypy asks whether an instance is hashable, not the class


@cache
def _found(cls: type[Workflow[Any]]) -> Layout:
    steps = cls.structure.steps
    return Layout(
        labels={name: _label(cls, step) for name, step in steps.items()},
        methods=frozenset(name for name in dir(cls) if is_method(cls, name)),
    )


def _label(cls: type[Workflow[Any]], step: Step[Any, Any]) -> str | Promise:
    page = step.page_of(step.form_classes[0]) if step.form_classes else step.page
    return page.label or ("" if callable(page.title) or is_method(cls, page.title) else page.title)
