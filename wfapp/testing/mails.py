"""The mails that a test finds in Django's outbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import overload

from django.core import mail

__all__ = ["Letter", "Outbox"]

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_CODE = re.compile(r"(?<![\w.,/=-])\d{4,10}(?![\w/=-])")


class Letter:
    """Hold one mail, as whoever receives it reads it."""

    def __init__(self, message: mail.EmailMessage) -> None:
        self.message = message

    @property
    def to(self) -> list[str]:
        """Give the addresses that it went to."""
        return list(self.message.to)

    @property
    def subject(self) -> str:
        """Give its subject."""
        return str(self.message.subject)

    @property
    def text(self) -> str:
        """Give its plain text."""
        return str(self.message.body)

    def link(self) -> str:
        """Give its first link; raises AssertionError where there is none."""
        return self._found(_LINK, "link")

    def code(self) -> str:
        """Give its first code, 4 to 10 digits that stand alone; raises AssertionError where there is none."""
        return self._found(_CODE, "code")

    def __repr__(self) -> str:
        return f"<Letter to {', '.join(self.to)}: {self.subject}>"

    def _found(self, pattern: re.Pattern[str], what: str) -> str:
        match = pattern.search(self.text)
        if match is None:
            raise AssertionError(f"{self!r} has no {what} in its text.")
        return match[0]


class Outbox(Sequence[Letter]):
    """List the mails that were sent since it was made, the oldest first."""

    def __init__(self) -> None:
        self._begin = len(_sent())

    @overload
    def __getitem__(self, index: int) -> Letter: ...
    @overload
    def __getitem__(self, index: slice) -> list[Letter]: ...
    def __getitem__(self, index: int | slice) -> Letter | list[Letter]:
        letters = [Letter(message) for message in _sent()[self._begin :]]
        if isinstance(index, slice):
            return letters[index]
        if not letters:
            raise IndexError("No mail was sent since this walk began.")
        return letters[index]

    def __len__(self) -> int:
        return len(_sent()[self._begin :])

    def __iter__(self) -> Iterator[Letter]:
        return iter(self[:])

    @property
    def last(self) -> Letter:
        """Give the newest mail; raises AssertionError where there is none."""
        if not self:
            raise AssertionError("No mail was sent since this walk began.")
        return self[-1]

    def link(self) -> str:
        """Give the first link of the newest mail."""
        return self.last.link()

    def code(self) -> str:
        """Give the first code of the newest mail."""
        return self.last.code()

    def __repr__(self) -> str:
        return f"<Outbox {list(self)!r}>"


def _sent() -> list[mail.EmailMessage]:
    # Django's test runner puts it there; it is not there before.
    sent: list[mail.EmailMessage] = getattr(mail, "outbox", [])
    return sent
