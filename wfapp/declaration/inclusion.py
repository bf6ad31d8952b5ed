"""Find an author's mistakes in the includes of a workflow when its class is made.

What depends on the other workflow, which may be imported later, is found by ``manage.py check``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfapp.declaration.context import OpenContext, keys
from wfapp.declaration.order import Include, includes_in
from wfapp.errors import DeclarationError

if TYPE_CHECKING:
    from wfapp.declaration.workflow import Workflow

__all__ = ["check_includes"]


def check_includes(cls: type[Workflow[Any]]) -> None:
    """Raise DeclarationError for a name that is taken, a workflow in itself, and a key that the context has not."""
    taken = set(cls.structure.steps)
    for include in includes_in(cls.structure.order):
        owner = f"{cls.__qualname__}: Include({include.workflow!r})"
        if include.workflow == cls.name:
            raise DeclarationError(f"{owner} stands in that workflow itself; it would never end.")
        if include.name in taken:
            raise DeclarationError(
                f"{owner} has the name {include.name!r} of a step or of another include; give it one with name=…"
            )
        taken.add(include.name)
        _check_keys(cls, owner, include)


def _check_keys(cls: type[Workflow[Any]], owner: str, include: Include) -> None:
    legal = keys(cls.context_class)
    sources = [("takes", source) for source in include.takes.values()]
    sources += [("params", source) for source in include.params.values()]
    for option, key in [*sources, *(("gives", key) for key in include.gives)]:
        if isinstance(key, str) and key not in legal and not issubclass(cls.context_class, OpenContext):
            known = ", ".join(sorted(legal)) or "none"
            raise DeclarationError(f"{owner}: {option} names the unknown key {key!r}; legal are {known}.")
