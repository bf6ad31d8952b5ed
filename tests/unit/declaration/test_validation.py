"""Every mistake that a class can show is found when it is made, and named with what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from tests.unit.declaration.samples import (
    CONDITIONS,
    NameForm,
    declare,
    hooked,
    names_form,
    takes_form,
    takes_self,
)
from wfapp import Break, Context, If, Params, While, Workflow, step
from wfapp.declaration.validation import is_method
from wfapp.errors import DeclarationError


def test_a_class_without_a_mistake() -> None:
    """It uses what the others below get wrong."""
    sample = declare(
        steps=["first", If("mfa", ["second"]), While("is_on", ["third", Break(lambda ctx: ctx.mfa)])],
        second=step(form="names_form", forms=[NameForm], passes=["email"], reveals=["code"]),
        third=step(takes_self),
        names_form=names_form,
        is_on=takes_self,
        title=_("Sample"),
        permission_required="orders.see",
        storage=["token", "database"],
        retention=timedelta(days=1),
    )
    assert sample.structure.order[0] == "first"


NAMES = "legal are lower-case letters, digits, '-' and '_', in parts joined by '/', 100 characters at most."

OPTION_MISTAKES: list[tuple[Mapping[str, Any], str]] = [
    *(
        (
            {"name": name},
            f"name is {name!r}; {NAMES}",
        )
        for name in ("Auth/login", "auth//login", "/auth", "auth/", "auth login", "\u00fcber", "a" * 101, 3, None)
    ),
    ({"title": "{{ ctx.email }}"}, "title is '{{ ctx.email }}'; a workflow's own title must be plain text."),
    ({"title": 3}, "title is 3; a workflow's own title must be plain text."),
    ({"lifetime": timedelta(0)}, "lifetime is datetime.timedelta(0); it must be a positive timedelta."),
    ({"lifetime": None}, "lifetime is None; it must be a positive timedelta."),
    ({"retention": 0}, "retention is 0; it must be a positive timedelta."),
    ({"retention": timedelta(days=-1)}, "retention is datetime.timedelta(days=-1); it must be a positive timedelta."),
    *(
        ({"storage": value}, f"storage is {value!r}; it must be the name of a storage or a list of different ones.")
        for value in ((), ["database", "database"], 3, ["token", None])
    ),
    ({"version": 0}, "version is 0; it must be a positive number."),
    ({"version": True}, "version is True; it must be a positive number."),
    ({"continues": "always"}, "continues is 'always'; legal are '' and 'user'."),
    ({"max_concurrency": 0}, "max_concurrency is 0; it must be a positive number."),
    ({"max_concurrency": True}, "max_concurrency is True; it must be a positive number."),
    ({"when_full": "queue"}, "when_full is 'queue'; legal are 'wait' and 'refuse'."),
    (
        {"max_concurrency": 5, "storage": ["token", "database"]},
        "max_concurrency counts rows, and storage is ['token', 'database']; legal is 'database' alone.",
    ),
    ({"Params": dict}, "Params is <class 'dict'>; derive it from wfapp.Params."),
    (
        {"permission_required": "see"},
        "permission_required names the permission 'see'; write it as 'app_label.codename'.",
    ),
    (
        {"permission_required": ["orders.see", 3]},
        "permission_required names the permission 3; write it as 'app_label.codename'.",
    ),
]

NAME_MISTAKES: list[tuple[Mapping[str, Any], str]] = [
    *(
        ({name: step(form=NameForm)}, f"step {name!r} has the name of an attribute of Workflow; give it another one.")
        for name in ("ctx", "params", "message", "start", "run", "flows", "get_step", "_request")
    ),
    (
        {"first": (first := step(form=NameForm)), "params": first.form_kwargs(takes_self)},
        "hook 'params' has the name of an attribute of Workflow; give it another one.",
    ),
    (
        {"first": (first := step(form=NameForm)), "user": first.action(label="User")(takes_self)},
        "hook 'user' has the name of an attribute of Workflow; give it another one.",
    ),
]

ORDER_MISTAKES: list[tuple[Mapping[str, Any], str]] = [
    ({"steps": ["first", "secnd"]}, "steps names the unknown step 'secnd'; legal are first."),
    ({"steps": [If("mfa", ["first"], else_=["x"])]}, "steps names the unknown step 'x'; legal are first."),
    ({"steps": ["first", "first"]}, "steps names 'first' 2 times; a step stands in it once."),
    (
        {"steps": ["first"], "second": step(form=NameForm)},
        "step 'second' stands nowhere in steps; list it, or remove it with second = None.",
    ),
    ({"first": None}, "it has no steps; define one with @step."),
    ({"steps": [If("paid", ["first"])]}, f"If: unknown condition 'paid'; {CONDITIONS}"),
    ({"steps": [If("first", ["first"])]}, f"If: unknown condition 'first'; {CONDITIONS}"),
    ({"steps": [If("has_permission", ["first"])]}, f"If: unknown condition 'has_permission'; {CONDITIONS}"),
    ({"steps": [If(3, ["first"])]}, f"If: unknown condition 3; {CONDITIONS}"),
    ({"steps": [While("more", ["first"])]}, f"While: unknown condition 'more'; {CONDITIONS}"),
    ({"steps": [While("mfa", ["first", Break("x")])]}, f"Break: unknown condition 'x'; {CONDITIONS}"),
    (
        {"steps": [If("mfa", ["first"])], "mfa": takes_self},
        "If: the condition 'mfa' is both a context key and a method; rename one.",
    ),
]


@pytest.mark.parametrize(("body", "message"), [*OPTION_MISTAKES, *NAME_MISTAKES, *ORDER_MISTAKES])
def test_mistakes(body: Mapping[str, Any], message: str) -> None:
    """The message names the class, the bad value and the legal ones."""
    with pytest.raises(DeclarationError) as caught:
        declare(**body)
    assert str(caught.value) == f"Sample: {message}"


def test_a_key_without_a_default() -> None:
    """A context is born empty."""

    class Unborn(Context):
        email: str

    with pytest.raises(DeclarationError) as caught:
        declare(Unborn)
    assert str(caught.value) == ('Unborn: the key "email" has no default; a context is born empty, so it needs one.')


def test_a_key_with_the_name_of_an_attribute() -> None:
    """``ctx.get`` would no longer be the method."""

    class Taken(Context):
        get: str = ""

    with pytest.raises(DeclarationError) as caught:
        declare(Taken)
    assert str(caught.value) == (
        'Taken: a key cannot be called "get"; taken are: get, has, input, set, upgrade, version.'
    )


def test_params_that_can_be_changed() -> None:
    """The input of a flow is read-only."""

    class Changing(Params):
        items: list[str] = []

    with pytest.raises(DeclarationError) as caught:
        declare(Params=Changing)
    assert str(caught.value) == (
        "Changing.items: params are read-only, and list can be changed;"
        " use scalars, tuples, frozensets and Structs with frozen=True."
    )


def test_a_context_must_be_one() -> None:
    """``Workflow[...]`` takes a Context."""
    with pytest.raises(DeclarationError) as caught:

        class Sample(Workflow[dict]):
            pass

    owner = "test_a_context_must_be_one.<locals>.Sample"
    assert str(caught.value) == f"{owner}: <class 'dict'> is no Context; derive it from wfapp.Context."


def test_an_abstract_class_may_name_what_subclasses_bring() -> None:
    """It is checked where it gets a name."""
    body = {"steps": ["first", "second"], "first": step(form=NameForm, when="later", passes=["later"])}
    declare(**body, name="")
    with pytest.raises(DeclarationError, match=r"^Sample: steps names the unknown step 'second'; legal are first\.$"):
        declare(**body)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("names_form", True),
        ("first", False),
        ("hook", False),
        ("ctx", False),
        ("get_step", False),
        ("message", False),
        ("has_permission", False),
        ("absent", False),
        ("two words", False),
        (_("names_form"), False),
        (3, False),
        (None, False),
    ],
)
def test_is_method(name: Any, method: bool) -> None:
    """Neither a step nor a hook is one, nor what Workflow has itself."""
    sample = declare(
        **hooked("action", takes_self, label="Go"), names_form=names_form, has_permission=takes_form, absent=3
    )
    assert is_method(sample, name) is method


def test_is_method_where_a_subclass_redefines() -> None:
    """A redefined step or hook is still none."""
    sample = declare(**hooked("action", takes_self, label="Go"), helper=takes_self)

    class Sub(sample):
        helper = None

        def first(self, form: NameForm) -> None: ...

        def hook(self) -> None: ...

    assert not any(is_method(Sub, name) for name in ("first", "hook", "helper"))
