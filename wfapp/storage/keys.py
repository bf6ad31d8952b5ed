"""The key ring: root keys, newest first, and the key that each purpose derives from them."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import force_bytes

from wfapp.conf import conf
from wfapp.storage.encoding import utf8

__all__ = ["MIN_KEY_LENGTH", "derived_key", "key_problems", "root_keys"]

MIN_KEY_LENGTH = 32
"""The fewest characters of a key in ``WFAPP["KEYS"]``."""


def root_keys() -> list[bytes]:
    """Return the root keys: the newest seals, every one of them opens.

    They are ``WFAPP["KEYS"]``, else ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``; a site that sets its first key lists
    ``SECRET_KEY`` behind it, so that what is open stays open. Each purpose derives a key of its own from them. Keys
    that break a rule raise ``ImproperlyConfigured`` here too: few servers run the system checks before they serve.
    """
    if problems := key_problems():
        raise ImproperlyConfigured(" ".join(problems))
    if conf.KEYS:
        return [utf8(key) for key in conf.KEYS]
    return [force_bytes(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=512)
def derived_key(root: bytes, purpose: str) -> bytes:
    """Derive the 256-bit key of one purpose (HKDF-SHA256, RFC 5869); ``purpose`` is a constant of the code.

    Knowing the key of one purpose tells nothing of another's, nor of the root.
    """
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"wfapp/1/{purpose}".encode()).derive(root)


def key_problems() -> list[str]:
    """Say what is wrong with ``WFAPP["KEYS"]``, by position and rule; a message never holds a key or its length."""
    if not isinstance(conf.KEYS, list | tuple):
        found = type(conf.KEYS).__name__
        return [f'WFAPP["KEYS"] is of type {found}: it must be a list of str, the newest key first.']
    problems = []
    first_position: dict[object, int] = {}
    for position, key in enumerate(conf.KEYS):
        where = f'WFAPP["KEYS"][{position}]'
        if not isinstance(key, str):
            problems.append(f"{where} is of type {type(key).__name__}: each key must be a str.")
        elif first_position.setdefault(key, position) != position:
            problems.append(f'{where} equals WFAPP["KEYS"][{first_position[key]}]: keep one of them.')
        elif len(key) < MIN_KEY_LENGTH:
            problems.append(
                f"{where} has fewer than {MIN_KEY_LENGTH} characters: "
                "make one with python -c 'import secrets; print(secrets.token_urlsafe(48))'."
            )
    return problems
