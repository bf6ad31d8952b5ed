"""Every workflow with a name, found by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wfapp.errors import DeclarationError, UnknownWorkflow

if TYPE_CHECKING:
    from wfapp.declaration.workflow import Workflow

__all__ = ["Registry", "registry"]


class Registry:
    """Map names to workflow classes; filled when classes with a ``name`` are made."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Workflow[Any]]] = {}

    def add(self, workflow: type[Workflow[Any]]) -> None:
        """Register a class; the same class made anew (a reload) replaces itself.

        Raises DeclarationError for a taken name.
        """
        known = self._classes.get(workflow.name)
        if known is not None and _path(known) != _path(workflow):
            raise DeclarationError(
                f"{_path(workflow)}: the name {workflow.name!r} belongs to {_path(known)}; give each workflow a name "
                f"of its own."
            )
        self._classes[workflow.name] = workflow

    def get(self, name: str) -> type[Workflow[Any]]:
        """Give the class of that name; raises UnknownWorkflow."""
        try:
            return self._classes[name]
        except KeyError:
            raise UnknownWorkflow from None

    def names(self) -> list[str]:
        """List the names in order."""
        return sorted(self._classes)

    def __iter__(self) -> Iterator[type[Workflow[Any]]]:
        return iter([self._classes[name] for name in self.names()])

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """Forget on leaving what was registered inside, so that a test can declare workflows of its own."""
        before = dict(self._classes)
        try:
            yield
        finally:
            self._classes = before


def _path(workflow: type[Any]) -> str:
    return f"{workflow.__module__}.{workflow.__qualname__}"


registry = Registry()
