"""Which fields of a form take files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.forms import BaseForm, Field, FileField

from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.expansion import expansion_of

__all__ = ["any_exposed_takes_files", "file_fields", "forms_in", "takes_files", "workflow_takes_files"]


def forms_in(form: Any) -> list[BaseForm]:
    """List the rows of a formset, or the form itself."""
    rows = getattr(form, "forms", None)
    return list(rows) if rows is not None else [form]


def file_fields(form: Any) -> Iterator[tuple[BaseForm, str, Field]]:
    """Give each file field of a form or of the rows of a formset: the form it is in, its name, itself."""
    for part in forms_in(form):
        for name, field in part.fields.items():
            if isinstance(field, FileField):
                yield part, name, field


def takes_files(form_classes: Iterable[Any]) -> bool:
    """Tell whether classes of forms or formsets declare a file field."""
    rows = [getattr(form_class, "form", form_class) for form_class in form_classes]
    return any(isinstance(field, FileField) for row in rows for field in getattr(row, "base_fields", {}).values())


def workflow_takes_files(workflow: type[Workflow[Any]]) -> bool:
    """Tell whether a page of a workflow, or of one that it includes, declares a file field."""
    return _takes_files(workflow)  # type: ignore[arg-type]  # mypy asks whether an instance is hashable, not the class


@cache
def _takes_files(workflow: type[Workflow[Any]]) -> bool:
    return any(takes_files(step.form_classes) for _name, _scope, step in expansion_of(workflow).steps())


def any_exposed_takes_files() -> bool:
    """Tell whether the endpoint reads files at all."""
    return any(workflow.exposed and workflow_takes_files(workflow) for workflow in registry)
