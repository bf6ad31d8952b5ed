"""How a message leaves: what a channel is, e-mail, and which other ones a site has."""

from __future__ import annotations

import re
import sys
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from wfapp.conf import conf
from wfapp.errors import DeliveryError, NotSendable
from wfapp.links.site import site

__all__ = ["BUILT_IN", "Channel", "ConsoleSms", "EmailChannel", "Letter", "SmsChannel", "channel_paths", "get_channel"]

BUILT_IN = {"email": "wfapp.links.channels.EmailChannel", "webhook": "wfapp.links.webhooks.WebhookChannel"}

_NUMBER = re.compile(r"\+?[0-9]{4,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Hold one message as a channel sends it; ``repr`` shows neither address nor text."""

    id: uuid.UUID
    message_id: str
    """What the channel itself calls the message, the same on every try."""

    purpose: str
    """The name of its template, or of a webhook's event."""

    to: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


class Channel(ABC):
    """Send messages; a channel states what it can do as class attributes."""

    name: ClassVar[str]
    has_subject: ClassVar[bool] = False
    """Whether its messages have a subject: the template ``<name>_subject.txt`` is needed."""

    has_html: ClassVar[bool] = False
    """Whether its messages have a second text in HTML, where the template ``<name>.html`` exists."""

    @abstractmethod
    def send(self, letter: Letter) -> None:
        """Hand a message over; returning means that it is sent.

        Whatever it raises, the message is tried again; a PermanentFailure gives it up at once. It may be called a
        second time for a message that was handed over, where this process was killed in between.
        """

    def clean_recipient(self, to: str) -> str:
        """Give an address as it is sent to; raises ValueError for one that this channel cannot reach."""
        if not to.strip() or len(to.splitlines()) > 1:
            raise ValueError
        return to

    def message_id(self, pk: uuid.UUID) -> str:
        """Name a message, for whoever must tell a second try from a second message; 320 characters at most."""
        return pk.hex


class EmailChannel(Channel):
    """Send through ``django.core.mail``, whichever backend the site has."""

    name = "email"
    has_subject = has_html = True

    def send(self, letter: Letter) -> None:
        # RFC 3834: what answers mail by itself, such as an out-of-office note, leaves a generated one alone.
        headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
        mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to], headers=headers)
        if letter.html:
            mail.attach_alternative(letter.html, "text/html")
        if mail.send() == 0:
            raise DeliveryError("0 sent")

    def clean_recipient(self, to: str) -> str:
        try:
            validate_email(to)
        except ValidationError:
            raise ValueError from None
        return to

    def message_id(self, pk: uuid.UUID) -> str:
        """Follow RFC 5322, 3.6.4; the domain is the site's own."""
        return f"<{pk.hex}@{site().domain}>"


class SmsChannel(Channel):
    """Check numbers; the base of a channel that sends through a provider of text messages."""

    name = "sms"

    def clean_recipient(self, to: str) -> str:
        number = re.sub(r"[ ()/.-]", "", to)
        if not _NUMBER.fullmatch(number):
            raise ValueError
        return number


class ConsoleSms(SmsChannel):
    """Write text messages to the standard error output, for development."""

    def send(self, letter: Letter) -> None:
        sys.stderr.write(f"SMS to {letter.to}: {letter.text}\n")


def channel_paths() -> dict[str, str]:
    """Map the names of all channels to their dotted paths; a site's own may take the place of a built-in one."""
    return {**BUILT_IN, **conf.CHANNELS}


def get_channel(name: str, where: str = "The outbox") -> Channel:
    """Give the channel of that name; raises NotSendable, whose text begins with ``where``."""
    path = channel_paths().get(name)
    if path is None:
        hint = "; write one and name it in WFAPP['CHANNELS']" if name == "sms" else ""
        legal = ", ".join(sorted(channel_paths()))
        raise NotSendable(f"{where} names the channel {name!r}, which is none; legal are {legal}{hint}.")
    return _made(path)


@cache
def _made(path: str) -> Channel:
    made: Channel = import_string(path)()
    return made
