"""Includes, as they are declared."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from wfapp import Context, If, Include, OpenContext, While, Workflow, step
from wfapp.declaration.order import freeze, includes_in, names_in
from wfapp.errors import DeclarationError


class Ctx(Context):
    mail: str = ""


def declare(*order: Any, **body: Any) -> type[Workflow[Any]]:
    """Make a workflow with one page and these includes; it is registered, so its name is taken by no other test."""
    namespace = {"name": "tests/including", "context_class": Ctx, "page": step(form=forms.Form)}
    cls: type[Workflow[Any]] = type("Sample", (Workflow,), {**namespace, "steps": ["page", *order], **body})
    return cls


@pytest.mark.parametrize(
    ("workflow", "name"),
    [("auth/verify-email", "verify_email"), ("login", "login"), ("a/b/c_d", "c_d")],
)
def test_an_include_is_named_after_its_workflow(workflow: str, name: str) -> None:
    """By the last part; another name goes before."""
    order = freeze("W", [Include(workflow), Include(workflow, name="other")])
    assert [include.name for include in includes_in(order)] == [name, "other"]


def test_an_include_stands_wherever_a_step_may() -> None:
    """In branches and loops, too; a loop with nothing else has something to run."""
    order = freeze("W", [If("x", [Include("a")], else_=["s", Include("b")]), While("y", [[Include("c")]])])
    assert [include.name for include in includes_in(order)] == ["a", "b", "c"]
    assert names_in(order) == ["s"]


def test_what_it_takes_cannot_be_changed_later() -> None:
    """The dict that it was declared with may."""
    takes: dict[str, Any] = {"email": "mail"}
    (include,) = includes_in(freeze("W", [Include("a", takes=takes)]))
    takes["email"] = "other"
    assert include.takes == {"email": "mail"}


@pytest.mark.parametrize(
    ("include", "message"),
    [
        (Include(Ctx), f"W: Include({Ctx!r}) must name a workflow, as in Include('auth/verify-email')."),  # type: ignore[arg-type]  # the mistake itself
        (
            Include("a/9"),
            "W: Include('a/9') has the name '9'; legal are lower-case letters, digits and '_', and no digit first.",
        ),
        (Include("a", takes=["b"]), "W: Include('a'): takes is ['b']; it must be a dict."),  # type: ignore[arg-type]  # the mistake itself
        (
            Include("a", gives={"b": 3}),  # type: ignore[dict-item]  # the mistake itself
            "W: Include('a'): gives holds 'b': 3; legal are names of keys, each with the name of a key or a callable.",
        ),
    ],
)
def test_mistakes_in_an_include(include: Include, message: str) -> None:
    """Found where the order is frozen."""
    with pytest.raises(DeclarationError) as caught:
        freeze("W", [include])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (
            [Include("tests/including")],
            "Include('tests/including') stands in that workflow itself; it would never end.",
        ),
        (
            [Include("tests/page")],
            "Include('tests/page') has the name 'page' of a step or of another include; give it one with name=…",
        ),
        (
            [Include("a/one"), If("mail", [Include("b/one")])],
            "Include('b/one') has the name 'one' of a step or of another include; give it one with name=…",
        ),
        ([Include("a", takes={"x": "gone"})], "Include('a'): takes names the unknown key 'gone'; legal are mail."),
        ([Include("a", params={"x": "gone"})], "Include('a'): params names the unknown key 'gone'; legal are mail."),
        ([Include("a", gives={"gone": "x"})], "Include('a'): gives names the unknown key 'gone'; legal are mail."),
    ],
)
def test_mistakes_of_the_class(order: list[Any], message: str) -> None:
    """Found when it is made."""
    with pytest.raises(DeclarationError) as caught:
        declare(*order)
    assert str(caught.value) == f"Sample: {message}"


def test_an_open_context_gives_and_takes_any_key() -> None:
    """It knows none of them."""
    include = Include("a", takes={"x": "one"}, gives={"two": "x"})
    cls = declare(include, context_class=OpenContext)
    assert [each.gives for each in includes_in(cls.structure.order)] == [{"two": "x"}]


def test_a_workflow_of_includes_alone() -> None:
    """It needs no step of its own."""
    cls: Any = type("Alone", (Workflow,), {"name": "tests/alone", "steps": [Include("a")]})
    assert dict(cls.structure.steps) == {}


def test_a_subclass_keeps_the_includes_of_its_base() -> None:
    """A loop that runs nothing but one stays when its step is removed."""
    base = declare(
        While("mail", ["page", Include("a")]),
        steps=[While("mail", ["page", Include("a")]), "last"],
        last=step(form=forms.Form),
    )
    cls: Any = type("Less", (base,), {"name": "tests/less", "page": None})
    (loop, last) = cls.structure.order
    assert ([include.name for include in includes_in(loop.body)], last) == (["a"], "last")
