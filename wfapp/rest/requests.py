"""What a client asks for: to start a workflow, or to go on with a flow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from msgspec import UNSET, Meta, UnsetType

from wfapp.errors import BodyTooLarge, MalformedRequest
from wfapp.http.caller import Transport
from wfapp.rest.body import MAX_BODY, MAX_FILES_BODY, decode_json, is_large, read_body
from wfapp.rounds.answer import UNNAMED, Input
from wfapp.uploads import any_exposed_takes_files

__all__ = ["CookieToken", "Resume", "Start", "parse_request"]

MAX_DETAIL = 200
"""The most characters of an explanation that repeats what the client sent."""

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class CookieToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name the cookie that holds a flow's token, and the revision that the client has seen."""

    flow: str
    revision: Annotated[int, Meta(ge=0, le=999_999_999)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Ask to start a workflow; ``input`` is the answer to its first form."""

    workflow: str
    params: dict[str, Any]
    transport: Transport
    input: Input | None
    idempotency_key: str
    next: str | None = None
    """Where the person is to go at the end, as the client says; not checked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Ask to go on with a flow: with ``input``, or without one to see its current page."""

    token: str | CookieToken
    input: Input | None

    @property
    def transport(self) -> Transport:
        """Tell where the token travels."""
        return "cookie" if isinstance(self.token, CookieToken) else "body"


class _Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"form_data": "formData"}):
    form_data: dict[str, Any] | UnsetType = UNSET
    action: str | UnsetType = UNSET


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wfid: str | UnsetType = UNSET
    wfs: str | CookieToken | UnsetType = UNSET
    params: dict[str, Any] | UnsetType = UNSET
    transport: Literal["body", "cookie"] | UnsetType = UNSET
    next: str | UnsetType = UNSET
    input: _Input | UnsetType = UNSET


@sensitive_variables()
def parse_request(request: HttpRequest) -> Start | Resume:
    """Read what a client asks for; raises UnsupportedMedia, BodyTooLarge or MalformedRequest."""
    data = read_body(request, MAX_FILES_BODY if any_exposed_takes_files() else MAX_BODY)
    try:
        body = msgspec.convert(decode_json(data), _Body)
    except msgspec.ValidationError as error:
        # It speaks of the client's own keys and of JSON's types.
        detail = str(error)
    else:
        if request.META.get("QUERY_STRING") and "wfs" in request.GET:
            raise MalformedRequest(_("A token belongs in the body: the query is for links."))
        large = is_large(data)
        return _resume(body, large) if body.wfid is UNSET else _start(body.wfid, body, request, large)
    raise MalformedRequest(detail[:MAX_DETAIL])


def _start(workflow: str, body: _Body, request: HttpRequest, large: bool) -> Start:
    if body.wfs is not UNSET:
        raise MalformedRequest(_("Send wfid to start a workflow or wfs to go on with a flow, not both."))
    if large and body.params is not UNSET and len(msgspec.json.encode(body.params)) > MAX_BODY:
        raise BodyTooLarge
    return Start(
        workflow=workflow,
        params={} if body.params is UNSET else body.params,
        transport="body" if body.transport is UNSET else body.transport,
        input=_input(body, large),
        idempotency_key=_idempotency_key(request),
        next=None if body.next is UNSET else body.next,
    )


def _resume(body: _Body, large: bool) -> Resume:
    if body.wfs is UNSET:
        raise MalformedRequest(_("Send wfid to start a workflow, or wfs to go on with a flow."))
    if body.params is not UNSET or body.transport is not UNSET or body.next is not UNSET:
        raise MalformedRequest(_("params, transport and next belong to a start: send them with wfid."))
    return Resume(token=body.wfs, input=_input(body, large))


def _input(body: _Body, large: bool) -> Input | None:
    if body.input is UNSET:
        return None
    action, values = body.input.action, body.input.form_data
    if action is values is UNSET:
        raise MalformedRequest(_("input needs formData, to submit a page, or the id of an action."))
    return Input(
        action="" if action is UNSET else action or UNNAMED, values=None if values is UNSET else values, large=large
    )


def _idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise MalformedRequest(_("An Idempotency-Key has 1 to 255 characters of ASCII, and no spaces."))
    return key
