"""What is wrong with the includes of a workflow, once all workflows are known."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.checks import CheckMessage

from wfapp import Context, Include, OpenContext, Params, Secret, Workflow, step
from wfapp.checks import includes, workflows


class Inner(Context):
    email: str = ""
    count: int = 0
    code: Secret[str] = ""


class Outer(Context):
    email: str = ""
    count: int | None = None
    names: list[str] = []
    code: Secret[str] = ""


class Needs(Params):
    size: int


def declare(name: str, *order: Any, **body: Any) -> type[Workflow[Any]]:
    """Make a workflow with one page and these includes."""
    namespace = {"name": name, "context_class": Outer, "page": step(form=forms.Form), "steps": ["page", *order], **body}
    cls: type[Workflow[Any]] = type("Sample", (Workflow,), namespace)
    return cls


def found() -> list[CheckMessage]:
    """Run the checks of includes."""
    return [problem for check in includes.CHECKS for problem in check()]


def told() -> list[tuple[str | None, str, str | None]]:
    """Give what is found in words."""
    return [(problem.id, problem.msg, problem.hint) for problem in found()]


def test_an_include_that_fits_is_right() -> None:
    """Types need not be the same, and the other class may be made later."""
    declare(
        "tests/outer",
        Include(
            "tests/inner",
            takes={"email": "email", "count": "count", "code": "code"},
            gives={"count": "count", "email": lambda ctx, data: data["email"], "code": "email"},
        ),
    )
    declare("tests/inner", context_class=Inner)
    assert found() == []


def test_an_unknown_workflow() -> None:
    """The legal ones are named."""
    declare("tests/outer", Include("tests/gone"))
    hint = "Import the module of that workflow at start-up, or take the Include out."
    assert told() == [
        ("wfapp.E211", "tests/outer: Include('tests/gone') names an unknown workflow; legal are tests/outer.", hint)
    ]


def test_workflows_that_include_each_other() -> None:
    """Each of them is told."""
    declare("tests/a", Include("tests/b"))
    declare("tests/b", Include("tests/a"))
    declare("tests/c", Include("tests/b"))
    assert [problem.msg for problem in found()] == [
        "tests/a: Include('tests/a') leads back to itself: tests/a -> tests/b -> tests/a; take one out.",
        "tests/b: Include('tests/b') leads back to itself: tests/b -> tests/a -> tests/b; take one out.",
        "tests/c: Include('tests/b') leads back to itself: tests/c -> tests/b -> tests/a -> tests/b; take one out.",
    ]


@pytest.mark.parametrize(
    ("options", "problem", "hint"),
    [
        (
            {"takes": {"mail": "email"}},
            "takes names 'mail', which is no key of Inner.",
            "Legal are code, count, email.",
        ),
        (
            {"gives": {"email": "mail"}},
            "gives names 'mail', which is no key of Inner.",
            "Legal are code, count, email.",
        ),
        ({"params": {"depth": "count"}}, "params names 'depth', which its Params have not.", "Legal are size."),
        ({"params": {}}, "its Params need 'size'.", "Say where it comes from: params={'size': …}."),
    ],
)
def test_strange_keys(options: dict[str, Any], problem: str, hint: str) -> None:
    """Of the included workflow's context and params."""
    declare("tests/outer", Include("tests/inner", **{"params": {"size": "count"}, **options}))
    declare("tests/inner", context_class=Inner, Params=Needs)
    assert ("wfapp.E212", f"tests/outer: Include('tests/inner'): {problem}", hint) in told()


def test_an_open_context_takes_any_key() -> None:
    """On either side."""
    declare(
        "tests/outer", Include("tests/inner", takes={"mail": "any"}, gives={"any": "other"}), context_class=OpenContext
    )
    declare("tests/inner", context_class=OpenContext)
    assert found() == []


@pytest.mark.parametrize(
    ("options", "way"),
    [
        ({"takes": {"email": "names"}}, "takes copies Outer.names to Inner.email"),
        ({"takes": {"email": "count"}}, "takes copies Outer.count to Inner.email"),
        ({"gives": {"names": "email"}}, "gives copies Inner.email to Outer.names"),
    ],
)
def test_types_that_cannot_fit(options: dict[str, Any], way: str) -> None:
    """None alone is not enough."""
    declare("tests/outer", Include("tests/inner", **options))
    declare("tests/inner", context_class=Inner)
    problem = f"tests/outer: Include('tests/inner'): {way}, and no value of the one can be a value of the other."
    assert told() == [("wfapp.E213", problem, "Convert it with a callable.")]


@pytest.mark.parametrize(
    ("options", "way", "cure"),
    [
        ({"takes": {"email": "code"}}, "takes copies Outer.code to Inner.email", "email"),
        ({"gives": {"email": "code"}}, "gives copies Inner.code to Outer.email", "email"),
        ({"params": {"size": "code"}}, "params copies Outer.code to Needs.size", "size"),
    ],
)
def test_a_secret_stays_a_secret(options: dict[str, Any], way: str, cure: str) -> None:
    """It never comes into a key that can be passed."""
    declare("tests/outer", Include("tests/inner", **{"params": {"size": "count"}, **options}))
    declare("tests/inner", context_class=Inner, Params=Needs)
    problem = f"tests/outer: Include('tests/inner'): {way}, which holds no Secret."
    assert told() == [("wfapp.E213", problem, f"Declare it as a Secret, too: {cure}: Secret[…].")]


def test_a_name_that_is_too_long_for_its_column() -> None:
    """The includes around a step are part of its name."""
    long = "x" * 120
    declare("tests/outer", Include("tests/inner", name=long))
    declare("tests/inner", Include("tests/last", name=long))
    declare("tests/last")
    name = f"{long}/{long}/page"
    problem = f"tests/outer: the step {name!r} has a name of 246 characters; legal are 200."
    assert told() == [("wfapp.E214", problem, "Give the includes around it shorter names with name=…")]


def test_an_included_step_needs_the_abilities_of_the_flows_storage() -> None:
    """It runs where the outer flow lives."""
    declare("tests/outer", Include("tests/inner"), storage="token")
    declare("tests/inner", context_class=Inner, page=step(form=forms.Form, attempts=3))
    owner = "tests/outer: step 'inner/page' with its attempts"
    problems = [problem.msg for problem in workflows.check_abilities()]
    assert problems == [f"{owner} needs the ability counts_attempts, which no storage of token has."]
