"""What is wrong with the ``WFAPP`` setting."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from wfapp.conf import Conf, conf
from wfapp.declaration.registry import registry
from wfapp.links.dispatch import DELIVERIES
from wfapp.links.site import is_origin
from wfapp.storage.base import Storage
from wfapp.storage.keys import key_problems
from wfapp.storage.tokens import RESERVED

__all__ = [
    "CHECKS",
    "DEPLOY_CHECKS",
    "check_keys",
    "check_own_keys",
    "check_setting",
    "check_shared_cache",
    "check_storages",
    "legal_settings",
    "storage_of",
]

_STORAGE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)


def legal_settings() -> list[str]:
    """List the keys that ``WFAPP`` may have."""
    return sorted(name for name in vars(Conf) if name.isupper())


def storage_of(path: str) -> type[Storage]:
    """Import the class of a storage; raises ImportError for a path that leads to none, or to something else."""
    found = import_string(path)
    if not (inspect.isclass(found) and issubclass(found, Storage)) or inspect.isabstract(found):
        raise ImportError(f"{path} is no Storage")
    return found


def check_setting(**kwargs: Any) -> list[CheckMessage]:
    """Find what ``WFAPP`` must not hold: another type, unknown keys, wrong values."""
    given = getattr(settings, "WFAPP", {})
    if not isinstance(given, dict):
        return [_error(101, f"WFAPP is of type {type(given).__name__}.", "Make it a dict.")]
    unknown = sorted(set(given) - set(legal_settings()), key=str)
    legal = f"Legal are {', '.join(legal_settings())}."
    return [
        *(_error(102, f"WFAPP has the unknown key {key!r}.", legal) for key in unknown),
        *(
            _error(103, f"WFAPP[{name!r}] is {getattr(conf, name)!r}.", f"It must be {rule}.")
            for name, (rule, holds) in _RULES.items()
            if not holds(getattr(conf, name))
        ),
    ]


def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """Find keys that are too short, equal, or no keys; a message never holds one."""
    return [_error(104, f"{problem[0].upper()}{problem[1:]}") for problem in key_problems()] if _is_dict() else []


def check_storages(**kwargs: Any) -> list[CheckMessage]:
    """Find third-party storages that no token could name, or that cannot be imported."""
    return list(_storage_problems()) if _is_dict() and _is_text_by_text(conf.STORAGES) else []


def check_own_keys(**kwargs: Any) -> list[CheckMessage]:
    """Warn where tokens are sealed with what is derived from ``SECRET_KEY``, which other things use too."""
    if not _is_dict() or conf.KEYS:
        return []
    hint = (
        "Set WFAPP['KEYS'] to a list with one secret of its own, and SECRET_KEY behind it until older flows end; "
        "make one with python -c 'import secrets; print(secrets.token_urlsafe(48))'."
    )
    return [checks.Warning("WFAPP['KEYS'] is empty: tokens share SECRET_KEY.", hint=hint, id="wfapp.W105")]


def check_shared_cache(**kwargs: Any) -> list[CheckMessage]:
    """Warn where a token could be used once in each worker."""
    users = [workflow.name for workflow in registry if "token" in workflow.storages]
    if not users or not _is_dict() or conf.CACHE not in settings.CACHES:
        return []
    cache = caches[conf.CACHE]
    if not isinstance(cache, LocMemCache | DummyCache):
        return []
    return [
        checks.Warning(
            f"The cache {conf.CACHE!r} is a {type(cache).__name__}, which workers do not share: a token of "
            f"{', '.join(users)} could be used once in each of them.",
            hint="Name a shared cache in WFAPP['CACHE'], such as Redis, Memcached or the database cache.",
            id="wfapp.W106",
        )
    ]


def _storage_problems() -> Iterator[CheckMessage]:
    for name, path in conf.STORAGES.items():
        where = f"WFAPP['STORAGES'][{name!r}]"
        if not _STORAGE_NAME.fullmatch(name):
            yield _error(
                107, f"{where}: {name!r} is no name.", "Use a lower-case letter, then 30 of a-z, 0-9 and _ at most."
            )
            continue
        if name in RESERVED:
            yield _error(107, f"{where}: {name!r} is taken: the tokens of links and of staff start with it.")
            continue
        try:
            storage = storage_of(path)
        except ImportError:
            yield _error(108, f"{where} is {path!r}.", "It must be the dotted path of a subclass of Storage.")
            continue
        found = getattr(storage, "name", None)
        if found != name:
            yield _error(109, f"{where}: {path} calls itself {found!r}.", "Give both one name: tokens start with it.")


def _error(number: int, problem: str, cure: str | None = None) -> CheckMessage:
    return checks.Error(problem, hint=cure, id=f"wfapp.E{number}")


def _is_dict() -> bool:
    return isinstance(getattr(settings, "WFAPP", {}), dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_text_by_text(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, (*value, *value.values())))


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(map(_is_text, value))


def _is_cache(value: Any) -> bool:
    return _is_text(value) and value in settings.CACHES


def _is_file_storage(value: Any) -> bool:
    return _is_text(value) and value in settings.STORAGES


def _is_positive(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_callable_path(value: Any) -> bool:
    try:
        return _is_text(value) and callable(import_string(value))
    except ImportError:
        return False


def _is_time(value: Any) -> bool:
    return isinstance(value, timedelta) and value > timedelta(0)


_RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "SITE": ("a str that names the site", _is_text),
    "STORAGES": ("a dict of dotted paths by name", _is_text_by_text),
    "CACHE": ("the alias of a cache in CACHES", _is_cache),
    "SIGN_IN": ("the dotted path of a callable (request, user, backend)", _is_callable_path),
    "RETENTION": ("a positive timedelta", _is_time),
    "LEASE": ("a positive timedelta", _is_time),
    "QUEUE_LEASE": ("a positive timedelta", _is_time),
    "COOKIE_SECURE": ("True, False or None", lambda value: value is None or isinstance(value, bool)),
    "REDIRECT_HOSTS": ("a list of hosts", _is_list_of_text),
    "SITE_URL": ("an origin such as 'https://shop.example'", lambda value: value == "" or is_origin(value)),
    "SITE_NAME": ("a str that people know the site by", _is_text),
    "CHANNELS": ("a dict of dotted paths by name", _is_text_by_text),
    "DELIVERY": (" or ".join(map(repr, DELIVERIES)), lambda value: _is_text(value) and value in DELIVERIES),
    "DELIVERY_TRIES": ("a number from 1 on", lambda value: type(value) is int and value >= 1),
    "UNSENT_RETENTION": ("a positive timedelta", _is_time),
    "UPLOAD_STORAGE": ("the alias of a storage in STORAGES", _is_file_storage),
    "UPLOAD_MAX_SIZE": ("a number of bytes from 1 on", _is_positive),
    "UPLOAD_MAX_COUNT": ("a number from 1 on", _is_positive),
    "TRUSTED_PROXIES": ("a number from 0 on", lambda value: type(value) is int and value >= 0),
}
"""What each key must be, but for ``KEYS`` and ``WEBHOOK_KEYS``, of which no message may show anything."""

CHECKS = (check_setting, check_keys, check_storages)
DEPLOY_CHECKS = (check_own_keys, check_shared_cache)
