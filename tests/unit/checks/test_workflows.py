"""What is wrong with a workflow, as far as it depends on its site."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.checks import CheckMessage, Error, Info
from django.utils.functional import lazy
from django.utils.translation import get_language

from tests.flows.models import InviteFlow
from wfapp import Context, Limit, Secret, Workflow, step
from wfapp.checks import workflows as checks
from wfapp.models import Flow

CURE = "Pass the key with passes=[…], or leave it out of the text."


class NameForm(forms.Form):
    name = forms.CharField()


class PagedForm(forms.Form):
    class Page:
        passes = ["email"]
        title = "{{ ctx.email }}"
        description = "{{ ctx.name }}"


class UploadForm(forms.Form):
    picture = forms.ImageField()


class Ctx(Context):
    email: str = ""
    name: str = ""
    uri: Secret[str] = ""


def declare(**body: Any) -> type[Workflow[Any]]:
    """Make a workflow with one page, unless it says otherwise."""
    namespace = {"name": "tests/sample", "context_class": Ctx, "first": step(form=NameForm), **body}
    cls: type[Workflow[Any]] = type("Sample", (Workflow,), namespace)
    return cls


def found() -> list[CheckMessage]:
    """Run the checks of workflows."""
    return [problem for check in checks.CHECKS for problem in check()]


def unpassed(owner: str, key: str, passed: str, text: str = "The text") -> str:
    """Return the message about a key that is not passed."""
    return f'tests/sample: {owner}: {text} reads "ctx.{key}", and "{key}" is not passed; the passed keys: {passed}.'


def takes_self(self: Any) -> None: ...


def test_a_workflow_without_a_mistake() -> None:
    """Nothing is said of it."""
    declare(first=step(form=NameForm, passes=["email"], title="{{ ctx.email }}", attempts=3))
    assert found() == []


@pytest.mark.parametrize("option", ["title", "description", "submit"])
def test_a_text_that_reads_what_is_not_passed(option: str) -> None:
    """It would print nothing there."""
    sample = declare(first=step(**{"form": NameForm, "passes": ["email"], option: "{{ ctx.email }}{{ ctx.name }}"}))
    assert found() == [
        Error(
            unpassed(f"the {option} of step 'first'", "name", "email"),
            hint=CURE,
            obj=sample,
            id="wfapp.E201",
        )
    ]


def test_texts_of_a_form_and_of_an_action() -> None:
    """They see what their page passes; revealed keys are passed too."""
    first = step(form=PagedForm, reveals=["uri"])
    declare(first=first, again=first.action(label="{{ ctx.uri }} {{ ctx.missing }}")(takes_self))
    assert [problem.msg for problem in found() if problem.id == "wfapp.E201"] == [
        unpassed("the description of step 'first'", "name", "email, uri"),
        unpassed("the label of action 'again'", "missing", "email, uri"),
    ]


def test_texts_under_each_form_that_a_method_picks() -> None:
    """What one page passes, another may not; a problem that both have is told once."""
    declare(
        first=step(form="pick", forms=[PagedForm, NameForm, UploadForm], submit="{{ ctx.email }}"),
        pick=takes_self,
    )
    assert [problem.msg.partition(": The")[0] for problem in found() if problem.id == "wfapp.E201"] == [
        "tests/sample: the description of step 'first'",
        "tests/sample: the submit of step 'first'",
    ]


def test_translations_are_read_too(settings: Any) -> None:
    """Under each of LANGUAGES; the language is named."""
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    title = lazy(lambda: "{{ ctx.nombre }}" if get_language() == "de" else "{{ ctx.email }}", str)()
    declare(first=step(form=NameForm, passes=["email"], title=title))
    assert [problem.msg for problem in found()] == [
        unpassed("the title of step 'first'", "nombre", "email", 'The text in "de"')
    ]


def test_texts_that_cannot_be_parsed() -> None:
    """A callable and the name of a method are what they return."""
    declare(
        first=step(form=NameForm, title=lambda data, ctx: "{{ ctx.name }}", submit="heading"),
        heading=lambda self: "{{ ctx.name }}",
    )
    assert found() == []


def test_a_step_without_a_page_passes_nothing() -> None:
    """Its title stands in lists of steps."""
    declare(second=step(title="{{ ctx.email }}")(takes_self))
    assert [problem.msg for problem in found()] == [unpassed("the title of step 'second'", "email", "none")]


def test_an_unknown_storage() -> None:
    """The legal ones are named."""
    sample = declare(storage=["redis", "database"])
    assert found() == [
        Error(
            "tests/sample: storage names 'redis', which is no storage.",
            hint="Legal are database, token.",
            obj=sample,
            id="wfapp.E202",
        )
    ]


def test_a_third_party_storage(settings: Any) -> None:
    """It is legal once it is registered, and can be imported."""
    settings.WFAPP = {"STORAGES": {"memory": "wfapp.testing.MemoryStorage", "redis": "nowhere.Redis"}}
    declare(storage=["memory", "redis"])
    assert [(problem.msg, problem.hint) for problem in found()] == [
        ("tests/sample: storage names 'redis', which is no storage.", "Legal are database, memory, redis, token.")
    ]


ACTED = step(form=NameForm)


@pytest.mark.parametrize(
    ("body", "owner", "ability"),
    [
        ({"first": step(form=NameForm, attempts=3)}, "step 'first' with its attempts", "counts_attempts"),
        (
            {"first": ACTED, "again": ACTED.action(label="Again", limit=5)(takes_self)},
            "action 'again' with its limit",
            "counts_attempts",
        ),
        ({"first": step(form=UploadForm)}, "step 'first' with its files", "holds_files"),
        ({"continues": "user"}, "continues = 'user'", "listable"),
    ],
)
def test_missing_abilities(body: dict[str, Any], owner: str, ability: str) -> None:
    """One of the listed storages must have what the declaration shows."""
    sample = declare(**body, storage="token")
    assert found() == [
        Error(
            f"tests/sample: {owner} needs the ability {ability}, which no storage of token has.",
            hint="List one that has it: database.",
            obj=sample,
            id="wfapp.E203",
        )
    ]
    declare(**body, storage=["token", "database"])
    assert found() == []


def test_limits_over_all_flows_need_no_ability() -> None:
    """They count in a table of their own."""
    limit = Limit("again", key="address", rate="1/m")
    declare(first=ACTED, again=ACTED.action(label="Again", limit=limit)(takes_self), storage="token")
    assert found() == []


def test_a_secret_that_would_leave_the_server() -> None:
    """A page that reveals one waits with it set."""
    sample = declare(first=step(form=NameForm, reveals=["uri"]), storage="token")
    assert [problem for problem in found() if problem.is_serious()] == [
        Error(
            "tests/sample: step 'first' reveals a secret, and every storage of token hands the state to the client.",
            hint="List one that keeps the state on the server, such as database.",
            obj=sample,
            id="wfapp.E204",
        )
    ]


@pytest.mark.parametrize(
    "label",
    ["accounts.Flow", "wfapp", "wfapp.Counter", "auth.User", "flows.inviteflows", "", None, "wfapp.AbstractFlow"],
)
def test_a_flow_model_that_is_none(monkeypatch: pytest.MonkeyPatch, label: Any) -> None:
    """The models of flows are named."""
    monkeypatch.setattr(checks, "flow_models", lambda: [Flow, InviteFlow])
    sample = declare(flow_model=label)
    assert found() == [
        Error(
            f"tests/sample: flow_model is {label!r}, which is no model of flows.",
            hint="Legal are wfapp.Flow, flows.InviteFlow.",
            obj=sample,
            id="wfapp.E205",
        )
    ]


@pytest.mark.parametrize("label", ["wfapp.Flow", "wfapp.flow", "flows.InviteFlow"])
def test_a_flow_model(label: str) -> None:
    """Written as Django writes a model."""
    declare(flow_model=label)
    assert found() == []


def test_reveals_are_listed() -> None:
    """Each with workflow, step and key, and once only."""
    sample = declare(first=step(form="pick", forms=[NameForm, UploadForm], reveals=["uri"]), pick=takes_self)
    assert found() == [
        Info(
            "tests/sample: step 'first' reveals the secret 'uri' on its page.",
            hint="This is right where somebody is to note it down, such as at an enrolment.",
            obj=sample,
            id="wfapp.I206",
        ),
    ]
