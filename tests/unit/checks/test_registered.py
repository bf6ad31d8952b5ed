"""The checks are Django's: registered, tagged, quick."""

from __future__ import annotations

import pytest
from django.core.checks import INFO, CheckMessage, run_checks
from django.core.checks.registry import registry as django_registry
from django.core.management import call_command

from wfapp.checks import TAG, background, flow_models, includes, outbox, settings, workflows


def run(*, deploy: bool = False) -> list[CheckMessage]:
    """Run what is registered under the tag."""
    return run_checks(tags=[TAG], include_deployment_checks=deploy)


def test_every_check_is_registered() -> None:
    """Under one tag, the ones for deployment apart."""
    ordinary = {check for check in django_registry.get_checks() if TAG in check.tags}
    everything = {check for check in django_registry.get_checks(include_deployment_checks=True) if TAG in check.tags}
    modules = (settings, outbox, workflows, includes, flow_models, background)
    assert ordinary == {check for module in modules for check in module.CHECKS}
    assert everything - ordinary == {*settings.DEPLOY_CHECKS, *background.DEPLOY_CHECKS}


def test_the_sites_own_settings_are_right() -> None:
    """And no check touches the database to find that out: this test may not."""
    assert [problem for problem in run(deploy=True) if problem.level > INFO] == []


def test_the_command_names_the_tag(capsys: pytest.CaptureFixture[str]) -> None:
    """``manage.py check --tag wfapp`` runs them alone."""
    call_command("check", "--tag", TAG)
    assert "flows.WideFlow has no admin: staff cannot look after its flows." in capsys.readouterr().err
