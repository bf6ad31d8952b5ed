"""What is wrong with a flow model, seen with the workflows that use it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Info
from django.db import models

from tests.flows.models import InviteFlow, WideFlow
from wfapp import Context, OpenContext, Secret, Struct, Workflow, step
from wfapp.checks import flow_models as checks
from wfapp.models import Flow

ANNOTATIONS: dict[str, Any] = dict.fromkeys(["email", "plan", "vip", "inviter_id", "role"], Any)


class Role(Struct):
    """Stand below a key."""

    name: str = ""
    pin: Secret[str] = ""


class Full(Context):
    """Have what InviteFlow mirrors."""

    email: str = ""
    role: Role | None = None
    plan: str = ""
    vip: bool = False
    inviter_id: int | None = None
    code: Secret[str] = ""


def end(self: Any) -> None: ...


def declare(context: type[Context], name: str = "tests/invite") -> None:
    """Make a workflow whose rows are InviteFlow's."""
    body = {"name": name, "context_class": context, "flow_model": "flows.inviteflow", "end": step(end)}
    type(name, (Workflow,), body)


def found() -> list[CheckMessage]:
    """Run the check of shadow fields."""
    return checks.check_shadows()


def field(name: str) -> models.Field[Any, Any]:
    """Return a field of InviteFlow."""
    found: Any = InviteFlow._meta.get_field(name)
    return found


def unknown(name: str, path: str, keys: str) -> Error:
    """Return the error about a shadow of nothing."""
    problem = f"flows.InviteFlow.{name} shadows {path!r}, which no workflow that uses this model has in its context."
    return Error(problem, hint=f"The keys are {keys}.", obj=field(name), id="wfapp.E306")


def test_shadows_of_known_keys() -> None:
    """By the name of the column, of a relation's column, or by a path."""
    declare(Full)
    assert found() == []


def test_a_model_that_no_workflow_uses() -> None:
    """Nothing is known of its keys."""
    assert found() == []


def test_shadows_of_unknown_keys() -> None:
    """Each is named with the legal keys; a column with a default may be the site's own."""

    class Narrow(Context):
        email: str = ""
        code: Secret[str] = ""

    declare(Narrow)
    assert found() == [
        unknown("role", "role.name", "code, email"),
        unknown("plan", "plan", "code, email"),
        unknown("vip", "vip", "code, email"),
        unknown("inviter", "inviter_id", "code, email"),
    ]


def test_a_key_of_one_workflow_is_enough() -> None:
    """The others' flows leave the column empty."""

    class Narrow(Context):
        other: str = ""

    declare(Narrow, "tests/narrow")
    declare(Full, "tests/full")
    assert found() == []


def with_role(kind: Any) -> type[Context]:
    """Make a context whose role is of that type."""
    namespace = {"__annotations__": {**ANNOTATIONS, "role": kind}, **dict.fromkeys(ANNOTATIONS)}
    return type("Paths", (Context,), namespace)


@pytest.mark.parametrize("kind", [Role | None, dict[str, str] | None, dict[str, Any] | None, Any, list[str] | Role])
def test_paths_that_lead_somewhere(kind: Any) -> None:
    """Through a struct, a dict, and what may be one."""
    declare(with_role(kind))
    assert found() == []


@pytest.mark.parametrize("kind", [str | None, list[Role] | None, int | None])
def test_paths_that_lead_nowhere(kind: Any) -> None:
    """Through anything else."""
    declare(with_role(kind))
    [problem] = found()
    assert (problem.id, problem.obj) in {("wfapp.E306", field("role")), ("wfapp.E307", field("role"))}


def test_a_column_with_a_default_and_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path says that it is a shadow."""
    fields = {**InviteFlow.shadow_fields(), "team": (field("team"), "team.name")}
    monkeypatch.setattr(InviteFlow, "shadows", {**InviteFlow.shadows, "team": "team.name"})
    monkeypatch.setattr(InviteFlow, "shadow_fields", lambda: fields)
    declare(Full)
    assert found() == [unknown("team", "team.name", "code, email, inviter_id, plan, role, vip")]


def test_an_open_context_may_have_any_key() -> None:
    """A step can set it."""

    class Open(OpenContext):
        role: Role | None = None

    declare(Open)
    assert found() == []


def test_shadows_of_secrets() -> None:
    """One workflow is enough: a column shows it to staff."""

    class Leaking(Context):
        email: Secret[str] = ""

    declare(Full, "tests/full")
    declare(Leaking, "tests/leaking")
    assert found() == [
        Error(
            "flows.InviteFlow.email shadows 'email', which holds a Secret.",
            hint="Remove it: a secret never reaches a column.",
            obj=field("email"),
            id="wfapp.E307",
        )
    ]


def test_two_tables_of_one_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token could not say which it means."""
    assert checks.check_table_tags() == []
    monkeypatch.setattr(checks, "table_tag", lambda model: "same")
    monkeypatch.setattr(checks, "flow_models", lambda: [Flow, InviteFlow])
    assert checks.check_table_tags() == [
        Error(
            "flows.InviteFlow and wfapp.Flow have the same tag in tokens, same.",
            hint="Rename one of them.",
            obj=InviteFlow,
            id="wfapp.E308",
        )
    ]


def test_models_without_an_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are listed with the line to write."""
    monkeypatch.setattr(checks, "flow_models", lambda: [Flow, WideFlow, InviteFlow])
    assert checks.check_admin() == [
        Info(
            "flows.WideFlow has no admin: staff cannot look after its flows.",
            hint="Write admin.site.register(WideFlow, FlowAdmin) in admin.py.",
            obj=WideFlow,
            id="wfapp.I309",
        )
    ]


def test_a_site_without_the_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no admin for its flows either."""
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: False)
    assert checks.check_admin() == []
