"""Hand a flow to whoever opens a link: mint it, send it, show where it leads, and open it once."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import router
from django.utils import timezone
from django.utils.translation import get_language

from wfapp.declaration.context import keys
from wfapp.declaration.links import Link as LinkOutcome
from wfapp.declaration.outgoing import Send
from wfapp.declaration.registry import registry
from wfapp.declaration.texts import plain_text
from wfapp.declaration.values import MISSING, at_path
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import Sent
from wfapp.errors import InvalidToken, RoundError, UnknownWorkflow
from wfapp.links.compose import Prepared, compose
from wfapp.links.routes import link_url
from wfapp.models import AbstractFlow, Link, LinkQuerySet, model_by_tag, table_tag
from wfapp.rounds.draw import passed_of
from wfapp.rounds.stage import Stage
from wfapp.storage.database import model_of
from wfapp.storage.encoding import b64encode
from wfapp.storage.sealing import digests, hash_handle
from wfapp.storage.tokens import LINK, Token

__all__ = ["DEVICE", "compose_link", "hand_out", "handles_behind", "link_of", "links_in", "sent_by", "sent_now"]

DEVICE = "device"
"""The outlet of a link that is shown and not sent."""

_TAG = 4


def sent_by(link: LinkOutcome, now: datetime) -> Sent:
    """Remember a link that a step returned."""
    return Sent(
        outlet=link.outlet,
        to=link.to,
        template=link.template,
        seconds=link.expires.total_seconds(),
        replaces=link.replaces,
        language=get_language() or "",
        title=plain_text(link.title),
        description=plain_text(link.description),
        submit=plain_text(link.submit),
        resends=link.resends,
        cooldown=link.cooldown.total_seconds(),
        count=1,
        last=now,
    )


def sent_now(sent: Sent, now: datetime) -> Sent:
    """Count one more link."""
    return msgspec.structs.replace(sent, count=sent.count + 1, last=now)


def hand_out(
    stage: Stage, outlet: str, life: timedelta, *, replaces: str = "", message: uuid.UUID | None = None
) -> tuple[str, datetime]:
    """Mint a link of a flow and give its address and its end; the links that it replaces open nothing from now on.

    ``message`` is the row of the outbox that will carry it.
    """
    model = model_of(stage.cls)
    token = Token(LINK, table_tag(model) + b64encode(secrets.token_bytes(32)), 0)
    now, state = timezone.now(), stage.state
    expires = min(now + life, state.dies)
    links_in(model).create(
        token_hash=hash_handle(token.secret),
        flow=state.id,
        workflow=state.workflow,
        outlet=outlet,
        message=message,
        replaces_hash=_replaced(stage, replaces),
        created_at=now,
        expires_at=expires,
    )
    step = stage.step()
    return link_url(stage.cls, stage.workflow.params, str(token), url_name=step.url_name), expires


def compose_link(stage: Stage, sent: Sent) -> Prepared:
    """Mint the link that a flow waits for, and make its message."""
    life, pk = timedelta(seconds=sent.seconds), uuid.uuid4()
    url, expires = hand_out(stage, sent.outlet, life, replaces=sent.replaces, message=pk)
    step = stage.step()
    page = step.page_of(step.form_classes[0] if step.form_classes else None)
    message = Send(
        channel=sent.outlet,
        to=sent.to,
        template=sent.template,
        step=step.name,
        passes=page.passes,
        passed=passed_of(stage, page),
        extra={"link": url, "expires": expires},
        language=sent.language,
        expires=life,
    )
    return replace(compose(message), id=pk)


def links_in(model: type[AbstractFlow]) -> LinkQuerySet:
    """Select the links of the flows of a table: they stand beside it."""
    return Link.objects.using(router.db_for_write(model))


def _replaced(stage: Stage, key: str) -> str:
    if not key:
        return ""
    value = at_path(stage.here.ctx, key)
    if value is MISSING:
        legal = ", ".join(keys(type(stage.here.ctx))) or "none"
        raise RoundError(
            f"Step {stage.name!r}: replaces={key!r} is no key of its context, or a secret; legal are {legal}."
        )
    if value is None or value == "":
        return ""
    parts = (stage.cls.name.encode(), key.encode(), str(value).casefold().encode())
    newest, *older = digests("link-replaces", *parts)
    if older:
        # After a change of keys: what was minted before it is to be found under the newest key as well.
        links_in(model_of(stage.cls)).filter(replaces_hash__in=older).update(replaces_hash=newest)
    return newest


def link_of(token: Token, workflow: type[Workflow[Any]] | None) -> tuple[Link, type[Workflow[Any]]]:
    """Find the row of a link; raises InvalidToken."""
    model = model_by_tag(token.secret[:_TAG])
    row = links_in(model).filter(token_hash=hash_handle(token.secret)).first()
    if row is None:
        raise InvalidToken
    try:
        cls = registry.get(row.workflow)
    except UnknownWorkflow:
        raise InvalidToken from None
    if model_of(cls) is not model or (workflow is not None and workflow.name != cls.name):
        raise InvalidToken
    return row, cls


def handles_behind(token: Token) -> list[str]:
    """Derive the handle that a flow gets when its link is opened, and what it was under each older key of ours.

    So the same browser finds its flow again when the answer was lost; without our key the link tells nothing of it.
    """
    return [token.secret[:_TAG] + made for made in digests("link-handle", token.secret.encode())]
