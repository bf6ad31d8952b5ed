"""Sealing: what it binds, what it refuses, and that all refusals look the same."""

from __future__ import annotations

import hmac
import logging
import os
import re
import uuid
from collections.abc import Callable
from hashlib import sha256

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.views.debug import ExceptionReporter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from wfapp.errors import InvalidToken
from wfapp.storage import sealing
from wfapp.storage.encoding import b64decode
from wfapp.storage.keys import derived_key, root_keys
from wfapp.storage.sealing import derive_handle, digest, flow_id_from, hash_handle, needs_resealing, seal, unseal

NEW, OLD = "new-key-" * 5, "old-key-" * 5
PLACE = ("auth/login", "token", "body")


# What sealing promises


@given(st.binary(), st.text(), st.lists(st.text()))
@hypothesis_settings(deadline=None)
def test_what_was_sealed_opens(plaintext: bytes, purpose: str, binding: list[str]) -> None:
    """Any bytes, purpose and binding make the round trip."""
    assert unseal(purpose, seal(purpose, plaintext, *binding), *binding) == plaintext


@given(st.lists(st.text(max_size=2), max_size=4), st.lists(st.text(max_size=2), max_size=4))
@hypothesis_settings(deadline=None)
def test_it_opens_under_the_very_same_binding_alone(sealed_for: list[str], opened_for: list[str]) -> None:
    """Two lists of parts are the same only if all of their parts are."""
    sealed = seal("state", b"x", *sealed_for)
    assert opens(sealed, "state", *opened_for) == (sealed_for == opened_for)


@pytest.mark.parametrize(
    ("sealed_for", "opened_for"),
    [
        (("auth/login", "token", "body"), ("auth/signup", "token", "body")),
        (("auth/login", "token", "body"), ("auth/login", "database", "body")),
        (("auth/login", "token", "body"), ("auth/login", "token", "cookie")),
        (("auth/login", "token", "body"), ("auth/login", "token")),
        (("auth/login", "token", "body"), ("auth/login", "token", "body", "")),
        (("auth/login", "token", "body"), ("token", "auth/login", "body")),
        (("ab", "c"), ("a", "bc")),
        (("abc",), ("ab", "c")),
        (("", "a"), ("a", "")),
        (("",), ()),
    ],
)
def test_each_part_of_the_binding_matters(sealed_for: tuple[str, ...], opened_for: tuple[str, ...]) -> None:
    """A part that is other, missing, added, moved or cut elsewhere opens nothing."""
    assert not opens(seal("state", b"x", *sealed_for), "state", *opened_for)


def test_a_part_of_the_binding_cannot_move_into_the_ciphertext(settings: Settings) -> None:
    """The end of the associated data, put before the ciphertext, does not stand in for itself."""
    settings.WFAPP = {"SITE": "the-shop"}
    sealed = seal("state", b"x", "auth/login", "the-shop")
    framed_site = (8).to_bytes(8, "big") + b"the-shop"  # one whole block: it would decrypt as well
    assert not opens(sealed[:1] + framed_site + sealed[1:], "state", "auth/login")


def test_each_purpose_opens_its_own_alone() -> None:
    """A start key is no state, whatever else is the same."""
    assert not opens(seal("start", b"x", *PLACE), "state", *PLACE)


def test_a_purpose_is_no_part_of_the_binding() -> None:
    """Purpose and first part do not run into each other."""
    assert not opens(seal("a", b"x", "b"), "ab")


def test_each_site_opens_its_own_alone(settings: Settings) -> None:
    """Two sites that share a key do not accept each other's tokens."""
    settings.WFAPP = {"SITE": "shop"}
    sealed = seal("state", b"x")
    settings.WFAPP = {"SITE": "blog"}
    assert not opens(sealed, "state")


def test_the_site_is_its_root_urlconf_by_default(settings: Settings) -> None:
    """SITE replaces ROOT_URLCONF, which it may spell out."""
    settings.WFAPP = {}
    sealed = seal("state", b"x")
    settings.WFAPP = {"SITE": settings.ROOT_URLCONF}
    assert opens(sealed, "state")
    settings.WFAPP = {"SITE": "another"}
    assert not opens(sealed, "state")


def test_a_plaintext_is_never_sealed_the_same_way_twice() -> None:
    """A random iv hides that two states are equal."""
    assert seal("state", b"x") != seal("state", b"x")


def test_the_form_is_version_iv_ciphertext_and_mac() -> None:
    """600 bytes take 657."""
    sealed = seal("state", b"x" * 600)
    assert (sealed[:1], len(sealed)) == (b"\x01", 1 + 16 + 608 + 32)


def test_the_mac_covers_version_purpose_binding_site_and_ciphertext(settings: Settings) -> None:
    """The documented format can be written down by hand, each part behind its length in eight bytes."""
    settings.WFAPP = {"SITE": "shop"}
    sealed = seal("state", b"x", "auth/login")
    parts = [b"\x01", b"state", b"auth/login", b"shop", sealed[1:-32]]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert sealed[-32:] == hmac.digest(derived_key(root_keys()[0], "authenticate:state"), message, "sha256")


def test_equal_plaintexts_are_not_compressed() -> None:
    """The length follows the plaintext's length alone."""
    assert len(seal("state", b"x" * 600)) == len(seal("state", os.urandom(600)))


# Rotation


def test_an_older_key_still_opens(settings: Settings) -> None:
    """A new key in front signs nobody out."""
    settings.WFAPP = {"KEYS": [OLD]}
    sealed = seal("state", b"x", *PLACE)
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    assert unseal("state", sealed, *PLACE) == b"x"


def test_the_newest_key_seals(settings: Settings) -> None:
    """What is sealed today opens without the older key."""
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    sealed = seal("state", b"x", *PLACE)
    settings.WFAPP = {"KEYS": [NEW]}
    assert unseal("state", sealed, *PLACE) == b"x"


def test_a_removed_key_opens_nothing(settings: Settings) -> None:
    """A leaked key is out once it is taken out."""
    settings.WFAPP = {"KEYS": [OLD]}
    sealed = seal("state", b"x", *PLACE)
    settings.WFAPP = {"KEYS": [NEW]}
    assert not opens(sealed, "state", *PLACE)


def test_a_fallback_of_the_secret_key_still_opens(settings: Settings) -> None:
    """Django's own rotation is followed where WFAPP has no keys."""
    settings.WFAPP, settings.SECRET_KEY = {}, "yesterday"
    sealed = seal("state", b"x", *PLACE)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "today", ["yesterday"]
    assert unseal("state", sealed, *PLACE) == b"x"


def test_only_what_an_older_key_sealed_needs_resealing(settings: Settings) -> None:
    """So wf_reencrypt skips the rows that are done."""
    settings.WFAPP = {"KEYS": [OLD]}
    sealed = seal("state", b"x", *PLACE)
    assert not needs_resealing("state", sealed, *PLACE)
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    assert needs_resealing("state", sealed, *PLACE)
    assert not needs_resealing("state", seal("state", b"x", *PLACE), *PLACE)


def test_what_no_key_opens_cannot_be_resealed() -> None:
    """It is reported, not counted as done."""
    with pytest.raises(InvalidToken):
        needs_resealing("state", seal("state", b"x", *PLACE))


# Hostile tokens


def test_every_single_bit_is_authenticated() -> None:
    """Version, iv, ciphertext and mac: each bit of them counts."""
    sealed = seal("state", b"x" * 20, *PLACE)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        assert not opens(bytes(changed), "state", *PLACE)


@given(st.binary(max_size=200))
@hypothesis_settings(deadline=None)
def test_bytes_from_nowhere_open_nothing(data: bytes) -> None:
    """Nothing but InvalidToken comes of them."""
    assert not opens(data, "state", *PLACE)


def authentic_nonsense(value: bytes) -> bytes:
    """Return what only a holder of the key can make: a right MAC over something that is no ciphertext."""
    return next(sealing._ciphers("state", PLACE)).signer.sign(value, 0)


BROKEN: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "version alone": lambda: b"\x01",
    "unknown version": lambda: b"\x02" + seal("state", b"x", *PLACE)[1:],
    "version of Fernet": lambda: b"\x80" + seal("state", b"x", *PLACE)[1:],
    "cut": lambda: seal("state", b"x", *PLACE)[:-1],
    "mac of another": lambda: seal("state", b"x", *PLACE)[:-32] + seal("state", b"x", *PLACE)[-32:],
    "another purpose": lambda: seal("start", b"x", *PLACE),
    "another place": lambda: seal("state", b"x", "auth/signup", "token", "body"),
    "no text": lambda: b64decode("A"),
    "no iv": lambda: authentic_nonsense(b""),
    "no whole block": lambda: authentic_nonsense(b"x" * 23),
    "no block": lambda: authentic_nonsense(b"\x00" * 16),
    "wrong padding": lambda: authentic_nonsense(seal("state", b"x" * 16, *PLACE)[1:33]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_all_failures_are_one_and_the_same(kind: str) -> None:
    """Type, arguments and text tell nothing of the reason, and no other exception hangs on it."""
    with pytest.raises(InvalidToken) as caught:
        unseal("state", BROKEN[kind](), *PLACE)
    error, plain = caught.value, InvalidToken()
    assert type(error) is InvalidToken
    assert (error.args, str(error), error.__dict__) == (plain.args, str(plain), plain.__dict__)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("binding", [("\ud800",), ("\x00",), ("x" * 100_000,)])
def test_a_hostile_binding_misses(binding: tuple[str, ...]) -> None:
    """Parts of the binding can come from a client too."""
    assert not opens(seal("state", b"x", *PLACE), "state", *binding)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("another place", "Sealed data of purpose 'state' was refused: no key and binding of this site fits it."),
        ("no iv", "Sealed data of purpose 'state' was refused: authentic, but it cannot be decrypted."),
    ],
)
def test_the_debug_log_tells_the_stage_without_values(
    kind: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The purpose is a constant of the code; nothing else is named."""
    caplog.set_level(logging.DEBUG, logger="wfapp.storage")
    assert not opens(BROKEN[kind](), "state", *PLACE)
    assert caplog.messages == [message]


@pytest.mark.parametrize("call", [lambda: seal("state", b"s3cret-plaintext"), lambda: digest("input", b"s3cret-input")])
def test_an_error_page_shows_no_secret(settings: Settings, call: Callable[[], object]) -> None:
    """An error about the keys passes through frames that hold plaintext and keys: their variables are masked."""
    settings.DEBUG = False
    settings.WFAPP = {"KEYS": ["s3cret-but-short"]}
    with pytest.raises(ImproperlyConfigured) as caught:
        call()
    reporter = ExceptionReporter(HttpRequest(), caught.type, caught.value, caught.tb)
    frames = [frame for frame in reporter.get_traceback_frames() if "/wfapp/storage/" in frame["filename"]]
    assert {frame["function"] for frame in frames} >= {"root_keys"}
    assert "s3cret" not in repr([frame["vars"] for frame in frames])


# Digests, handles and ids


def test_a_digest_is_the_same_for_the_same_parts() -> None:
    """It has 43 characters of base64url."""
    assert digest("input", b"a", b"b") == digest("input", b"a", b"b")
    assert re.fullmatch(r"[\w-]{43}", digest("input", b"a", b"b"), re.ASCII)


@pytest.mark.parametrize("parts", [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), ()])
def test_a_digest_tells_its_parts_apart(parts: tuple[bytes, ...]) -> None:
    """Where one part ends and the next begins counts."""
    others = {(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), ()} - {parts}
    assert digest("input", *parts) not in {digest("input", *other) for other in others}


def test_a_digest_depends_on_purpose_and_newest_key(settings: Settings) -> None:
    """Without the key nobody can try guesses against it."""
    settings.WFAPP = {"KEYS": [OLD]}
    first = digest("input", b"123456")
    settings.WFAPP = {"KEYS": [NEW, OLD]}
    assert len({first, digest("input", b"123456"), digest("code", b"123456")}) == 3


def test_a_handle_follows_from_its_seed_alone(settings: Settings) -> None:
    """A second click derives the same handle, under a new key too; another seed derives another."""
    settings.WFAPP = {"KEYS": [OLD]}
    handle = derive_handle(b"s" * 32)
    assert (handle, len(handle)) == (derive_handle(b"s" * 32), 43)
    assert derive_handle(b"t" * 32) != handle
    settings.WFAPP = {"KEYS": [NEW]}
    assert derive_handle(b"s" * 32) == handle


def test_a_flow_id_is_a_uuid_of_version_4_that_follows_from_its_seed() -> None:
    """It outlives a change of keys, and does not show the seed's plain hash."""
    flow_id = flow_id_from(b"s" * 32)
    assert flow_id == uuid.UUID("f9fed322-6e1d-42f3-88b6-e3c69ac12c2e")
    assert (flow_id.version, flow_id.variant) == (4, uuid.RFC_4122)
    assert flow_id_from(b"t" * 32) != flow_id


def test_the_hash_of_a_handle_is_plain_sha256() -> None:
    """256 random bits need no key."""
    assert b64decode(hash_handle("handle")) == sha256(b"handle").digest()


def test_a_hostile_handle_hashes_too() -> None:
    """A lone surrogate finds no row; it raises nothing."""
    assert len(hash_handle("\ud800")) == 43


def opens(sealed: bytes, purpose: str, *binding: str) -> bool:
    try:
        unseal(purpose, sealed, *binding)
    except InvalidToken:
        return False
    return True
