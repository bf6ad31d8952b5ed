"""What is wrong with the ``WFAPP`` setting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from wfapp import Workflow, step
from wfapp.checks import settings as checks
from wfapp.conf import Conf
from wfapp.storage.base import Storage

KEY = "k" * 40
LEGAL = f"Legal are {', '.join(checks.legal_settings())}."


class Unfinished(Storage):
    """Keep nothing."""

    name = "unfinished"


def found(*, deploy: bool = False) -> list[CheckMessage]:
    """Run the checks of settings."""
    return [problem for check in (checks.DEPLOY_CHECKS if deploy else checks.CHECKS) for problem in check()]


def test_a_site_without_settings_is_right(settings: Any) -> None:
    """Every key has a default."""
    del settings.WFAPP
    assert found() == []


def test_every_key_at_its_best(settings: Any) -> None:
    """No rule refuses what is right."""
    settings.WFAPP = {
        "KEYS": [KEY, KEY[::-1] + "2"],
        "SITE": "shop",
        "STORAGES": {"memory": "wfapp.testing.MemoryStorage"},
        "CACHE": "default",
        "SIGN_IN": "django.contrib.auth.login",
        "RETENTION": timedelta(days=1),
        "COOKIE_SECURE": True,
        "REDIRECT_HOSTS": ("app.example.com",),
        "TRUSTED_PROXIES": 2,
        "UPLOAD_STORAGE": "staticfiles",
        "UPLOAD_MAX_SIZE": 1,
        "UPLOAD_MAX_COUNT": 1,
    }
    assert found() == []


def test_every_key_has_a_rule() -> None:
    """A new one cannot be forgotten; keys are judged where no message could show one."""
    assert sorted([*checks._RULES, "KEYS", "WEBHOOK_KEYS"]) == checks.legal_settings()
    assert all(hasattr(Conf, name) for name in checks.legal_settings())


@pytest.mark.parametrize("value", [None, [], "KEYS"])
def test_it_must_be_a_dict(settings: Any, value: Any) -> None:
    """Nothing else is looked at then."""
    settings.WFAPP = value
    problem = f"WFAPP is of type {type(value).__name__}."
    assert found() == [Error(problem, hint="Make it a dict.", id="wfapp.E101")]
    assert found(deploy=True) == []


def test_unknown_keys(settings: Any) -> None:
    """Each is named with the legal ones."""
    settings.WFAPP = {"RETENTON": timedelta(days=1), 3: 4}
    assert found() == [
        Error("WFAPP has the unknown key 3.", hint=LEGAL, id="wfapp.E102"),
        Error("WFAPP has the unknown key 'RETENTON'.", hint=LEGAL, id="wfapp.E102"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("SITE", None, "a str that names the site"),
        ("STORAGES", ["wfapp.testing.MemoryStorage"], "a dict of dotted paths by name"),
        ("STORAGES", {"memory": 3}, "a dict of dotted paths by name"),
        ("CACHE", "shared", "the alias of a cache in CACHES"),
        ("CACHE", [], "the alias of a cache in CACHES"),
        ("SIGN_IN", "accounts.nowhere.login", "the dotted path of a callable (request, user, backend)"),
        ("SIGN_IN", "django.contrib.auth.SESSION_KEY", "the dotted path of a callable (request, user, backend)"),
        ("SIGN_IN", "login", "the dotted path of a callable (request, user, backend)"),
        ("SIGN_IN", print, "the dotted path of a callable (request, user, backend)"),
        ("RETENTION", 90, "a positive timedelta"),
        ("RETENTION", None, "a positive timedelta"),
        ("RETENTION", timedelta(0), "a positive timedelta"),
        ("RETENTION", timedelta(days=-1), "a positive timedelta"),
        ("COOKIE_SECURE", 1, "True, False or None"),
        ("REDIRECT_HOSTS", "app.example.com", "a list of hosts"),
        ("REDIRECT_HOSTS", [3], "a list of hosts"),
        ("UPLOAD_STORAGE", "nowhere", "the alias of a storage in STORAGES"),
        ("UPLOAD_MAX_SIZE", 0, "a number of bytes from 1 on"),
        ("UPLOAD_MAX_COUNT", True, "a number from 1 on"),
        ("TRUSTED_PROXIES", -1, "a number from 0 on"),
        ("TRUSTED_PROXIES", True, "a number from 0 on"),
        ("TRUSTED_PROXIES", "1", "a number from 0 on"),
    ],
)
def test_wrong_values(settings: Any, name: str, value: Any, rule: str) -> None:
    """The message names key and value, the hint what is right."""
    settings.WFAPP = {name: value}
    assert found() == [Error(f"WFAPP['{name}'] is {value!r}.", hint=f"It must be {rule}.", id="wfapp.E103")]


def test_bad_keys(settings: Any) -> None:
    """Their position and the rule, never the key."""
    settings.WFAPP = {"KEYS": [KEY, "short", KEY]}
    problems = found()
    assert [problem.id for problem in problems] == ["wfapp.E104", "wfapp.E104"]
    assert problems[0].msg.startswith('WFAPP["KEYS"][1] has fewer than 32 characters: ')
    assert problems[1].msg == 'WFAPP["KEYS"][2] equals WFAPP["KEYS"][0]: keep one of them.'
    assert KEY not in "".join(map(str, problems))


@pytest.mark.parametrize("name", ["Redis", "re.dis", "", "2nd", "r" * 32])
def test_names_of_storages(settings: Any, name: str) -> None:
    """Tokens start with them."""
    settings.WFAPP = {"STORAGES": {name: "wfapp.testing.MemoryStorage"}}
    assert found() == [
        Error(
            f"WFAPP['STORAGES'][{name!r}]: {name!r} is no name.",
            hint="Use a lower-case letter, then 30 of a-z, 0-9 and _ at most.",
            id="wfapp.E107",
        )
    ]


@pytest.mark.parametrize("name", ["link", "staff"])
def test_names_of_other_tokens(settings: Any, name: str) -> None:
    """Tokens of links and of staff start with them."""
    settings.WFAPP = {"STORAGES": {name: "wfapp.testing.MemoryStorage"}}
    text = f"WFAPP['STORAGES'][{name!r}]: {name!r} is taken: the tokens of links and of staff start with it."
    assert found() == [Error(text, id="wfapp.E107")]


@pytest.mark.parametrize(
    "path", ["nowhere.Storage", "Storage", "wfapp.testing.Nothing", "wfapp.conf.Conf", f"{__name__}.Unfinished"]
)
def test_paths_of_storages(settings: Any, path: str) -> None:
    """They lead to a finished subclass of Storage."""
    settings.WFAPP = {"STORAGES": {"redis": path}}
    assert found() == [
        Error(
            f"WFAPP['STORAGES']['redis'] is {path!r}.",
            hint="It must be the dotted path of a subclass of Storage.",
            id="wfapp.E108",
        )
    ]


def test_a_storage_knows_its_name(settings: Any) -> None:
    """A token that it makes must lead back to it."""
    settings.WFAPP = {"STORAGES": {"redis": "wfapp.testing.MemoryStorage"}}
    assert found() == [
        Error(
            "WFAPP['STORAGES']['redis']: wfapp.testing.MemoryStorage calls itself 'memory'.",
            hint="Give both one name: tokens start with it.",
            id="wfapp.E109",
        )
    ]


def test_deployment_wants_keys_of_its_own(settings: Any) -> None:
    """Other things use SECRET_KEY too."""
    settings.WFAPP = {}
    assert found(deploy=True) == [
        CheckWarning(
            "WFAPP['KEYS'] is empty: tokens share SECRET_KEY.",
            hint="Set WFAPP['KEYS'] to a list with one secret of its own, and SECRET_KEY behind it until older flows "
            "end; make one with "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'.",
            id="wfapp.W105",
        )
    ]


def declare(name: str, kept_in: str) -> None:
    """Declare a workflow in a storage."""

    class Sample(Workflow[Any]):
        __qualname__ = name
        storage = "database", kept_in
        locals()["name"] = name

        @step
        def end(self) -> None: ...


@pytest.mark.parametrize(
    ("backend", "kind"), [("locmem.LocMemCache", "LocMemCache"), ("dummy.DummyCache", "DummyCache")]
)
def test_deployment_wants_a_shared_cache(settings: Any, backend: str, kind: str) -> None:
    """Where a workflow uses tokens, single use must hold over all workers."""
    settings.WFAPP = {"KEYS": [KEY], "CACHE": "own"}
    settings.CACHES = {**settings.CACHES, "own": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    declare("rows", "memory")
    assert found(deploy=True) == []
    declare("both", "token")
    declare("more", "token")
    assert found(deploy=True) == [
        CheckWarning(
            f"The cache 'own' is a {kind}, which workers do not share: "
            "a token of both, more could be used once in each of them.",
            hint="Name a shared cache in WFAPP['CACHE'], such as Redis, Memcached or the database cache.",
            id="wfapp.W106",
        )
    ]


def test_a_shared_cache_is_right(settings: Any) -> None:
    """No connection is made to find that out."""
    settings.WFAPP = {"KEYS": [KEY], "CACHE": "own"}
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    settings.CACHES = {**settings.CACHES, "own": backend}
    declare("both", "token")
    assert found(deploy=True) == []


def test_an_unknown_cache_is_one_problem(settings: Any) -> None:
    """The ordinary check has named it."""
    settings.WFAPP = {"KEYS": [KEY], "CACHE": "shared"}
    declare("both", "token")
    assert found(deploy=True) == []
