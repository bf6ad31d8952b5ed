"""Seal bytes that leave the server or rest in a row, and make the handles and digests that stand for them.

A sealed form is ``version (1 byte), iv (16), ciphertext, mac (32)``: AES-256-CBC by django-cryptography's
``FernetBytes``, then HMAC-SHA256 over the version, what the form is bound to, and iv and ciphertext.
The cipher's own signer is replaced, because it
- binds a token to nothing: one of another purpose, workflow, row or site would open just as well;
- keeps its own time, and accepts it 60 seconds late: an expiry stands inside the plaintext, and is exact;
- signs with the raw ``SECRET_KEY``: each purpose has keys of its own here, one to encrypt and one to authenticate.
"""

from __future__ import annotations

import hmac
import logging
import uuid
from collections.abc import Iterable, Iterator
from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature
from django.utils.encoding import force_bytes
from django.views.decorators.debug import sensitive_variables
from django_cryptography.utils import crypto

from wfapp.conf import conf
from wfapp.errors import InvalidToken
from wfapp.storage.encoding import b64encode, utf8
from wfapp.storage.keys import derived_key, root_keys

__all__ = [
    "derive_handle",
    "digest",
    "digests",
    "flow_id_from",
    "hash_handle",
    "matches",
    "needs_resealing",
    "seal",
    "unseal",
]

FORMAT = b"\x01"
MAC_SIZE = 32

logger = logging.getLogger("wfapp.storage")


@sensitive_variables()
def seal(purpose: str, plaintext: bytes, *binding: str) -> bytes:
    """Encrypt under the newest key, bound to purpose, binding (for example workflow and row id) and this site.

    Nothing is compressed: the length of a token would tell a guess that repeats a secret in it from one that does not.
    """
    return next(_ciphers(purpose, binding)).encrypt(plaintext)


@sensitive_variables()
def unseal(purpose: str, sealed: bytes, *binding: str) -> bytes:
    """Return the plaintext; whatever is wrong, raise one and the same ``InvalidToken``."""
    plaintext, _ = _open(purpose, sealed, binding)
    return plaintext


@sensitive_variables()
def needs_resealing(purpose: str, sealed: bytes, *binding: str) -> bool:
    """Tell whether an older key than the newest sealed this; raise ``InvalidToken`` where none did."""
    _, key_index = _open(purpose, sealed, binding)
    return key_index > 0


@sensitive_variables()
def digest(purpose: str, *parts: bytes) -> str:
    """Return a keyed HMAC-SHA256 of the parts in 43 characters, to compare inputs that could be guessed from a hash.

    It uses the newest key alone; ``matches`` compares with what older ones made.
    """
    return b64encode(_mac(derived_key(root_keys()[0], f"digest:{purpose}"), _framed(parts)))


@sensitive_variables()
def digests(purpose: str, *parts: bytes) -> list[str]:
    """Return what ``digest`` makes, and made, of the parts: one for each key that still opens, the newest first."""
    framed = _framed(parts)
    return [b64encode(_mac(derived_key(root, f"digest:{purpose}"), framed)) for root in root_keys()]


@sensitive_variables()
def matches(known: str, purpose: str, *parts: bytes) -> bool:
    """Tell whether ``digest`` made this of the parts, under any key that still opens."""
    return any(hmac.compare_digest(known.encode(), made.encode()) for made in digests(purpose, *parts))


@sensitive_variables()
def derive_handle(seed: bytes) -> str:
    """Derive a flow's 256-bit handle from a random 256-bit seed.

    It needs no key, so that a second click finds its flow under a new one: the seed is as secret as the handle.
    """
    return b64encode(sha256(b"wfapp/1/handle" + seed).digest())


def flow_id_from(seed: bytes) -> uuid.UUID:
    """Derive a flow's id from a random seed; it needs no key, since an id opens nothing and a hash hides the seed."""
    return uuid.UUID(bytes=sha256(b"wfapp/1/flow-id" + seed).digest()[:16], version=4)


def hash_handle(handle: str) -> str:
    """Return what a row keeps of a handle, in 43 characters; 256 random bits need no key, nobody guesses them."""
    return b64encode(sha256(utf8(handle)).digest())


class _BoundSigner:
    """Authenticate a ciphertext with its associated data, in the shape of the signer that ``FernetBytes`` calls."""

    def __init__(self, key: bytes, associated: bytes) -> None:
        self.key = key
        self.associated = associated

    def signature(self, value: bytes | str) -> bytes:
        # The value is framed as well: otherwise its beginning could pass for one more part of the binding.
        return _mac(self.key, self.associated + _framed((force_bytes(value),)))

    def sign(self, value: bytes | str, current_time: int) -> bytes:
        return FORMAT + force_bytes(value) + self.signature(value)

    def unsign(self, signed_value: bytes, max_age: object = None) -> bytes:
        version, value, mac = signed_value[:1], signed_value[1:-MAC_SIZE], signed_value[-MAC_SIZE:]
        if version != FORMAT or not hmac.compare_digest(mac, self.signature(value)):
            raise BadSignature
        return value


def _ciphers(purpose: str, binding: Iterable[str]) -> Iterator[crypto.FernetBytes]:
    """Yield a cipher for each root key, newest first."""
    site = conf.SITE or settings.ROOT_URLCONF
    associated = _framed((FORMAT, *map(utf8, (purpose, *binding, site))))
    for root in root_keys():
        signer = _BoundSigner(derived_key(root, f"authenticate:{purpose}"), associated)
        yield crypto.FernetBytes(derived_key(root, f"encrypt:{purpose}"), signer)


def _open(purpose: str, sealed: bytes, binding: Iterable[str]) -> tuple[bytes, int]:
    """Return the plaintext and the index of the key that opened it."""
    for key_index, cipher in enumerate(_ciphers(purpose, binding)):
        try:
            return cipher.decrypt(sealed), key_index
        except BadSignature:
            continue
        except (crypto.InvalidToken, ValueError):
            logger.debug("Sealed data of purpose %r was refused: authentic, but it cannot be decrypted.", purpose)
            break
    else:
        logger.debug("Sealed data of purpose %r was refused: no key and binding of this site fits it.", purpose)
    # Raised outside the handlers, so that no cause hangs on it.
    raise InvalidToken


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _framed(parts: Iterable[bytes]) -> bytes:
    """Put each part's length before it, so that two lists of parts never read the same."""
    return b"".join([len(part).to_bytes(8, "big") + part for part in parts])
