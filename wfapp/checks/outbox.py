"""What is wrong with how messages are made and sent."""

from __future__ import annotations

import dis
import inspect
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from wfapp import tasks
from wfapp.conf import conf
from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.links.channels import Channel, channel_paths
from wfapp.links.site import site
from wfapp.links.webhooks import key_problem

__all__ = [
    "CHECKS",
    "LINKS",
    "WRITES",
    "channel_of",
    "check_channels",
    "check_site_url",
    "check_task",
    "check_webhook_keys",
    "uses",
]

WRITES = frozenset({"mail", "notify"})
"""The methods of a workflow whose messages tell the site's address."""

LINKS = frozenset({"DeviceLink", "EmailLink", "SmsLink"})
"""What a step returns to hand its flow over: a link needs the address, too."""

_CHANNEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)


def channel_of(path: str) -> type[Channel]:
    """Import the class of a channel; raises ImportError for a path that leads to none, or to something else."""
    found = import_string(path)
    if not (inspect.isclass(found) and issubclass(found, Channel)) or inspect.isabstract(found):
        raise ImportError(f"{path} is no Channel")
    return found


def check_channels(**kwargs: Any) -> list[CheckMessage]:
    """Find channels that cannot be imported, or that no message could name."""
    return list(_channel_problems()) if _is_dict(conf.CHANNELS) else []


def check_webhook_keys(**kwargs: Any) -> list[CheckMessage]:
    """Find origins that are none, and secrets that are none; a message never holds one."""
    if not _is_dict(conf.WEBHOOK_KEYS):
        return [_error(112, "WFAPP['WEBHOOK_KEYS'] is no dict.", "Map origins to lists of secrets.")]
    problems = [key_problem(origin, secrets) for origin, secrets in conf.WEBHOOK_KEYS.items()]
    hint = (
        "Make one with python -c 'import base64, secrets; "
        'print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())\'.'
    )
    return [_error(112, f"WFAPP['WEBHOOK_KEYS']: {problem}.", hint) for problem in problems if problem]


def check_task(**kwargs: Any) -> list[CheckMessage]:
    """Find a delivery by tasks where no task runs outside of the request."""
    if conf.DELIVERY != "task":
        return []
    hint = f"Configure TASKS with a backend that runs tasks elsewhere, or set it to 'thread'. (It uses {tasks.MODULE}.)"
    try:
        backend = type(tasks.default_backend())
    except Exception as error:  # noqa: BLE001 - a backend that is set up wrongly raises what it likes
        return [_error(113, f"WFAPP['DELIVERY'] is 'task': no task can run ({type(error).__name__}).", hint)]
    if backend.__name__ in {tasks.IN_PLACE, tasks.NOWHERE}:
        return [_error(113, f"WFAPP['DELIVERY'] is 'task', and tasks run in a {backend.__name__}.", hint)]
    return []


def check_site_url(**kwargs: Any) -> list[CheckMessage]:
    """Find workflows that write to people where nobody said what the site's address is."""
    if site().url:
        return []
    return [
        _error(
            114,
            f"{workflow.name} {what}, and WFAPP['SITE_URL'] is empty.",
            "Set it to the address of the site, such as 'https://shop.example': it is never taken from a request.",
        )
        for workflow in registry
        for what in (
            *(f"calls self.{name}()" for name in sorted(uses(workflow) & WRITES)),
            *(f"makes a link, with {name}" for name in sorted(_names(workflow) & LINKS)),
        )
    ]


def uses(workflow: type[Workflow[Any]]) -> set[str]:
    """Name what a workflow's own methods read of ``self``, by looking at their code."""
    return {name for method in _methods(workflow) for name in _read_of_self(method)}


def _names(workflow: type[Workflow[Any]]) -> set[str]:
    """Name what a workflow's own methods read at all."""
    return {name for method in _methods(workflow) for name in method.__code__.co_names}


def _methods(workflow: type[Workflow[Any]]) -> Iterator[FunctionType]:
    own = (vars(base).values() for base in workflow.__mro__ if base not in Workflow.__mro__)
    methods = (getattr(value, "method", value) for values in own for value in values)
    return (method for method in methods if isinstance(method, FunctionType))


def _read_of_self(method: FunctionType) -> Iterator[str]:
    loaded: Any = None
    for instruction in dis.get_instructions(method):
        if instruction.opname.startswith("LOAD_") and loaded == method.__code__.co_varnames[:1]:
            yield str(instruction.argval)
        # Python 3.13 and later load two variables in one instruction.
        value = instruction.argval
        is_local = instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF"))
        loaded = (value[-1:] if isinstance(value, tuple) else (value,)) if is_local else None


def _channel_problems() -> Iterator[CheckMessage]:
    for name, path in conf.CHANNELS.items():
        where = f"WFAPP['CHANNELS'][{name!r}]"
        if not isinstance(name, str) or not _CHANNEL_NAME.fullmatch(name):
            yield _error(110, f"{where}: {name!r} is no name.", "Use a lower-case letter, then 29 of a-z, 0-9 and _.")
            continue
        try:
            found = getattr(channel_of(channel_paths()[name]), "name", None)
        except (ImportError, AttributeError):
            yield _error(110, f"{where} is {path!r}.", "It must be the dotted path of a subclass of Channel.")
            continue
        if found != name:
            yield _error(111, f"{where}: {path} calls itself {found!r}.", "Give both one name: messages keep it.")


def _error(number: int, problem: str, cure: str) -> CheckMessage:
    return Error(problem, hint=cure, id=f"wfapp.E{number}")


def _is_dict(value: Any) -> bool:
    return isinstance(getattr(settings, "WFAPP", {}), dict) and isinstance(value, dict)


CHECKS = (check_channels, check_webhook_keys, check_task, check_site_url)
