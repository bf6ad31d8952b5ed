"""The keys that make a round exactly once.

The digest of its input, the start key of a first page, a caller's own key.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from wfapp.declaration.workflow import Workflow
from wfapp.errors import InvalidToken, MalformedRequest
from wfapp.rounds.answer import Caller, Input
from wfapp.storage.encoding import b64decode, b64encode
from wfapp.storage.sealing import digest, matches, seal, unseal

__all__ = [
    "SHORTEST_KEY",
    "fingerprint_of",
    "idempotency_hash",
    "input_digest",
    "is_same_input",
    "is_same_start",
    "new_start_key",
    "seed_of",
]

START_KEY_LIFETIME = timedelta(hours=1)
SHORTEST_KEY = 22
"""A key that alone stands for its caller holds 128 random bits: 22 characters of base64."""

_PURPOSE = "start-key"
_SEED = 32


def input_digest(flow_id: uuid.UUID, revision: int | None, input: Input) -> str:
    """Give the keyed digest of what was posted to one revision of a flow: the same again is the same round."""
    return digest("input", *_input_parts(flow_id, revision, input))


def is_same_input(known: str, flow_id: uuid.UUID, revision: int | None, input: Input) -> bool:
    """Tell whether ``input_digest`` made this of what was posted, under whichever key."""
    return matches(known, "input", *_input_parts(flow_id, revision, input))


def fingerprint_of(params: bytes, input: Input | None, next: str = "") -> str:
    """Give the digest of a start's input, to compare it when its idempotency key comes again."""
    return digest("fingerprint", *_start_parts(params, input, next))


def is_same_start(known: str, params: bytes, input: Input | None, next: str = "") -> bool:
    """Tell whether ``fingerprint_of`` made this of a start's input, under whichever key."""
    return matches(known, "fingerprint", *_start_parts(params, input, next))


def _input_parts(flow_id: uuid.UUID, revision: int | None, input: Input) -> tuple[bytes, ...]:
    return flow_id.bytes, str(revision).encode(), input.action.encode(), _canonical(input)


def _start_parts(params: bytes, input: Input | None, next: str) -> tuple[bytes, ...]:
    given = params, b"" if input is None else input.action.encode(), _canonical(input)
    return (*given, next.encode()) if next else given


def _canonical(input: Input | None) -> bytes:
    if input is None or input.values is None:
        return b""
    values: Any = input.values
    if not input.json:
        values = {name: values.getlist(name) for name in values}
    files = (
        [(name, [_file_digest(file) for file in found]) for name, found in sorted(input.files.lists())]
        if input.files
        else []
    )
    try:
        return msgspec.json.encode([values, files], order="sorted", enc_hook=_plain)
    except (TypeError, ValueError, RecursionError, UnicodeEncodeError):
        raise MalformedRequest from None


def _plain(value: Any) -> str:
    return _file_digest(value) if isinstance(value, File) else str(value)


def _file_digest(file: Any) -> str:
    whole = hashlib.sha256(str(file.name).encode("utf-8", "replace"))
    for chunk in file.chunks():
        whole.update(chunk)
    file.seek(0)
    return whole.hexdigest()


def new_start_key(workflow: type[Workflow[Any]], now: datetime) -> str:
    """Seal a random seed for a first page; it leaves no row."""
    stamp = int(now.timestamp()).to_bytes(8)
    return b64encode(seal(_PURPOSE, stamp + secrets.token_bytes(_SEED), workflow.name))


def seed_of(workflow: type[Workflow[Any]], start_key: str, now: datetime) -> bytes:
    """Open a start key; raises InvalidToken for one that is not ours or too old. Without a key the seed is fresh."""
    if not start_key:
        return secrets.token_bytes(_SEED)
    opened = unseal(_PURPOSE, b64decode(start_key), workflow.name)
    # In seconds, since a site without time zones has naive times.
    age = now.timestamp() - int.from_bytes(opened[:8])
    if not -5 <= age <= START_KEY_LIFETIME.total_seconds():
        raise InvalidToken
    return opened[8:]


def idempotency_hash(workflow: type[Workflow[Any]], caller: Caller, key: str) -> str:
    """Give the unique hash of a caller's key.

    Raises MalformedRequest where a key that stands alone could be guessed.
    """
    if caller.user is not None and caller.user.is_authenticated:
        owner = f"user:{caller.user.pk}"
    elif caller.trusted:
        # Code of the site need not hide its keys; no client can name one of these.
        owner = "code"
    elif caller.browser:
        owner = f"browser:{caller.browser}"
    elif len(key) < SHORTEST_KEY:
        raise MalformedRequest(_("An Idempotency-Key needs at least 22 random characters."))
    else:
        owner = "key"
    parts: Mapping[str, str] = {"workflow": workflow.name, "owner": owner, "key": key}
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:43]
