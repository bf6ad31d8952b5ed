"""What a step returns to hand its flow to somebody else: a link by e-mail, by SMS, or on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise

from wfapp.declaration.options import check_count, check_timedelta
from wfapp.declaration.outcomes import Outcome
from wfapp.errors import DeclarationError

__all__ = ["DeviceLink", "EmailLink", "Link", "SmsLink"]


@dataclass(frozen=True, slots=True)
class Link(Outcome):
    """Mail a link and wait: the flow goes on after this step for whoever opens it, in whichever browser.

    ``to`` is the address, ``template`` the message's: ``<template>.txt`` and, for an e-mail, ``<template>_subject.txt``
    and maybe ``<template>.html``. They see ``ctx``, what the step passes, and ``link``. The three texts are plain, and
    stand on the page that the link leads to.
    """

    to: str = field(repr=False)
    template: str = ""
    expires: timedelta = timedelta(days=1)
    """How long the link opens; never longer than the flow lives."""

    replaces: str = ""
    """A context key: links of this workflow with the same value of it, sent before, open nothing any more."""

    title: str | Promise = ""
    description: str | Promise = ""
    submit: str | Promise = ""
    resends: int = 5
    """How often the person who waits may have it sent again."""

    cooldown: timedelta = timedelta(minutes=1)
    """How long to wait between two of these."""

    outlet: ClassVar[str] = ""

    def __post_init__(self) -> None:
        owner = type(self).__name__
        if not isinstance(self.to, str) or not self.to:
            raise DeclarationError(f"{owner}: to is a {type(self.to).__name__} or empty; it must be an address.")
        if not isinstance(self.template, str) or not self.template:
            raise DeclarationError(f"{owner}: template is {self.template!r}; name one, such as 'accounts/mail/invite'.")
        check_timedelta(f"{owner}: expires", self.expires)
        check_timedelta(f"{owner}: cooldown", self.cooldown)
        check_count(f"{owner}: resends", self.resends)


@dataclass(frozen=True, slots=True)
class EmailLink(Link):
    """Send the link by e-mail."""

    outlet: ClassVar[str] = "email"


@dataclass(frozen=True, slots=True)
class SmsLink(Link):
    """Send the link as a text message, by the site's own ``sms`` channel."""

    outlet: ClassVar[str] = "sms"


@dataclass(frozen=True, slots=True)
class DeviceLink(Outcome):
    """Show a link, and its QR code, with which the flow goes on at the same page on another device.

    For an action to return: the flow stays where it is until the link is opened.
    """

    expires: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        check_timedelta("DeviceLink: expires", self.expires)
