"""Refusals as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

from wfapp import errors
from wfapp.rest.faults import fault_response, refusal_response


def told(error: Exception) -> tuple[int, str, str]:
    """Return status, code and message of a refusal."""
    response = refusal_response(error)
    assert response is not None
    body: Any = json.loads(response.content)
    assert list(body) == ["error"]
    return response.status_code, body["error"]["code"], body["error"]["message"]


@pytest.mark.parametrize(
    ("fault", "status", "code", "message"),
    [
        (errors.MalformedRequest(), 400, "malformed", "This request cannot be understood."),
        (errors.NoKey(), 400, "no-key", "This workflow starts without a record: send no Idempotency-Key."),
        (errors.NotAllowed(code="cross-site"), 403, "cross-site", "You are not allowed to do this."),
        (errors.UnknownWorkflow(), 404, "unknown-workflow", "There is no such workflow."),
        (
            errors.InvalidToken(),
            410,
            "invalid-token",
            "This cannot be continued: it has ended, has expired or was opened elsewhere. Please start again.",
        ),
        (errors.BodyTooLarge(), 413, "too-large", "This request is too large."),
        (errors.KeyReused(), 422, "key-reused", "This Idempotency-Key was used with other input."),
    ],
)
def test_a_fault_tells_status_code_and_message(fault: errors.Fault, status: int, code: str, message: str) -> None:
    """Each fault of the list is one object."""
    assert told(fault) == (status, code, message)


@pytest.mark.parametrize("fault", [errors.LimitExceeded(retry_after=90), errors.Busy(retry_after=90)])
def test_a_fault_tells_how_long_to_wait(fault: errors.Fault) -> None:
    """Retry-After counts seconds."""
    assert fault_response(fault).headers["Retry-After"] == "90"


def test_a_fault_may_carry_more_beside_its_error() -> None:
    """A stale page comes with the current one."""
    assert json.loads(fault_response(errors.Stale(None), {"status": "form", "wfs": "database.x.2"}).content) == {
        "error": {"code": "stale", "message": "This page was answered already. Here is the current one."},
        "status": "form",
        "wfs": "database.x.2",
    }


class Teapot(exceptions.APIException):
    """Stand for what a site raises in its own authenticators and throttles."""

    status_code = 418
    default_detail = "Short and stout."
    default_code = "tea_pot"


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (exceptions.MethodNotAllowed("GET"), 405, "method-not-allowed", 'Method "GET" not allowed.'),
        (exceptions.ParseError(), 400, "malformed", "Malformed request."),
        (exceptions.ValidationError({"a": ["b"]}), 400, "malformed", "Invalid input."),
        (exceptions.PermissionDenied(), 403, "not-allowed", "You do not have permission to perform this action."),
        (exceptions.AuthenticationFailed("No."), 401, "authentication-failed", "No."),
        (Teapot(), 418, "tea-pot", "Short and stout."),
        (Teapot({"handle": "spout"}), 418, "tea-pot", "Short and stout."),
        (PermissionDenied("secret reason"), 403, "not-allowed", "You are not allowed to do this."),
        (Http404("No Invoice matches the given query."), 404, "not-found", "There is nothing here."),
    ],
)
def test_what_others_raise_is_told_alike(error: Exception, status: int, code: str, message: str) -> None:
    """A client meets one shape of refusal; Django's own texts name classes, and are not passed on."""
    assert told(error) == (status, code, message)


def test_a_throttled_client_is_told_how_long_to_wait() -> None:
    """REST framework's wait becomes Retry-After, rounded up."""
    response = refusal_response(exceptions.Throttled(wait=2.2))
    assert response is not None
    assert response.headers["Retry-After"] == "3"


def test_a_throttle_without_a_wait_tells_none() -> None:
    """Not every throttle knows."""
    response = refusal_response(exceptions.Throttled())
    assert response is not None
    assert "Retry-After" not in response.headers


@pytest.mark.parametrize("error", [ValueError("x"), errors.RoundError("x")])
def test_an_error_is_no_refusal(error: Exception) -> None:
    """What a step or its author did wrong is not told to a client."""
    assert refusal_response(error) is None
