"""Read the mail that Django's file backend left in a folder."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path

__all__ = ["Letter", "read_letters"]

NEWEST = 1_000
"""How many files are read, the newest ones."""

MAX_SIZE = 1_000_000
"""How many bytes of a file are read."""

SEPARATOR = re.compile(rb"^-{79}\n(?=\Z|[A-Za-z-]+: )", re.MULTILINE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Hold one mail; ``to`` lists its addresses, with commas."""

    to: str
    subject: str
    body: str


def read_letters(folder: Path, to: str = "") -> list[Letter]:
    """Return the mail to an address, or all of it, the newest last; what cannot be read is left out."""
    letters = [letter for path in _newest(folder) for letter in _letters(path)]
    return [letter for letter in letters if not to or to.casefold() in letter.to.casefold().split(", ")]


def _newest(folder: Path) -> list[Path]:
    """Return the files of the folder by age: their names tell seconds, in which many a mail may fall."""
    found = []
    for path in folder.glob("*.log"):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        # A link would lead out of the folder.
        if stat.S_ISREG(status.st_mode):
            found.append((status.st_mtime_ns, path))
    return [path for _age, path in sorted(found)][-NEWEST:]


def _letters(path: Path) -> Iterator[Letter]:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read(MAX_SIZE)
    except OSError:
        logger.warning("The mail in %s could not be opened.", path.name)
        return
    for part in SEPARATOR.split(content):
        try:
            letter = _parsed(part) if part.strip() else None
        except Exception:  # noqa: BLE001 - on broken mail the email package raises whatever it stumbles over
            logger.warning("A mail in %s could not be read.", path.name)
            continue
        if letter is not None:
            yield letter


def _parsed(content: bytes) -> Letter:
    message = message_from_bytes(content, policy=policy.default)
    part = message.get_body(("plain", "html"))
    addresses = getaddresses([str(value) for value in message.get_all("To", [])])
    return Letter(
        to=", ".join(address for _name, address in addresses if address),
        subject=str(message.get("Subject", "")),
        body=str(part.get_content()).rstrip("\n") if part is not None else "",
    )
