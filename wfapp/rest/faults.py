"""Refusals as JSON: wfapp's own faults, and what Django and REST framework raise around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from wfapp.errors import Fault, NotAllowed
from wfapp.rest.answers import JsonResponse

__all__ = ["fault_response", "refusal_response"]

_CODES = {"parse_error": "malformed", "invalid": "malformed", "permission_denied": "not-allowed"}


def fault_response(fault: Fault, beside: Mapping[str, Any] | None = None) -> JsonResponse:
    """Answer a fault, with ``beside`` next to ``error`` in the body."""
    response = _response(fault.status, fault.error_code, str(fault.message), beside)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def refusal_response(error: Exception) -> JsonResponse | None:
    """Answer what refuses a request as a fault does; None for every other exception."""
    if isinstance(error, Fault):
        return fault_response(error)
    if isinstance(error, PermissionDenied):
        return fault_response(NotAllowed())
    if isinstance(error, Http404):
        return _response(404, "not-found", _("There is nothing here."))
    if isinstance(error, APIException):
        return _api_response(error)
    return None


def _api_response(error: APIException) -> JsonResponse:
    # A site's own exception may carry a list or an object of details, which is no message for people.
    detail = error.detail if isinstance(error.detail, str) else error.default_detail
    code = getattr(detail, "code", error.default_code)
    response = _response(error.status_code, _CODES.get(code, str(code).replace("_", "-")), str(detail))
    if (wait := getattr(error, "wait", None)) is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _response(status: int, code: str, message: str, beside: Mapping[str, Any] | None = None) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}, **(beside or {})}, status)
