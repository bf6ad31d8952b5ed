"""The key ring."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from wfapp.errors import InvalidToken
from wfapp.storage.keys import derived_key, key_problems, root_keys
from wfapp.storage.sealing import seal, unseal

NEW, OLD = "new-key-" * 5, "old-key-" * 5


def test_own_keys_are_the_root_keys_in_their_order(settings: Settings) -> None:
    """The newest key stands first."""
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    assert root_keys() == [NEW.encode(), OLD.encode()]


def test_the_default_is_the_secret_key_and_its_fallbacks(settings: Settings) -> None:
    """Each purpose derives its own key from them, as from a site's own."""
    settings.WFAPP = {}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "today", ["yesterday"]
    assert root_keys() == [b"today", b"yesterday"]


def test_the_first_own_key_leaves_open_what_the_secret_key_sealed(settings: Settings) -> None:
    """A site that lists SECRET_KEY behind it loses no flow."""
    settings.WFAPP = {}
    sealed = seal("purpose", b"state", "row")
    settings.WFAPP = {"KEYS": [NEW, settings.SECRET_KEY]}
    assert unseal("purpose", sealed, "row") == b"state"
    settings.WFAPP = {"KEYS": [NEW]}
    with pytest.raises(InvalidToken):
        unseal("purpose", sealed, "row")


def test_own_keys_replace_the_secret_key(settings: Settings) -> None:
    """A site with keys of its own opens nothing that SECRET_KEY sealed."""
    settings.WFAPP = {"KEYS": (NEW,)}
    settings.SECRET_KEY_FALLBACKS = ["yesterday"]
    assert root_keys() == [NEW.encode()]


def test_a_key_may_hold_surrogates(settings: Settings) -> None:
    """An environment variable that is not UTF-8 reads so."""
    settings.WFAPP = {"KEYS": ["\udcff" * 32]}
    assert root_keys() == [b"\xed\xb3\xbf" * 32]


def test_a_derived_key_follows_rfc_5869() -> None:
    """HKDF-SHA256 without salt, with version and purpose as info."""
    assert derived_key(b"root", "p").hex() == "1255c4767b0dace78062f9a6b20e54ca48ff9f1b80f98cee18da4118e944c48a"


def test_each_purpose_and_each_root_has_a_key_of_its_own() -> None:
    """No two of them are equal."""
    assert len({derived_key(root, purpose) for root in (b"a", b"b") for purpose in ("p", "q")}) == 4


@pytest.mark.parametrize("keys", [[], (), [NEW], (NEW, OLD), ["x" * 32]])
def test_good_keys_have_no_problem(settings: Settings, keys: Any) -> None:
    """No keys at all are fine: SECRET_KEY serves."""
    settings.WFAPP = {"KEYS": keys}
    assert key_problems() == []


SHORT = (
    'WFAPP["KEYS"][1] has fewer than 32 characters: '
    "make one with python -c 'import secrets; print(secrets.token_urlsafe(48))'."
)


@pytest.mark.parametrize(
    ("keys", "problems"),
    [
        (NEW, ['WFAPP["KEYS"] is of type str: it must be a list of str, the newest key first.']),
        (None, ['WFAPP["KEYS"] is of type NoneType: it must be a list of str, the newest key first.']),
        ({NEW: OLD}, ['WFAPP["KEYS"] is of type dict: it must be a list of str, the newest key first.']),
        ([NEW, "x" * 31], [SHORT]),
        ([NEW, ""], [SHORT]),
        ([NEW.encode()], ['WFAPP["KEYS"][0] is of type bytes: each key must be a str.']),
        ([NEW, [OLD]], ['WFAPP["KEYS"][1] is of type list: each key must be a str.']),
        ([NEW, OLD, NEW], ['WFAPP["KEYS"][2] equals WFAPP["KEYS"][0]: keep one of them.']),
        (
            [7, "short", "short"],
            [
                'WFAPP["KEYS"][0] is of type int: each key must be a str.',
                SHORT,
                'WFAPP["KEYS"][2] equals WFAPP["KEYS"][1]: keep one of them.',
            ],
        ),
    ],
)
def test_a_problem_names_position_and_rule(settings: Settings, keys: Any, problems: list[str]) -> None:
    """Every broken rule is told, and nothing else."""
    settings.WFAPP = {"KEYS": keys}
    assert key_problems() == problems


@pytest.mark.parametrize("keys", ["Tr0ub4dor", ["Tr0ub4dor"], [b"Tr0ub4dor"], ["Tr0ub4dor" * 9] * 2])
def test_a_problem_never_shows_a_key(settings: Settings, keys: Any) -> None:
    """A check's output ends in build logs."""
    settings.WFAPP = {"KEYS": keys}
    assert "Tr0ub4dor" not in " ".join(key_problems())


def test_bad_keys_are_refused_where_the_checks_never_ran(settings: Settings) -> None:
    """A key given as a plain string would else be a ring of one-letter keys."""
    settings.WFAPP = {"KEYS": NEW}
    with pytest.raises(ImproperlyConfigured) as caught:
        root_keys()
    assert caught.value.args == ('WFAPP["KEYS"] is of type str: it must be a list of str, the newest key first.',)
