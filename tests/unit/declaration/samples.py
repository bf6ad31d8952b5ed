"""Classes and methods to make mistakes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from wfapp import Context, Secret, Struct, Workflow, step


class NameForm(forms.Form):
    name = forms.CharField()


class Account(Struct):
    pin: Secret[str] = ""


class Ctx(Context):
    email: str = ""
    mfa: bool = False
    errors: str = ""
    code: Secret[str] = ""
    accounts: list[Account] = []


def names_form(self: Any) -> type[forms.Form]:
    """Pick a form."""
    return NameForm


def takes_self(self: Any) -> None: ...


def takes_form(self: Any, form: Any) -> None: ...


def takes_data(self: Any, data: Any) -> None: ...


def takes_more(self: Any, form: Any, more: Any) -> None: ...


def declare(context: type[Context] = Ctx, **body: Any) -> type[Workflow[Any]]:
    """Make a class, in its body a step ``first`` unless it says otherwise."""
    namespace = {"name": "tests/sample", "first": step(form=NameForm), **body}
    cls: type[Workflow[Any]] = type("Sample", (Workflow,), {"context_class": context, **namespace})
    return cls


def hooked(kind: str, method: Callable[..., Any], /, step_options: Mapping[str, Any] = {}, **options: Any) -> Any:
    """Make the body of a class: a step and what hangs on it."""
    first = step(**{"form": NameForm, **step_options})
    hook = getattr(first, kind)(**options)(method) if options else getattr(first, kind)(method)
    return {"first": first, "hook": hook}


CONDITIONS = (
    "legal are the keys accounts, code, email, errors, mfa, the name of a method, or a callable of the context."
)
