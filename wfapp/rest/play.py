"""One exchange: a request in, one round, its answer out."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from wfapp import rounds
from wfapp.declaration.registry import registry
from wfapp.errors import MalformedRequest, Stale
from wfapp.http.caller import bind_browser, rest_caller
from wfapp.http.cookies import ENDED_TOKEN_AGE, TOKEN_AGE, read_token, set_token
from wfapp.http.effects import deliver
from wfapp.http.files import file_response
from wfapp.http.guards import require_csrf
from wfapp.http.redirects import safe_target
from wfapp.rest.answers import JsonResponse, describe_answer
from wfapp.rest.faults import fault_response
from wfapp.rest.requests import CookieToken, Resume, Start, parse_request
from wfapp.rounds.answer import Answer, Caller
from wfapp.storage.tokens import LINK, Token

__all__ = ["give_file", "play"]


@sensitive_variables()
def play(request: HttpRequest) -> JsonResponse:
    """Play the round that a request asks for and carry out its answer; raises what rounds raise, but Stale."""
    exchange = parse_request(request)
    if exchange.transport == "cookie":
        require_csrf(request)
    caller = rest_caller(request, exchange.transport)
    try:
        answer = (
            _start(exchange, caller, request) if isinstance(exchange, Start) else _resume(exchange, caller, request)
        )
    except Stale as stale:
        answer = stale.answer
        response = fault_response(stale, describe_answer(answer, request, exchange.transport))
    else:
        response = JsonResponse(describe_answer(answer, request, exchange.transport))
        deliver(request, response, answer)
    if _begins(exchange):
        bind_browser(response, caller)
    if exchange.transport == "cookie":
        _set_token(request, response, answer)
    return response


def _begins(exchange: Start | Resume) -> bool:
    """Tell whether a flow is bound to its caller here: at a start, and where a link hands one over."""
    return isinstance(exchange, Start) or str(exchange.token).startswith(f"{LINK}.")


def _start(exchange: Start, caller: Caller, request: HttpRequest) -> Answer:
    target = safe_target(exchange.next, request) if exchange.next is not None else ""
    if exchange.next is not None and not target:
        raise MalformedRequest(_("next must be a path of this site, or an address of an allowed host."))
    return rounds.start(
        registry.get(exchange.workflow),
        caller=caller,
        params=exchange.params,
        input=exchange.input,
        idempotency_key=exchange.idempotency_key,
        next=target,
    )


def _resume(exchange: Resume, caller: Caller, request: HttpRequest) -> Answer:
    token = _token(exchange, request)
    if exchange.input is None:
        return rounds.show(token, caller=caller)
    return rounds.play(token, caller=caller, input=exchange.input)


def _token(exchange: Resume, request: HttpRequest) -> Token:
    if isinstance(exchange.token, CookieToken):
        return read_token(request, exchange.token.flow, exchange.token.revision)
    return Token.parse(exchange.token)


def _set_token(request: HttpRequest, response: JsonResponse, answer: Answer) -> None:
    if answer.token is not None and answer.key:
        max_age = ENDED_TOKEN_AGE if answer.end else TOKEN_AGE
        set_token(request, response, answer.key, answer.token, max_age=max_age)


@sensitive_variables()
def give_file(request: HttpRequest, upload: uuid.UUID) -> HttpResponseBase:
    """Give a file to whoever has the token of its flow: a body ``{"wfs": …}`` and no more; raises what rounds raise."""
    exchange = parse_request(request)
    if isinstance(exchange, Start) or exchange.input is not None:
        raise MalformedRequest(_("Send wfs alone to get a file."))
    if exchange.transport == "cookie":
        require_csrf(request)
    caller = rest_caller(request, exchange.transport)
    return file_response(rounds.download(_token(exchange, request), upload, caller=caller))
