"""The same round as a developer writes it for one wizard by hand, with Django REST framework.

It checks the same fields, seals with the same cipher and looks at the revision; it does nothing else of what wfapp
promises: no replay, no binding, no expiry, no rights, no timeline, no page.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django_cryptography.utils.crypto import FernetBytes
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.forms import COUNTRIES, DATA
from bench.models import Event, Row

__all__ = ["EventRowView", "RowView", "TokenView", "new_row", "new_token"]

cipher = FernetBytes(b"a key of thirty-two bytes, sharp")
TITLES = {"contact": "Who are you?", "address": "Where do you live?", "confirm": "Is everything right?"}
NEXT = {"contact": "address", "address": "confirm", "confirm": ""}


class ContactSerializer(serializers.Serializer[Any]):
    """Check who orders."""

    name = serializers.CharField(max_length=100)
    email = serializers.EmailField()
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)


class AddressSerializer(serializers.Serializer[Any]):
    """Check where to send it."""

    street = serializers.CharField(max_length=100)
    postcode = serializers.CharField(max_length=10)
    city = serializers.CharField(max_length=60)
    country = serializers.ChoiceField(choices=COUNTRIES)


class ConfirmSerializer(serializers.Serializer[Any]):
    """Check the last word."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    newsletter = serializers.BooleanField(required=False)
    terms = serializers.BooleanField()


SERIALIZERS: dict[str, type[serializers.Serializer[Any]]] = {
    "contact": ContactSerializer,
    "address": AddressSerializer,
    "confirm": ConfirmSerializer,
}


class Stale(APIException):
    """Refuse a page that was answered already."""

    status_code = 409
    default_detail = "This page was answered already."


class RowView(APIView):
    """Lock a row, open its sealed JSON, change it, save it through the ORM, and answer with the next step."""

    records = False

    def post(self, request: Request) -> Response:
        """Play one round."""
        with transaction.atomic():
            row = get_object_or_404(Row.objects.select_for_update(), handle=request.data["token"])
            if row.revision != request.data["revision"]:
                raise Stale
            serializer = SERIALIZERS[row.step](data=request.data["data"])
            serializer.is_valid(raise_exception=True)
            state = json.loads(cipher.decrypt(bytes(row.state)))
            state["answers"][row.step] = serializer.validated_data
            answered, row.step = row.step, NEXT[row.step]
            row.revision += 1
            row.state = cipher.encrypt(json.dumps(state))
            row.save()
            if self.records:
                Event.objects.create(row=row.pk, kind="submitted", step=answered)
        return Response({"token": row.handle, "revision": row.revision, "step": row.step, "title": TITLES[row.step]})


class EventRowView(RowView):
    """Insert an event too."""

    records = True


class TokenView(APIView):
    """Open a sealed token, change it, seal it again, and answer with the next step."""

    def post(self, request: Request) -> Response:
        """Play one round."""
        state = json.loads(cipher.decrypt(urlsafe_b64decode(request.data["token"]), ttl=86_400))
        serializer = SERIALIZERS[state["step"]](data=request.data["data"])
        serializer.is_valid(raise_exception=True)
        state["answers"][state["step"]] = serializer.validated_data
        state["step"] = NEXT[state["step"]]
        state["revision"] += 1
        return Response({"token": _sealed(state), "step": state["step"], "title": TITLES[state["step"]]})


def new_row() -> dict[str, Any]:
    """Insert a row whose first page is answered, and give what a client knows of it."""
    state = cipher.encrypt(json.dumps(_state()))
    row = Row.objects.create(handle=secrets.token_urlsafe(32), step="address", revision=1, state=state)
    return {"token": row.handle, "revision": row.revision}


def new_token() -> dict[str, Any]:
    """Seal a token of 600 bytes whose first page is answered."""
    state = {"step": "address", "revision": 1, **_state(), "filling": ""}
    state["filling"] = "x" * (392 - len(json.dumps(state)))
    return {"token": _sealed(state)}


def _state() -> dict[str, Any]:
    return {"answers": {"contact": DATA["contact"]}, "email": DATA["contact"]["email"], "country": ""}


def _sealed(state: dict[str, Any]) -> str:
    return urlsafe_b64encode(cipher.encrypt(json.dumps(state))).decode()
