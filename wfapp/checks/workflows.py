"""What is wrong with a registered workflow, as far as it depends on the site around it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info

from wfapp.checks.includes import expanded
from wfapp.checks.settings import storage_of
from wfapp.declaration.display import QRCode, displays_of
from wfapp.declaration.page import TEXTS, PageOptions
from wfapp.declaration.registry import registry
from wfapp.declaration.steps import Step
from wfapp.declaration.text_names import unpassed_names
from wfapp.declaration.texts import Text
from wfapp.declaration.validation import is_method
from wfapp.declaration.workflow import Workflow
from wfapp.models import AbstractFlow, flow_models
from wfapp.storage.base import Storage, storage_paths
from wfapp.uploads import takes_files

__all__ = [
    "CHECKS",
    "check_abilities",
    "check_flow_model",
    "check_qr_codes",
    "check_reveals",
    "check_storage",
    "check_texts",
]

AnyWorkflow = type[Workflow[Any]]

QR_CURE = "Install the extra: pip install wfapp[qr]."


def check_texts(**kwargs: Any) -> list[CheckMessage]:
    """Find texts that read what their page does not pass, in their own words and under each of ``LANGUAGES``."""
    languages = [code for code, _name in settings.LANGUAGES]
    return [
        _error(201, workflow, f"{owner}: {problem}", "Pass the key with passes=[…], or leave it out of the text.")
        for workflow in registry
        for owner, text, passed in _texts(workflow)
        for problem in unpassed_names(text, passed, languages)
    ]


def check_storage(**kwargs: Any) -> list[CheckMessage]:
    """Find storages that do not exist."""
    legal = ", ".join(sorted(storage_paths()))
    return [
        _error(202, workflow, f"storage names {name!r}, which is no storage.", f"Legal are {legal}.")
        for workflow in registry
        for name in workflow.storages
        if _storage(name) is None
    ]


def check_abilities(**kwargs: Any) -> list[CheckMessage]:
    """Find what no listed storage of a workflow can do."""
    return [problem for workflow in registry for problem in _missing_abilities(workflow)]


def check_flow_model(**kwargs: Any) -> list[CheckMessage]:
    """Find workflows whose rows would stand in no table of flows."""
    legal = ", ".join(model._meta.label for model in flow_models())
    return [
        _error(
            205, workflow, f"flow_model is {workflow.flow_model!r}, which is no model of flows.", f"Legal are {legal}."
        )
        for workflow in registry
        if not _is_flow_model(workflow.flow_model)
    ]


def check_reveals(**kwargs: Any) -> list[CheckMessage]:
    """List every secret that a page shows, for whoever reviews the site."""
    return [
        Info(
            f"{workflow.name}: step {step.name!r} reveals the secret {key!r} on its page.",
            hint="This is right where somebody is to note it down, such as at an enrolment.",
            obj=workflow,
            id="wfapp.I206",
        )
        for workflow in registry
        for step in workflow.structure.steps.values()
        for key in dict.fromkeys(key for page in _pages(step) for key in page.reveals)
    ]


def check_qr_codes(**kwargs: Any) -> list[CheckMessage]:
    """Find QR codes where segno is missing, which draws them."""
    if find_spec("segno") is not None:
        return []
    return [
        _error(208, workflow, f"step {step.name!r} shows the QR code {name!r}, and segno is missing.", QR_CURE)
        for workflow in registry
        for step in workflow.structure.steps.values()
        for form in step.form_classes
        for name, field in displays_of(form).items()
        if isinstance(field, QRCode)
    ]


def _texts(workflow: AnyWorkflow) -> Iterator[tuple[str, Text, tuple[str, ...]]]:
    """Give each text that can be read, with where it stands and the keys that it gets; the same one only once."""
    seen = set()
    for step in workflow.structure.steps.values():
        for page in _pages(step):
            passed = (*page.passes, *page.reveals)
            texts = [(f"the {option} of step {step.name!r}", getattr(page, option)) for option in TEXTS]
            actions = workflow.actions_of(step.name)
            texts += [(f"the label of action {name!r}", action.label) for name, action in actions.items()]
            for owner, text in texts:
                if not is_method(workflow, text) and (owner, id(text), passed) not in seen:
                    seen.add((owner, id(text), passed))
                    yield owner, text, passed


def _pages(step: Step[..., Any]) -> list[PageOptions]:
    return [step.page_of(form) for form in step.form_classes or (None,)]


def _storage(name: str) -> type[Storage] | None:
    try:
        return storage_of(storage_paths()[name])
    except (KeyError, ImportError):
        return None


def _missing_abilities(workflow: AnyWorkflow) -> Iterator[CheckMessage]:
    storages = [storage for storage in map(_storage, workflow.storages) if storage is not None]
    listed = ", ".join(workflow.storages)
    for owner, ability in _needs(workflow) if storages else ():
        if not any(getattr(storage, ability) for storage in storages):
            able = ", ".join(name for name in sorted(storage_paths()) if getattr(_storage(name), ability, False))
            problem = f"{owner} needs the ability {ability}, which no storage of {listed} has."
            yield _error(203, workflow, problem, f"List one that has it: {able or 'none'}.")
    for name, _cls, step in _steps(workflow) if storages else ():
        if all(storage.leaves_server for storage in storages) and any(page.reveals for page in _pages(step)):
            problem = f"step {name!r} reveals a secret, and every storage of {listed} hands the state to the client."
            yield _error(204, workflow, problem, "List one that keeps the state on the server, such as database.")


def _needs(workflow: AnyWorkflow) -> Iterator[tuple[str, str]]:
    """Give what a workflow's declaration shows that it needs, and the ability for it."""
    if workflow.continues:
        yield f"continues = {workflow.continues!r}", "listable"
    for step_name, cls, step in _steps(workflow):
        if step.attempts is not None:
            yield f"step {step_name!r} with its attempts", "counts_attempts"
        for name, action in cls.actions_of(step.name).items():
            if action.per_flow is not None:
                yield f"action {name!r} with its limit", "counts_attempts"
        if takes_files(step.form_classes):
            yield f"step {step_name!r} with its files", "holds_files"


def _steps(workflow: AnyWorkflow) -> Iterator[tuple[str, AnyWorkflow, Step[..., Any]]]:
    """Walk over the steps of a flow, those of included workflows too: they run in its storages."""
    expansion = expanded(workflow)
    if expansion is None:
        yield from ((name, workflow, step) for name, step in workflow.structure.steps.items())
    else:
        yield from ((name, scope.cls, step) for name, scope, step in expansion.steps())


def _is_flow_model(label: Any) -> bool:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError, AttributeError):
        return False
    return issubclass(model, AbstractFlow) and not model._meta.proxy


def _error(number: int, workflow: AnyWorkflow, problem: str, cure: str) -> CheckMessage:
    return Error(f"{workflow.name}: {problem}", hint=cure, obj=workflow, id=f"wfapp.E{number}")


CHECKS = (check_texts, check_storage, check_abilities, check_flow_model, check_reveals, check_qr_codes)
