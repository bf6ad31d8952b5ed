"""Make the message that a step asked for: its templates see the passed context, the site, and what came with them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context, Template, TemplateDoesNotExist
from django.template.backends.django import Template as DjangoTemplate
from django.template.loader import get_template, select_template
from django.utils import timezone
from django.utils.translation import get_language, get_supported_language_variant, override
from django.views.decorators.debug import sensitive_variables

from wfapp.declaration.outgoing import Call, Outgoing, Send
from wfapp.declaration.texts import Names, plain_text
from wfapp.errors import NotSendable
from wfapp.links.channels import Channel, get_channel
from wfapp.links.site import site

__all__ = ["Prepared", "compose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Hold a message that is ready to be queued; ``repr`` shows neither address nor text."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)
    """The primary key of its row."""

    channel: str
    purpose: str
    to: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    expires_at: datetime | None = None


class _Passed(Names):
    """Refuse what is not on the whitelist: in a page it would be found by a check, in a mail nobody would see it."""

    __slots__ = ("_listed", "_where")

    def __init__(self, values: Mapping[str, Any], listed: Collection[str], where: str) -> None:
        super().__init__(values)
        self._listed = listed
        self._where = where

    def __getitem__(self, name: str) -> Any:
        if name not in self._listed:
            raise NotSendable(
                f"{self._where} reads ctx.{name}, which its step does not pass; legal are "
                f"{', '.join(sorted(self._listed)) or 'none'}; add it to passes, or hand it over with extra."
            )
        return super().__getitem__(name)


@sensitive_variables()
def compose(asked: Outgoing) -> Prepared:
    """Make a message; raises NotSendable, which names the step and the template, and never the address."""
    return _webhook(asked) if isinstance(asked, Call) else _letter(asked)


def _letter(asked: Send) -> Prepared:
    where = f"Step {asked.step!r}: {asked.template!r}"
    channel = get_channel(asked.channel, where)
    to = _recipient(channel, asked.to, where)
    if not site().url:
        raise NotSendable(f"{where} cannot be sent: set WFAPP['SITE_URL'] to the address of the site.")
    names = {**asked.extra, "ctx": _Passed(asked.passed, asked.passes, where), "site": site()}
    with override(_language(asked.language)):
        subject = (
            " ".join(_text([f"{asked.template}_subject.txt"], names, where).split()) if channel.has_subject else ""
        )
        text = _text([f"{asked.template}_{channel.name}.txt", f"{asked.template}.txt"], names, where)
        html = _html(f"{asked.template}.html", names) if channel.has_html else ""
    if channel.has_subject and not subject.strip():
        raise NotSendable(f"{where} has an empty subject.")
    return Prepared(
        channel=channel.name,
        purpose=asked.template,
        to=to,
        # One line, whatever stands in a value: a header of its own could begin on a second one.
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        expires_at=timezone.now() + asked.expires if asked.expires is not None else None,
    )


def _webhook(asked: Call) -> Prepared:
    to = _recipient(get_channel("webhook"), asked.url, f"Step {asked.step!r}: {asked.event!r}")
    body = {"type": asked.event, "timestamp": timezone.now().isoformat(), "data": asked.payload}
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Prepared(channel="webhook", purpose=asked.event, to=to, text=text)


def _recipient(channel: Channel, to: str, where: str) -> str:
    try:
        return channel.clean_recipient(to)
    except ValueError as error:
        reason = f" ({error})" if error.args else ""
        # Without its cause, whose frames hold the address.
        refusal = NotSendable(f"{where} is to go to what is no address of the channel {channel.name!r}{reason}.")
    raise refusal


def _language(wanted: str) -> str | None:
    """Give the language to write in; one that the site does not speak (any more) gives way to its first."""
    if not wanted:
        return get_language()
    try:
        return get_supported_language_variant(wanted)
    except LookupError:
        return settings.LANGUAGE_CODE


def _text(templates: list[str], names: Mapping[str, Any], where: str) -> str:
    try:
        found = select_template(templates)
    except TemplateDoesNotExist:
        raise NotSendable(f"{where} has no template {templates[-1]!r}; write it.") from None
    return _rendered(found, names, where, autoescape=False).strip("\n")


def _html(template: str, names: Mapping[str, Any], where: str = "") -> str:
    try:
        found = get_template(template)
    except TemplateDoesNotExist:
        return ""
    return _rendered(found, names, where, autoescape=True)


def _rendered(found: Any, names: Mapping[str, Any], where: str, *, autoescape: bool) -> str:
    if not isinstance(found, DjangoTemplate):
        raise NotSendable(f"{where} is found as a template of {type(found).__module__}; legal are Django's.")
    template: Template = found.template
    # Without a request, so that no context processor adds what this person's session holds.
    return plain_text(template.render(Context(dict(names), autoescape=autoescape)))
