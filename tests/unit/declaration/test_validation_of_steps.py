"""Mistakes of a single step, its page and its hooks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.unit.declaration.samples import (
    CONDITIONS,
    NameForm,
    declare,
    hooked,
    names_form,
    takes_data,
    takes_form,
    takes_more,
    takes_self,
)
from wfapp import Limit, OpenContext, Secret, step
from wfapp.errors import DeclarationError

LIMITS = (
    "legal are accounts, address, code, email, errors, mfa, name, the name of a method, or a callable of the workflow."
)

PAGE_MISTAKES: list[tuple[Mapping[str, Any], str]] = [
    (
        {"first": step(form=NameForm, passes=["mail"])},
        "step 'first': passes names the unknown key 'mail'; legal are accounts, code, email, errors, mfa.",
    ),
    (
        {"first": step(form=NameForm, passes=["email", "code"])},
        "step 'first': passes names 'code', which holds a Secret; remove it, or show it with reveals.",
    ),
    (
        {"first": step(form=NameForm, passes=["accounts"])},
        "step 'first': passes names 'accounts', which holds a Secret; remove it, or show it with reveals.",
    ),
    (
        {"first": step(form=NameForm, reveals=["email"])},
        "step 'first': reveals names 'email', which holds no Secret; use passes. Secrets are accounts, code.",
    ),
    (
        {"first": step(form=NameForm, passes=["errors"])},
        "step 'first': passes names 'errors', which is where a client finds errors; rename the key.",
    ),
    (
        {"first": step(form=NameForm, permission="approve")},
        "step 'first' names the permission 'approve'; write it as 'app_label.codename'.",
    ),
    ({"first": step(form=NameForm, when="paid")}, f"step 'first': unknown condition 'paid'; {CONDITIONS}"),
    (
        {"first": step(form=NameForm, limit=Limit("password", key="username", rate="1/m"))},
        f"step 'first': limit 'password' has the unknown key 'username'; {LIMITS}",
    ),
    (
        {"first": step(form="pick", forms=[NameForm])},
        "step 'first': form is 'pick'; it must be a form, or the name of a method that picks one of forms=[\u2026].",
    ),
    (
        {"first": step(form="pick"), "pick": names_form},
        "step 'first': form is 'pick'; it must be a form, or the name of a method that picks one of forms=[\u2026].",
    ),
    (
        {"first": step(form=NameForm, forms=[NameForm])},
        "step 'first' has forms, and no method that picks one; give its name as form=.",
    ),
    (
        {"first": step(passes=["mail"])(takes_self)},
        "step 'first': passes names the unknown key 'mail'; legal are accounts, code, email, errors, mfa.",
    ),
    (
        {"first": step(passes=["code"])(takes_self)},
        "step 'first': passes names 'code', which holds a Secret; remove it, or show it with reveals.",
    ),
    ({"first": step(when="mfa")}, "step 'first' has neither a form nor a method; give it one."),
    *(
        (
            {"first": step(**{option: value})(takes_self)},
            f"step 'first' has no form, so {option} means nothing; give it form=.",
        )
        for option, value in {
            "attempts": 3,
            "limit": Limit("x", key="address", rate="1/m"),
            "keep": True,
            "reveals": ["code"],
            "static": True,
        }.items()
    ),
    ({"first": step(form=NameForm)(takes_self)}, "step 'first': its method takes (self); legal is (self, form)."),
    (
        {"first": step(form=NameForm)(takes_more)},
        "step 'first': its method takes (self, form, more); legal is (self, form).",
    ),
    ({"first": step(takes_form)}, "step 'first': its method takes (self, form); legal is (self)."),
]

ACTED = step(form=NameForm)
HOOK_MISTAKES: list[tuple[Mapping[str, Any], str]] = [
    (
        {"other": step(form=NameForm).form_kwargs(takes_self)},
        "form_kwargs hook 'other' hangs on the unknown step ''; legal are first.",
    ),
    (
        hooked("form_kwargs", takes_self, {"form": NameForm}) | {"first": step(takes_self)},
        "form_kwargs hook 'hook' hangs on the unknown step ''; legal are first.",
    ),
    (
        {"first": (first := step(takes_self)), "hook": first.action(label="Go")(takes_form)},
        "action hook 'hook' hangs on 'first', which has no form, so it would never run; give it form=.",
    ),
    (
        {"first": ACTED, "hook": ACTED.form_kwargs(takes_self), "hook2": ACTED.form_kwargs(takes_self)},
        "form_kwargs hooks 'hook' and 'hook2' hang on one step, 'first'; make one.",
    ),
    (
        hooked("exhausted", takes_self),
        "exhausted hook 'hook' hangs on 'first', which has no attempts; give it attempts=.",
    ),
    (hooked("form_kwargs", takes_form), "form_kwargs hook 'hook': its method takes (self, form); legal is (self)."),
    (
        hooked("exhausted", takes_form, {"attempts": 3}),
        "exhausted hook 'hook': its method takes (self, form); legal is (self).",
    ),
    (
        hooked("action", takes_data, label="Go"),
        "action hook 'hook': its method takes (self, data); legal is (self) or (self, form).",
    ),
    (
        hooked("action", takes_more, label="Go"),
        "action hook 'hook': its method takes (self, form, more); legal is (self) or (self, form).",
    ),
    (
        hooked("action", takes_self, label="Go", when="paid"),
        f"action hook 'hook': unknown condition 'paid'; {CONDITIONS}",
    ),
    (
        hooked("action", takes_self, label="Go", limit=Limit("go", key="user", rate="1/m")),
        f"step 'first': limit 'go' has the unknown key 'user'; {LIMITS}",
    ),
]


@pytest.mark.parametrize(("body", "message"), [*PAGE_MISTAKES, *HOOK_MISTAKES])
def test_mistakes(body: Mapping[str, Any], message: str) -> None:
    """The message names the class, the bad value and the legal ones."""
    with pytest.raises(DeclarationError) as caught:
        declare(**body)
    assert str(caught.value) == f"Sample: {message}"


def test_an_open_context_passes_undeclared_keys() -> None:
    """It has them once a step sets them."""

    class Open(OpenContext):
        code: Secret[str] = ""

    assert declare(Open, first=step(form=NameForm, passes=["anything"])).exposed is False
    with pytest.raises(DeclarationError, match="passes names 'code', which holds a Secret"):
        declare(Open, first=step(form=NameForm, passes=["code"]))


@pytest.mark.parametrize("key", ["name", "email", "address", "of_owner", lambda workflow: workflow.ctx.email])
def test_keys_of_a_limit(key: Any) -> None:
    """A field of the page, a key of the context, the address, a method or a callable; of an action as of a step."""
    limit = Limit("go", key=key, rate="1/m")
    declare(**hooked("action", takes_self, {"limit": limit}, label="Go", limit=limit), of_owner=takes_self)


def wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a method as Django's own decorators do."""

    @functools.wraps(method)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return method(*args, **kwargs)

    return wrapper


def test_a_wrapped_method_is_seen_through() -> None:
    """What it wraps says what it takes."""
    declare(first=step(form=NameForm)(wrapped(takes_form)))
    with pytest.raises(DeclarationError, match=r"its method takes \(self\); legal is \(self, form\)\.$"):
        declare(first=step(form=NameForm)(wrapped(takes_self)))
