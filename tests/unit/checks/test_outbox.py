"""What is wrong with channels, keys, tasks and the site's address is found before the first mail."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import django
import pytest

from tests.workflows import NameForm
from wfapp import Context, DeviceLink, Workflow, step
from wfapp.checks import outbox as checks
from wfapp.checks.outbox import uses
from wfapp.links.channels import Channel, ConsoleSms
from wfapp.testing import isolated_registry


class Abstract(Channel):
    """Send nothing."""

    name = "abstract"


def problems(check: Any) -> list[str]:
    return [f"{problem.id}: {problem.msg}" for problem in check()]


@pytest.mark.parametrize(
    ("channels", "found"),
    [
        ({"sms": "wfapp.links.channels.ConsoleSms"}, []),
        ({"Sms": "x"}, ["wfapp.E110: WFAPP['CHANNELS']['Sms']: 'Sms' is no name."]),
        ({"sms": "nowhere.Sms"}, ["wfapp.E110: WFAPP['CHANNELS']['sms'] is 'nowhere.Sms'."]),
        (
            {"abstract": "tests.unit.checks.test_outbox.Abstract"},
            ["wfapp.E110: WFAPP['CHANNELS']['abstract'] is 'tests.unit.checks.test_outbox.Abstract'."],
        ),
        (
            {"text": "wfapp.links.channels.ConsoleSms"},
            ["wfapp.E111: WFAPP['CHANNELS']['text']: wfapp.links.channels.ConsoleSms calls itself 'sms'."],
        ),
    ],
)
def test_channels(settings: Any, channels: Any, found: list[str]) -> None:
    """A path leads to a class that can be made, of that name."""
    settings.WFAPP = {"CHANNELS": channels}
    assert problems(checks.check_channels) == found
    assert ConsoleSms.name == "sms"


def test_webhook_keys(settings: Any) -> None:
    """A message never holds one."""
    settings.WFAPP = {"WEBHOOK_KEYS": ["whsec_s3cret"]}
    assert problems(checks.check_webhook_keys) == ["wfapp.E112: WFAPP['WEBHOOK_KEYS'] is no dict."]
    settings.WFAPP = {"WEBHOOK_KEYS": {"hooks": ["whsec_s3cret"]}}
    assert problems(checks.check_webhook_keys) == [
        "wfapp.E112: WFAPP['WEBHOOK_KEYS']: 'hooks' is no origin, such as 'https://hooks.example'."
    ]


@pytest.mark.parametrize(("backend", "found"), [("ImmediateBackend", 1), ("DummyBackend", 1), ("DatabaseBackend", 0)])
def test_tasks_run_outside_of_the_request(
    settings: Any, monkeypatch: pytest.MonkeyPatch, backend: str, found: int
) -> None:
    """One that runs in it would make mails tell the time."""
    module = ModuleType("tasks")
    module.task_backends = {"default": type(backend, (), {})()}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "django.tasks" if django.VERSION >= (6, 0) else "django_tasks", module)
    settings.WFAPP = {"DELIVERY": "task"}
    expected = [f"wfapp.E113: WFAPP['DELIVERY'] is 'task', and tasks run in a {backend}."]
    assert problems(checks.check_task) == expected * found
    settings.WFAPP = {}
    assert problems(checks.check_task) == []


def test_tasks_that_are_not_there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra that was not installed."""
    monkeypatch.setitem(sys.modules, "django.tasks" if django.VERSION >= (6, 0) else "django_tasks", None)
    settings.WFAPP = {"DELIVERY": "task"}
    assert problems(checks.check_task) == [
        "wfapp.E113: WFAPP['DELIVERY'] is 'task': no task can run (ModuleNotFoundError)."
    ]


def test_a_workflow_that_mails_needs_the_address_of_the_site(settings: Any) -> None:
    """In whichever of its methods; while DEBUG there is one."""
    with isolated_registry():

        class Mailing(Workflow[Context]):
            name = "checks/mailing"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.helper(form)

            def helper(self, form: NameForm) -> None:
                print(form, self.mail("ann@example.com", "mail/hello"))  # noqa: T201

        settings.WFAPP = {}
        assert "wfapp.E114: checks/mailing calls self.mail(), and WFAPP['SITE_URL'] is empty." in problems(
            checks.check_site_url
        )
        settings.DEBUG = True
        assert problems(checks.check_site_url) == []


def test_a_workflow_that_makes_links_needs_it_as_well(settings: Any) -> None:
    """A step, or an action for another device."""
    settings.WFAPP = {}
    with isolated_registry():

        class Moving(Workflow[Context]):
            name = "checks/moving"
            ask = step(form=NameForm)

            @ask.action(label="Elsewhere")
            def elsewhere(self) -> DeviceLink:
                return DeviceLink()

        found = problems(checks.check_site_url)
    assert "wfapp.E114: checks/moving makes a link, with DeviceLink, and WFAPP['SITE_URL'] is empty." in found


def test_what_only_sounds_like_mail_is_none() -> None:
    """A key of the context, a module of Django's."""
    with isolated_registry():

        class Sounds(Workflow[Context]):
            name = "checks/sounds"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                form.mail = self.ctx.mail  # type: ignore[attr-defined]

        assert uses(Sounds) == {"ctx"}
