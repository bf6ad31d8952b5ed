"""The reference pages list what the code has: nothing is missing, and nothing is there that is not."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

import wfapp.management.commands
from tests.docs.markdown import ROOT, headings, section
from wfapp import Context, Workflow
from wfapp.conf import Conf
from wfapp.declaration.durability import RETRY_OPTIONS
from wfapp.declaration.flow import FlowInfo
from wfapp.declaration.hooks import Action
from wfapp.declaration.page import PAGE_OPTIONS
from wfapp.declaration.steps import Step
from wfapp.errors import Fault
from wfapp.forms import describe, fill
from wfapp.rest import body
from wfapp.templatetags.wfapp import register
from wfapp.web import WorkflowView

REFERENCE = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
WIRE = (ROOT / "docs/wire.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "wfapp").rglob("*.py"))


def first_cells(text: str) -> list[str]:
    """List the first cell of each row of the tables in a text, without what decorates it."""
    return [cell.strip("`") for cell in re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)]


def names(text: str) -> list[str]:
    """List the headings that are names."""
    return [heading.strip("`") for heading in headings(text, 3)]


@pytest.mark.parametrize(
    "module",
    [
        "wfapp",
        "wfapp.web",
        "wfapp.fields",
        "wfapp.models",
        "wfapp.admin",
        "wfapp.signals",
        "wfapp.testing",
        "wfapp.client",
    ],
)
def test_reference_has_a_heading_for_each_public_name(module: str) -> None:
    """No name is missing, and none is made up."""
    assert sorted(names(section(REFERENCE, f"## `{module}`"))) == sorted(importlib.import_module(module).__all__)


def test_reference_lists_every_exception() -> None:
    """The tables of wfapp.errors are complete, each fault with its status."""
    errors = importlib.import_module("wfapp.errors")
    part = section(REFERENCE, "## `wfapp.errors`")
    assert sorted(first_cells(part)) == sorted(errors.__all__)
    for name, status in re.findall(r"^\| `(\w+)` \| (\d{3}) \|", part, re.MULTILINE):
        assert getattr(errors, name).status == int(status)


def test_reference_names_what_forms_offers() -> None:
    """Every public name of wfapp.forms is mentioned."""
    part = section(REFERENCE, "## `wfapp.forms`")
    assert {
        name for name in importlib.import_module("wfapp.forms").__all__ if not re.search(rf"`{name}\b", part)
    } == set()


def test_reference_lists_every_template_tag() -> None:
    """The table of tags is complete."""
    assert sorted(first_cells(section(REFERENCE, "## Template tags"))) == sorted(register.tags)


def test_reference_lists_every_command_with_its_options() -> None:
    """The table of commands is complete."""
    part = section(REFERENCE, "## Commands")
    commands = {module.name for module in pkgutil.iter_modules(wfapp.management.commands.__path__)}
    assert set(first_cells(part)) == commands


def test_reference_lists_every_attribute_of_a_workflow() -> None:
    """What an author may set, call or read is in the two tables, or below them."""
    part = section(REFERENCE, "### `Workflow`")
    public = {name for cls in Workflow.__mro__[:1] for name in {*vars(cls), *cls.__annotations__} if name[0] != "_"}
    assert {name for name in public - {"notes"} if not re.search(rf"`(?:self\.|Login\.)?{name}\b", part)} == set()


def test_reference_lists_every_keyword_of_step() -> None:
    """The table of keywords is complete."""
    inner = {"name", "method", "owner", "page", "given", "retry"}
    keywords = {field.name for field in fields(Step)} - inner | set(PAGE_OPTIONS) | RETRY_OPTIONS
    part = section(REFERENCE, "### `step`").partition("**What a step returns.**")[0]
    shown = {name for row in re.findall(r"^\| (`.+?) \|", part, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert shown == keywords


def test_reference_names_every_option_of_an_action() -> None:
    """The hook's row shows each keyword."""
    options = {field.name for field in fields(Action)} - {"kind", "step", "method"}
    row = next(line for line in REFERENCE.splitlines() if line.startswith("| `@verify.action("))
    assert {name for name in options if f"{name}=…" not in row} == set()


def test_reference_names_what_a_flow_and_a_context_offer() -> None:
    """Every public attribute of ``self.flow`` and ``self.ctx`` is mentioned."""
    inner = {"position", "keeper", "stopped", "teller", "turns", "undoes"}
    flow = {field.name for field in fields(FlowInfo)} - inner | {
        name for name, value in vars(FlowInfo).items() if isinstance(value, property)
    }
    part = section(REFERENCE, "### `Workflow`") + section(REFERENCE, "### `Context`")
    context = {name for name in vars(Context) if name[0] != "_"}
    assert {name for name in flow | context if not re.search(rf"`(?:ctx\.)?{name}\b", part)} == set()


def test_reference_lists_every_option_of_the_view() -> None:
    """The table of options is complete."""
    inherited = {"http_method_names", "caller", "flow_key", "next_url", "answer"}
    options = {name for name in WorkflowView.__annotations__ if name not in inherited}
    assert set(first_cells(section(REFERENCE, "### `WorkflowView`"))) == options


def test_settings_lists_every_key_with_its_default() -> None:
    """The headings are the keys of Conf, and each default is the one in the code."""
    source = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    keys = {name: value for name, value in vars(Conf).items() if name.isupper()}
    assert sorted(names(source)) == sorted(keys)
    for name, default in keys.items():
        shown = re.search(r"^Default: `(.+)`$", section(source, f"### `{name}`"), re.MULTILINE)
        assert shown is not None
        assert eval(shown[1], {"timedelta": timedelta}) == default  # noqa: S307  it is this repository's own


def test_checks_lists_every_id() -> None:
    """The tables name exactly the ids that the code gives."""
    source = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    assert sorted(first_cells(source)) == sorted(set(check_ids()), key=lambda name: (name[:6], name))


def check_ids() -> list[str]:
    found = []
    for path in [*sorted((ROOT / "wfapp/checks").glob("*.py")), ROOT / "wfapp/models/shadow.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"wfapp\.[EWI]\d{3}", str(node.value)):
                found.append(str(node.value))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_error":
                number = node.args[0]
                assert isinstance(number, ast.Constant)
                found.append(f"wfapp.E{number.value}")
    return found


def test_wire_lists_every_fault() -> None:
    """The table has each status and code that a fault of wfapp's can have."""
    shown = re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", section(WIRE, "## Faults"), re.MULTILINE)
    assert sorted((int(status), code) for status, code in shown) == sorted(fault_codes())


def fault_codes() -> set[tuple[int, str]]:
    kinds = [kind for fault in Fault.__subclasses__() for kind in (fault, *fault.__subclasses__())]
    codes = {(kind.status, kind.code) for kind in kinds}
    errors = importlib.import_module("wfapp.errors")
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors.__all__:
                given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                codes |= {(getattr(errors, node.func.id).status, str(ast.literal_eval(code))) for code in given}
    return codes


def test_wire_tells_the_limits_of_a_body() -> None:
    """The numbers on the page are those of the code."""
    assert f"up to {body.MAX_BODY // 1024} KiB and {body.MAX_DEPTH} levels deep" in WIRE


ROWS = re.findall(r"^\| `(\w+\(.*?\))` \| `(.+?)` \| `?(.+?)`? \|$", section(WIRE, "## Values"), re.MULTILINE)


@pytest.mark.parametrize(("field", "schema", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_wire_shows_a_field_as_it_is(field: str, schema: str, value: str) -> None:
    """The schema of a field is the one that is shown, and its value can be sent."""
    form_class = type("OneField", (forms.Form,), {"field": eval(f"forms.{field}", {"forms": forms})})  # noqa: S307
    described: dict[str, Any] = describe(form_class()).schema["properties"]["field"]
    assert described.pop("title") == "Field"
    assert described == json.loads(schema)
    if value != "nothing yet":
        data = QueryDict(mutable=True)
        form = form_class(data)
        fill(data, form, {"field": json.loads(value)})
        assert form.errors == {}
